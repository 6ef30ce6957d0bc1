"""Letters by which a command tells colleagues what was done with a case or one of its tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from workflows import outbox
from workflows.cases.open_case import OpenCase
from workflows.cases.turn import Turn

#: Told once by an event, whatever task it is about: the number of the task is no part of the letter's key.
_ONCE: Final = frozenset({"copied", "mentioned"})


def tell(case: OpenCase, turn: Turn, *, task: int | None, what: str, to: Iterable[str], **more: Any) -> None:
    """Post what was done in a turn to those whom candidate keys mean; where there are none, nothing.

    ``task`` is the number of the task it is about, ``more`` what the letter says beside (JSON values). A turn
    tells each thing once: the key of the letter is made of case, turn, task and ``what``.
    """
    keys = list(to)
    if not keys:
        return
    place = (turn.seq,) if what in _ONCE else (turn.seq, task)
    outbox.post(
        case.connection,
        key="-".join(map(str, (case.facts.id, *place, what))),
        kind="notify",
        case_id=case.facts.id,
        body={"case": case.facts.number, "task": task, "what": what, "to": keys, "by": turn.actor, **more},
        at=turn.at,
    )
