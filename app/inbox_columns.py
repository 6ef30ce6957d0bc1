"""The columns of the inbox: what they are called, and which ones a person has chosen."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from app.messages import lazy_gettext
from app.signing_in import me
from workflows.inbox import Box
from workflows.saved_queues import columns_of

#: Name → heading, in their order on the page. Number and title are always there.
COLUMNS: Final = {
    "limit": lazy_gettext("时限"),
    "number": lazy_gettext("案件编号"),
    "title": lazy_gettext("标题"),
    "regulation": lazy_gettext("事项"),
    "step": lazy_gettext("环节"),
    "candidates": lazy_gettext("承办"),
    "assignee": lazy_gettext("领取人"),
    "arrived": lazy_gettext("到达时间"),
    "ended": lazy_gettext("办结时间"),
    "due": lazy_gettext("到期"),
}
ALWAYS: Final = frozenset({"number", "title"})
#: What is shown to somebody who has chosen nothing.
USUAL: Final = ("limit", "number", "title", "step", "candidates", "arrived", "ended", "due")
#: What has no meaning in a box.
_LACKING: Final = {Box.DONE: frozenset({"limit", "assignee"})}


def chosen(connection: Connection) -> tuple[str, ...]:
    """Names of the columns this person wants to see, in order."""
    wanted = columns_of(connection, me().user)
    picked = ALWAYS | set(USUAL if wanted is None else wanted)
    return tuple(name for name in COLUMNS if name in picked)


def shown_in(box: Box, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Those of them that mean something in a box."""
    lacking = _LACKING.get(box, frozenset({"ended"}))
    return tuple(name for name in wanted if name not in lacking)
