"""Loading packages into an installation: a fresh one is filled, an edited one is never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from workflows.calendar_store import renew_version, seed_calendar
from workflows.definitions import Bundle, PublicationRefused, publish, save_draft
from workflows.escalation import renew_rungs
from workflows.exclusive import exclusively
from workflows.packages.bundling import bundle_of, surroundings_of
from workflows.packages.contents import check_contents
from workflows.packages.coverage import citations, described
from workflows.packages.directory import write_demo_people, write_directory
from workflows.packages.ordering import call_order
from workflows.packages.package import Package
from workflows.packages.reading import read_packages
from workflows.tables import definitions, installation, versions
from workflows.validation import Finding, Severity, Surroundings

#: Row of ``installation`` with the hash of what the last load brought for a regulation.
_LOADED: Final = "package:"


@dataclass(frozen=True, kw_only=True)
class LoadReport:
    """What a load did; regulations by their keys, in the order in which they were looked at."""

    organisations: tuple[str, ...]
    #: How many demonstration accounts there are now.
    people: int
    #: Key → id of the version made.
    published: Mapping[str, int]
    #: The installation's version was edited: the package's is a draft to look at. Key → id of the draft.
    drafted: Mapping[str, int]
    unchanged: tuple[str, ...]
    #: Edited, and somebody's draft is in the place of ours: nothing was done.
    held_back: tuple[str, ...]
    #: Not published because of what validation found.
    refused: Mapping[str, tuple[Finding, ...]]


def load_packages(
    connection: Connection, directory: Path, *, at: datetime, demo: bool, author: str = "package"
) -> LoadReport:
    """Bring an installation up to the packages of a folder.

    1. Seed an empty calendar.
    2. Write organisations, groups and provisions; people only for a demonstration. An organisation's closing
       time is part of its calendar's version.
    3. Publish what is new or changed, callees first. Where the version in force is not the one a package
       brought, make a draft instead.

    One node at a time. Raises ``PackageFault`` when a file cannot be read; then nothing is written.
    """
    packages = read_packages(directory)
    order = call_order(packages)
    exclusively(connection, "load packages")
    seed_calendar(connection)
    accounts = 0
    for package in packages:
        write_directory(connection, package, executed_by=described(citations(package)))
        if demo:
            accounts += write_demo_people(connection, package)
    renew_version(connection)
    for package in packages:
        renew_rungs(connection, package.slug, at=at)
    loading = _Loading(connection, at=at, author=author)
    around = {package.slug: surroundings_of(package, packages) for package in packages}
    for package, regulation in order:
        loading.load(package, regulation, around[package.slug])
    return LoadReport(
        organisations=tuple(package.slug for package in packages),
        people=accounts,
        published=loading.published,
        drafted=loading.drafted,
        unchanged=tuple(loading.unchanged),
        held_back=tuple(loading.held_back),
        refused=loading.refused,
    )


class _Standing(StrEnum):
    """How a package's regulation stands to the installed one."""

    NEW = "new"
    CURRENT = "current"
    EDITED = "edited"


class _Loading:
    """One load: what is installed, and what has been done so far."""

    def __init__(self, connection: Connection, *, at: datetime, author: str) -> None:
        self.connection, self.at, self.author = connection, at, author
        rows = connection.execute(
            select(definitions.c.key, versions)
            .join(versions, versions.c.definition_id == definitions.c.id)
            .where(versions.c.status.in_(("published", "draft")))
        ).all()
        self.current = {row.key: row for row in rows if row.status == "published"}
        self.drafts = {row.key: row for row in rows if row.status == "draft"}
        loaded = select(installation).where(installation.c.key.startswith(_LOADED))
        self.last = {row.key.removeprefix(_LOADED): row.value for row in connection.execute(loaded)}
        self.published: dict[str, int] = {}
        self.drafted: dict[str, int] = {}
        self.unchanged: list[str] = []
        self.held_back: list[str] = []
        self.refused: dict[str, tuple[Finding, ...]] = {}

    def load(self, package: Package, regulation: str, surroundings: Surroundings) -> None:
        """Bring one regulation up to date."""
        key, bundle = package.key(regulation), bundle_of(package, regulation)
        calls = package.calls(regulation)
        match self._standing(key, bundle, calls):
            case _Standing.CURRENT:
                self.unchanged.append(key)
            case _Standing.EDITED:
                self._draft(package, key, bundle)
            case _Standing.NEW:
                self._publish(package, key, bundle, surroundings, calls)

    def _standing(self, key: str, bundle: Bundle, calls: frozenset[str]) -> _Standing:
        current = self.current.get(key)
        if current is None:
            return _Standing.NEW
        if current.content_hash == bundle.content_hash:
            # A caller follows what it calls: its calls are pinned to the versions of its own publication.
            return _Standing.CURRENT if calls.isdisjoint(self.published) else _Standing.NEW
        if current.package_hash == current.content_hash:
            return _Standing.NEW
        # What an earlier load has already offered is not offered again.
        return _Standing.CURRENT if self.last.get(key) == bundle.content_hash else _Standing.EDITED

    def _publish(
        self, package: Package, key: str, bundle: Bundle, surroundings: Surroundings, calls: frozenset[str]
    ) -> None:
        if missing := sorted(calls & self.refused.keys()):
            self.refused[key] = (_callee_refused(missing),)
            return
        if faults := tuple(check_contents(bundle)):
            self.refused[key] = faults
            return
        try:
            self.published[key] = publish(
                self.connection,
                bundle,
                key=key,
                organisation=package.slug,
                surroundings=surroundings,
                author=self.author,
                approver=None,
                at=self.at,
                package_hash=bundle.content_hash,
            )
        except PublicationRefused as refusal:
            self.refused[key] = tuple(refusal.findings)
        else:
            self._remember(key, bundle)

    def _draft(self, package: Package, key: str, bundle: Bundle) -> None:
        draft = self.drafts.get(key)
        if draft is not None and draft.author != self.author:
            self.held_back.append(key)
            return
        self.drafted[key] = save_draft(
            self.connection,
            bundle,
            key=key,
            organisation=package.slug,
            author=self.author,
            at=self.at,
            package_hash=bundle.content_hash,
        )
        self._remember(key, bundle)

    def _remember(self, key: str, bundle: Bundle) -> None:
        place = _LOADED + key
        self.connection.execute(delete(installation).where(installation.c.key == place))
        self.connection.execute(insert(installation).values(key=place, value=bundle.content_hash))


def _callee_refused(missing: list[str]) -> Finding:
    called = "、".join(missing)
    return Finding(
        rule="callee-refused",
        severity=Severity.ERROR,
        element_id=None,
        message_zh=f"它调用的流程({called})有必须先改正的问题。",
        message_en=f"A process it calls was refused: {', '.join(missing)}.",
        code="callee-refused",
    )
