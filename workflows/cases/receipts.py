"""Receipts: the number and the check code with which an applicant looks a case up without an account.

Codes are kept apart from the history, like identities: a receipt can be renewed or destroyed, and the record
of the case stays what it was.
"""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select, union_all

from workflows.tables import cases, receipts, register_entries

#: No two of these are taken for each other on paper: no 0 O, 1 I L, 2 Z, 5 S, 8 B.
ALPHABET: Final = "34679ACDEFGHJKMNPQRTUVWXY"
LENGTH: Final = 8
#: However people write the brackets of a register's number.
_BRACKETS: Final = str.maketrans("[](){}【】", "〔〕〔〕〔〕〔〕")
#: What a wrong number is compared with, so that it takes as long as a wrong code.
_NOBODYS: Final = "." * LENGTH


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the applicant of a case was handed."""

    case_id: int
    #: Eight characters; ``shown_code`` is how they are printed.
    code: str
    issued_at: datetime
    issued_by: str

    @property
    def shown_code(self) -> str:
        """The code in two groups of four."""
        return f"{self.code[: LENGTH // 2]}-{self.code[LENGTH // 2 :]}"


def issue_receipt(connection: Connection, case_id: int, *, by: str, at: datetime) -> Receipt:
    """Give a case a receipt with a new code; one it had before opens nothing any more."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    connection.execute(delete(receipts).where(receipts.c.case_id == case_id))
    connection.execute(insert(receipts).values(case_id=case_id, code=code, issued_at=at, issued_by=by))
    return Receipt(case_id=case_id, code=code, issued_at=at, issued_by=by)


def receipt_of(connection: Connection, case_id: int) -> Receipt | None:
    """The receipt of a case; null for a case that nobody applied for."""
    row = connection.execute(select(receipts).where(receipts.c.case_id == case_id)).one_or_none()
    if row is None:
        return None
    return Receipt(case_id=row.case_id, code=row.code, issued_at=row.issued_at, issued_by=row.issued_by)


def find_receipt(connection: Connection, *, number: str, code: str) -> Receipt | None:
    """The receipt a case number, or the number of an entry in a register, and a check code belong to.

    Null for a wrong number and for a wrong code alike, in one statement and the same time.
    """
    written = _plain(number)
    # A number of a register is unique within its organisation only: the code tells which case is meant.
    meant = union_all(
        select(cases.c.id).where(cases.c.number == written.lower()),
        select(register_entries.c.case_id).where(register_entries.c.number == written.translate(_BRACKETS)),
    )
    query = select(receipts).where(receipts.c.case_id.in_(meant))
    given = re.sub(r"[\s\-]", "", _plain(code)).upper().encode()
    found = None
    for row in [*connection.execute(query), None]:
        right = hmac.compare_digest((row.code if row is not None else _NOBODYS).encode(), given)
        if right and row is not None:
            found = row
    if found is None:
        return None
    return Receipt(
        case_id=found.case_id, code=found.code, issued_at=found.issued_at, issued_by=found.issued_by
    )


def _plain(text: str) -> str:
    """What a person typed, in half-width characters."""
    return unicodedata.normalize("NFKC", text).strip()
