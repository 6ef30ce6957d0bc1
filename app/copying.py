"""Copies of a case: who may send one to whom, and the act, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.signing_in import me
from app.verb_words import choices
from app.verbs import receiver
from workflows import cases
from workflows.cases import NotPermitted
from workflows.errors import WorkflowError
from workflows.office import office_of
from workflows.reading.access import may_be_copied, may_copy
from workflows.reading.case_file import CaseFile
from workflows.reading.colleagues import who_may_be_copied
from workflows.reading.copies import Copy, copies_of


class NotToBeCopied(WorkflowError):
    """The colleague may not be sent a copy of this case."""

    code = "not-to-be-copied"
    message_zh = "{to} 不能收到这个案件的抄送:与案件有利害关系,或者本单位规定不能看。"


@dataclass(frozen=True, kw_only=True)
class Copying:
    """What the page of a case shows of its copies."""

    may_send: bool
    #: Who was sent one, the latest first.
    sent: Sequence[Copy]
    #: Those this person was sent.
    mine: Sequence[Copy]


def copying_of(connection: Connection, case: CaseFile) -> Copying:
    """The copies of a case that somebody reads; who reads it by a copy sees only theirs."""
    sent = copies_of(connection, case.id) if case.copied_to else []
    mine = [one for one in sent if one.recipient == me().user]
    may = may_copy(me(), case)
    return Copying(may_send=may, sent=sent if may else mine, mine=mine)


def check_sender(case: CaseFile) -> None:
    """Raise ``NotPermitted`` unless the person who is signed in may send copies of a case."""
    if not may_copy(me(), case):
        raise NotPermitted(user=me().user, case=case.number)


def send_copies(connection: Connection, case: CaseFile, to: Iterable[str], note: str, at: datetime) -> None:
    """Send a copy of a case to these users, as the person who is signed in; ``performed`` is around it.

    Raises ``NotPermitted``, ``NotToBeCopied``, ``NoSuchPerson``, and what ``copy_case`` raises.
    """
    check_sender(case)
    people = [receiver(connection, user, at=at) for user in to]
    for one in people:
        if not may_be_copied(one, case):
            raise NotToBeCopied(to=one.user)
    cases.copy_case(connection, case_id=case.id, to=people, note=note, by=me(), at=at)


def who_can_be_sent(connection: Connection, case: CaseFile, *, at: datetime) -> Mapping[str, str]:
    """User → label of the colleagues who can be sent a copy of a case."""
    found = who_may_be_copied(connection, case, besides=me().user, at=at)
    return choices(found, office_of(connection, case.organisation))
