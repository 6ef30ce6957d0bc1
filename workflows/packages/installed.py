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

#: Folders of a bundle; a package calls them the same.
_FOLDERS = ("decisions", "forms", "notices")


def installed_packages(
    connection: Connection, organisation: str, *, edited: dict[str, Bundle] | None = None
) -> tuple[Package, list[Package]]:
    """The organisation's package as published, and those around it: shared diagrams; all offices for these.

    ``edited`` replaces regulations by their keys; their files come before those of other regulations.
    """
    slugs = connection.scalars(select(organisations.c.slug).order_by(organisations.c.slug)).all()
    near = slugs if organisation == SHARED else [slug for slug in slugs if slug in (organisation, SHARED)]
    found = {slug: _installed(connection, slug, edited or {}) for slug in near}
    return found[organisation], [package for slug, package in found.items() if slug != organisation]


def _installed(connection: Connection, slug: str, edited: dict[str, Bundle]) -> Package:
    office = connection.execute(select(organisations).where(organisations.c.slug == slug)).one()
    own = {key: bundle for key, bundle in edited.items() if key.startswith(f"{slug}.")}
    others = {key: bundle for key, bundle in _published(connection, slug).items() if key not in own}
    # The later wins: what is being edited.
    bundles = others | own
    files: dict[str, dict[str, str]] = {folder: {} for folder in _FOLDERS}
    registers: dict[str, Any] = {}
    for bundle in bundles.values():
        for folder in _FOLDERS:
            files[folder] |= bundle.named(folder)
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
        decisions=files["decisions"],
        forms=files["forms"],
        notices=files["notices"],
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
