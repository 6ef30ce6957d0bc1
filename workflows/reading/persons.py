"""Cases of a person: found by the reference that stands for who it is, never by what is written.

Whoever asks must name the person exactly, as a name, a number or a telephone number was taken down; and is
told only of cases whose identities they may know. Once the organisation's secret or the row of the identity
is destroyed, nobody is found any more.
"""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from workflows.cases import Actor
from workflows.reading.access import may_know_identities
from workflows.reading.case_file import CaseFile, open_files
from workflows.reading.law import Law, law_of
from workflows.references import reference_of
from workflows.tables import cases, identities, identity_secrets

#: A person with more cases is found by what the cases are about as well; the newest are looked at.
MOST: Final = 200
#: What people put between the digits of a number.
_GAPS: Final = re.compile(r"[\s\-－—]+")
#: Begins what stands for a person in a filter that is kept: a reference instead of a name.
REFERENCE: Final = "ref:"
_NOBODY: Final = "0" * 32
_IS_REFERENCE: Final = re.compile(r"ref:[0-9a-f]{32}")

_SECRET = select(identity_secrets.c.secret).where(
    identity_secrets.c.organisation == bindparam("organisation")
)
_CASES = (
    select(identities.c.case_id)
    .distinct()
    .join_from(identities, cases, identities.c.case_id == cases.c.id)
    .where(
        identities.c.hash.in_(bindparam("hashes", expanding=True)),
        cases.c.organisation == bindparam("organisation"),
        identities.c.case_id < bindparam("before"),
    )
    .order_by(identities.c.case_id.desc())
    .limit(MOST)
)


def known_secret(connection: Connection, organisation: str) -> bytes | None:
    """What references of an organisation are made with; null where none is, or when it was destroyed."""
    found = connection.execute(_SECRET, {"organisation": organisation}).scalar_one_or_none()
    return None if found is None else bytes.fromhex(found)


def references_for(secret: bytes | None, said: str) -> list[str]:
    """References that stand for what was said: as it was written, without gaps, and as a number."""
    if _IS_REFERENCE.fullmatch(said):
        return [said.removeprefix(REFERENCE)]
    text = said.strip()
    if secret is None or len(text) < 2:
        return []
    close = _GAPS.sub("", text)
    # Of numbers the digits matter first; a name has its blanks.
    both = (close, text) if close.isascii() else (text, close)
    values: list[Any] = list(dict.fromkeys(both))
    if close.isascii() and close.isdigit() and len(close) < 16 and close[0] != "0":
        values.append(int(close))
    return [reference_of(value, secret) for value in values]


def cases_referring(
    connection: Connection, organisation: str, references: list[str], *, before: int
) -> frozenset[int]:
    """Ids of the newest cases below ``before`` that hold one of these identities, whoever may know it."""
    if not references:
        return frozenset()
    asked = {"hashes": references, "organisation": organisation, "before": before}
    return frozenset(connection.scalars(_CASES, asked))


class Knowing:
    """Whether somebody may know the identities of cases; regulations are read once."""

    def __init__(self, connection: Connection, person: Actor) -> None:
        self._connection, self._person = connection, person
        self._laws: dict[int, Law] = {}

    def may(self, case: CaseFile) -> bool:
        """Whether the identities of this case are shown to the person."""
        law = self._laws.get(case.version_id)
        if law is None:
            law = self._laws[case.version_id] = law_of(self._connection, case.version_id)
        return may_know_identities(self._connection, self._person, case, law)


def cases_of_person(connection: Connection, said: str, *, of: Actor) -> list[int]:
    """Ids of the newest cases of whoever is meant, as far as ``of`` may know whose they are."""
    references = references_for(known_secret(connection, of.organisation), said)
    found = cases_referring(connection, of.organisation, references, before=2**62)
    knowing = Knowing(connection, of)
    return [case.id for case in open_files(connection, found) if knowing.may(case)]


def kept_as(connection: Connection, organisation: str, said: str) -> str:
    """How a person is written in a filter that is kept: nobody reads from it who is meant.

    Where nothing of the kind can have been taken down, it stands for nobody.
    """
    references = references_for(known_secret(connection, organisation), said)
    return REFERENCE + (references[0] if references else _NOBODY)
