"""An organisation's regulations as they are in force here, in the shape of a package."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select

from workflows.definitions import Bundle
from workflows.packages.package import SHARED, Package, PackageGroup, PackageProvision
from workflows.tables import definitions, groups, organisations, provisions, versions

#: Folder of a bundle → what a package calls its files.
_FOLDERS = {"decisions": "decisions", "forms": "forms", "notices": "notices"}


def installed_packages(
    connection: Connection, organisation: str, *, edited: dict[str, Bundle] | None = None
) -> tuple[Package, list[Package]]:
    """The organisation's package as published, and those around it: shared diagrams, and all offices for them.

    ``edited`` replaces regulations by their keys; their files come before those of other regulations.
    """
    slugs = connection.scalars(select(organisations.c.slug).order_by(organisations.c.slug)).all()
    near = slugs if organisation == SHARED else [slug for slug in slugs if slug in (organisation, SHARED)]
    found = {slug: _installed(connection, slug, edited or {}) for slug in near}
    return found[organisation], [package for slug, package in found.items() if slug != organisation]


def _installed(connection: Connection, slug: str, edited: dict[str, Bundle]) -> Package:
    office = connection.execute(select(organisations).where(organisations.c.slug == slug)).one()
    own = {key: bundle for key, bundle in edited.items() if key.startswith(f"{slug}.")}
    bundles = _published(connection, slug) | own
    files: dict[str, dict[str, str]] = {kind: {} for kind in _FOLDERS}
    registers: dict[str, Any] = {}
    # The later wins: what is being edited.
    for bundle in sorted(bundles.values(), key=lambda one: one in own.values()):
        for kind, folder in _FOLDERS.items():
            files[kind] |= bundle.named(folder)
        registers |= orjson.loads(bundle.files.get("registers.json", "{}"))
    return Package(
        directory=Path(),
        slug=slug,
        name=office.name,
        name_en=office.name_en,
        settings=orjson.loads(office.settings),
        units=_groups(connection, slug, "unit"),
        roles=_groups(connection, slug, "role"),
        provisions=_provisions(connection, slug),
        registers=registers,
        diagrams={key.partition(".")[2]: bundle.diagram.decode() for key, bundle in bundles.items()},
        **files,
    )


def _published(connection: Connection, slug: str) -> dict[str, Bundle]:
    rows = connection.execute(
        select(definitions.c.key, versions.c.bundle)
        .join(versions, versions.c.definition_id == definitions.c.id)
        .where(definitions.c.organisation == slug, versions.c.status == "published")
        .order_by(versions.c.id)
    )
    return {row.key: Bundle.unpack(row.bundle) for row in rows}


def _groups(connection: Connection, slug: str, kind: str) -> tuple[PackageGroup, ...]:
    query = select(groups).where(groups.c.organisation == slug, groups.c.kind == kind).order_by(groups.c.slug)
    return tuple(
        PackageGroup(slug=row.slug, name=row.name, name_en=row.name_en) for row in connection.execute(query)
    )


def _provisions(connection: Connection, slug: str) -> tuple[PackageProvision, ...]:
    rows: Iterable[Any] = connection.execute(
        select(provisions).where(provisions.c.organisation == slug).order_by(provisions.c.id)
    )
    return tuple(
        PackageProvision(
            id=row.id,
            article=row.article,
            kind=row.kind,
            summary_zh=row.summary_zh,
            summary_en=row.summary_en,
            executed_by=row.executed_by,
        )
        for row in rows
    )
