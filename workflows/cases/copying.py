"""A copy of a case for information (抄送): who is sent one may read the case, without identities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, update

from workflows.cases.actor import Actor, NotPermitted
from workflows.cases.firing import fire_due
from workflows.cases.keys import persons
from workflows.cases.open_case import open_case
from workflows.cases.saving import save
from workflows.cases.telling import tell
from workflows.errors import WorkflowError
from workflows.tables import cases, copies


class NoteMissing(WorkflowError):
    """Say why a colleague should read the case."""

    code = "note-missing"
    message_zh = "请写明抄送说明:请对方看什么、为什么。"


class NobodyToCopy(WorkflowError):
    """Say to whom the copy goes."""

    code = "nobody-to-copy"
    message_zh = "请选择抄送给哪些同事。"


class CopyToYourself(WorkflowError):
    """A copy goes to somebody else."""

    code = "copy-to-yourself"
    message_zh = "不能抄送给自己。"


def copy_case(
    connection: Connection, *, case_id: int, to: Sequence[Actor], note: str, by: Actor, at: datetime
) -> None:
    """Send colleagues a copy of a case, also of one that has ended.

    Whether ``by`` reads the case and each of ``to`` may be shown it is the caller's question. Raises
    ``NoteMissing``, ``NobodyToCopy``, ``CopyToYourself``, ``NotPermitted`` (another organisation's people).
    """
    if not note.strip():
        raise NoteMissing()
    recipients = list(dict.fromkeys(one.user for one in to))
    if not recipients:
        raise NobodyToCopy()
    if by.user in recipients:
        raise CopyToYourself()
    case = open_case(connection, case_id, ended=True)
    if any(one.organisation != case.facts.organisation for one in (by, *to)):
        raise NotPermitted(user=by.user, case=case.facts.number)
    if case.row.status == "open":
        fire_due(case, now=at)
    turn = case.turn("copied", at=at, by=by, command={"to": recipients, "reason": note.strip()})
    case.finish(turn)
    save(case)
    row = {"case_id": case_id, "seq": turn.seq, "sender": by.user, "note": note.strip(), "sent_at": turn.at}
    connection.execute(insert(copies), [{**row, "recipient": user} for user in recipients])
    connection.execute(
        update(cases).where(cases.c.id == case_id).values(copies=cases.c.copies + len(recipients))
    )
    tell(case, turn, task=None, what="copied", to=persons(*recipients), reason=note.strip())
