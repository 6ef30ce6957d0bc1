"""Signatures on a task: what its page shows of them, and which colleagues can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.case_view import CaseView
from app.signing_in import me
from app.verb_words import choices
from app.wording import Names
from workflows.cases import Round
from workflows.cases.signatures import Signature, rounds_of, signing_as
from workflows.office import names_of, office_of
from workflows.reading.case_file import CaseTask
from workflows.reading.colleagues import who_may_help


@dataclass(frozen=True, kw_only=True)
class Signing:
    """The rounds of signatures of a task, the latest first, with the names of all who appear in them."""

    rounds: Sequence[Round]
    names: Names
    #: What this person is asked, or somebody they stand in for; null when nothing is.
    asked: Signature | None

    @property
    def open(self) -> Round | None:
        """The round the task waits for."""
        return next((one for one in self.rounds if one.is_open), None)


def signing_of(connection: Connection, view: CaseView, task: CaseTask) -> Signing:
    """What a person who sees a task sees of its signatures: everything."""
    rounds = rounds_of(connection, view.case.id, task=task.number)
    people = {user for one in rounds for user in one.people}
    return Signing(
        rounds=rounds[::-1],
        names=Names(office_of(connection, view.case.organisation), names_of(connection, people)),
        asked=_asked(task),
    )


def _asked(task: CaseTask) -> Signature | None:
    on = task.signing
    if on is None:
        return None
    acting = signing_as(me(), on, holder=task.lent_by or task.assignee, excluded=task.excluded)
    if acting is None:
        return None
    signer = acting.on_behalf_of or acting.user
    return next(one for one in on.signatures if one.signer == signer)


def who_can_be_asked(connection: Connection, view: CaseView, task: CaseTask) -> Mapping[str, str]:
    """User → label of the colleagues who can be asked to sign on a task, and have not been."""
    besides = {me().user, task.lent_by or task.assignee}
    if task.signing is not None:
        besides |= {task.signing.asked_by, *task.signing.signers}
    found = who_may_help(connection, view.case, task, besides=me().user, at=view.now)
    able = [one for one in found if one.user not in besides]
    return choices(able, office_of(connection, view.case.organisation))
