"""The materials of a case: how each stands, and every version that was handed in.

They are read out of the history: what a form with a checklist (``workflows.forms.materials``) wrote is in its
event, and each time the files of a material are other ones is a version. Nothing is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from workflows.forms.materials import State
from workflows.forms.schema import materials_asked
from workflows.history import Event, read_history
from workflows.reading.case_file import CaseFile
from workflows.reading.law import Law
from workflows.tables import attachments, supplement_lists


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """What is known of a file without opening it."""

    id: str
    name: str
    media_type: str
    #: Bytes.
    size: int
    #: In hex.
    sha256: str


@dataclass(frozen=True, kw_only=True)
class MaterialVersion:
    """What was handed in for a material at one time; versions count from 1."""

    number: int
    files: tuple[KeptFile, ...]
    by: str
    at: datetime
    #: Number of the event.
    seq: int


@dataclass(kw_only=True)
class Material:
    """One line of the checklist, with its versions, the oldest first."""

    name: str
    main: bool = False
    tolerable: bool = False
    state: str = State.MISSING
    reason: str = ""
    #: Last day of tolerance, as it was written.
    until: str = ""
    #: Nobody asked for it beforehand.
    added: bool = False
    versions: list[MaterialVersion] = field(default_factory=list)

    @property
    def latest(self) -> MaterialVersion | None:
        """What counts now; null while nothing was handed in, or what was is no longer counted."""
        return self.versions[-1] if self.versions and self.versions[-1].files else None


@dataclass(frozen=True, kw_only=True)
class SupplementList:
    """What the applicant was told to hand in, at one stage; a further list of a stage is a breach."""

    stage: str
    #: Which of the lists of its stage, from 1.
    number: int
    #: Names with the reasons there are, main ones first as they were listed.
    items: tuple[tuple[str, str], ...]
    at: datetime
    by: str
    #: Id of the clause that it goes against; null for the first of its stage.
    breach: str | None


@dataclass(frozen=True, kw_only=True)
class CaseMaterials:
    """What a case has of materials: the checklist, and what of it the applicant was told."""

    lines: tuple[Material, ...] = ()
    lists: tuple[SupplementList, ...] = ()

    @property
    def missing(self) -> int:
        """How many are missing."""
        return sum(one.state == State.MISSING for one in self.lines)


_FILES = select(
    attachments.c.id,
    attachments.c.name,
    attachments.c.media_type,
    attachments.c.size,
    attachments.c.sha256,
).where(attachments.c.case_id == bindparam("case"))


_LISTS = (
    select(supplement_lists)
    .where(supplement_lists.c.case_id == bindparam("case"))
    .order_by(supplement_lists.c.id)
)


def materials_of(connection: Connection, case: CaseFile, law: Law) -> CaseMaterials:
    """The materials of a case, main ones first; nothing where no form of its law has a checklist."""
    names = checklists_of(law)
    if not names:
        return CaseMaterials()
    rows = connection.execute(_FILES, {"case": case.id})
    files = {row.id: KeptFile(**row._mapping) for row in rows}
    found: dict[str, Material] = {}
    for event in read_history(connection, case.id):
        for written in _written(event):
            for name in names & written.keys():
                _take_over(found, written[name], event, files)
    lines = sorted(found.values(), key=lambda one: (not one.main, one.added))
    return CaseMaterials(lines=tuple(lines), lists=tuple(_lists(connection, case.id)))


def _lists(connection: Connection, case_id: int) -> Iterator[SupplementList]:
    for row in connection.execute(_LISTS, {"case": case_id}):
        yield SupplementList(
            stage=row.stage,
            number=row.number,
            items=tuple((item["name"], item.get("reason", "")) for item in orjson.loads(row.items)),
            at=row.composed_at,
            by=row.composed_by,
            breach=row.breach,
        )


def checklists_of(law: Law) -> frozenset[str]:
    """Names under which the forms of a law keep checklists of materials."""
    resources = (law.resources(version.process.key) for version in law.versions)
    return frozenset(name for one in resources for schema in one.schemas.values() for name in _names(schema))


def _names(container: Mapping[str, Any]) -> Iterator[str]:
    for component in container.get("components") or ():
        if materials_asked(component):
            yield str(component.get("key"))
        yield from _names(component)


def _written(event: Event) -> Iterator[Mapping[str, Any]]:
    """What an event wrote: first what came with the command, then what operators set."""
    given = event.body.get("command", {}).get("data")
    if isinstance(given, Mapping):
        yield given
    for _, _, _, effect in event.body.get("operations", ()):
        yield effect.get("values", {})


def _take_over(found: dict[str, Material], items: Any, event: Event, files: Mapping[str, KeptFile]) -> None:
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
            continue
        material = found.setdefault(item["name"], Material(name=item["name"]))
        material.main = item.get("main") is True
        material.tolerable = item.get("tolerable") is True
        material.state = str(item.get("state") or State.MISSING)
        material.reason = str(item.get("reason") or "")
        material.until = str(item.get("until") or "")
        material.added = item.get("added") is True
        _add_version(material, item.get("files"), event, files)


def _add_version(material: Material, ids: Any, event: Event, files: Mapping[str, KeptFile]) -> None:
    """A new one where the files are other than those of the version before."""
    handed = tuple(files[one] for one in _listed(ids) if one in files)
    before = material.versions[-1].files if material.versions else ()
    if handed != before:
        number = len(material.versions) + 1
        material.versions.append(
            MaterialVersion(number=number, files=handed, by=event.actor, at=event.at, seq=event.seq)
        )


def _listed(ids: Any) -> Iterable[str]:
    return ids if isinstance(ids, list) else ()
