"""Materials: how the checklist of a case stands, and the catalogue that says what is asked for."""

from __future__ import annotations

from typing import Any

from app.api.describing import noun, operation
from app.api.shapes import Shape, flag, many, moment, text, texts, whole
from app.case_view import readable_case
from app.installation import installation
from app.signing_in import me
from workflows.database import reading
from workflows.reading.materials import Material, SupplementList, materials_of
from workflows.reading.matters import Matter, matter, matters_of

blueprint = noun("materials", "Materials of a case, and the catalogue of matters.")


class VersionFileShape(Shape):
    """A file that was handed in."""

    id = text("Its id.", "5f1c0d3c8b7e4a0f9d2e6c1b0a998877")
    name = text("Its name.", "申请书.pdf")
    media_type = text("By its ending and its first bytes.", "application/pdf")
    size = whole("Bytes.", 48213)
    sha256 = text("SHA-256 of its content, in hex.", "9f86d081884c7d65…")


class MaterialVersionShape(Shape):
    """What was handed in at one time; older versions stay."""

    number = whole("1, 2, 3 …", 1)
    files = many(VersionFileShape)
    by = text("User name of whoever took it in.", "zhang.san")
    at = moment("When.")
    event = whole("Number of the event.", 3)


class MaterialShape(Shape):
    """A line of the checklist."""

    name = text("What it is called.", "申请书")
    main = flag("Whether it is a main one.")
    tolerable = flag("Whether it may be handed in later.")
    added = flag("Whether nobody asked for it beforehand.")
    state = text("`missing`, `handed-in`, `tolerated` or `not-needed`.", "handed-in")
    until = text("Last day of tolerance; empty without one.", "2026-09-28")
    reason = text("Why; empty without one.", "")
    versions = many(MaterialVersionShape)


class ListedShape(Shape):
    """What was told to be missing."""

    name = text("What it is called.", "申请书")
    reason = text("Why it is asked for; empty without one.", "")


class SupplementListShape(Shape):
    """A list of what is missing, as the applicant was told it."""

    stage = text("The stage it belongs to.", "补正")
    number = whole("Which of the lists of its stage.", 1)
    items = many(ListedShape)
    at = moment("When it was composed.")
    by = text("User name; empty for a timer.", "zhang.san")
    breach = text("Clause it goes against; null for the first.", "office.permit.3", allow_none=True)


class MaterialsShape(Shape):
    """The materials of a case, main ones first; empty where its regulation has no checklist."""

    items = many(MaterialShape)
    lists = many(SupplementListShape)


class AskedShape(Shape):
    """A material that is asked for."""

    name = text("What it is called.", "申请书")
    main = flag("Whether it is a main one.")
    tolerable = flag("Whether it may be handed in later.")


class MatterShape(Shape):
    """A matter people apply for."""

    slug = text("What the catalogue calls it.", "permit")
    name = text("Its name.", "许可")
    unit = text("Slug of the unit that handles it.", "intake")
    basis = text("The law it rests on.", "《某某条例》")
    conditions = text("What has to be fulfilled.", "")
    fee = text("What it costs.", "不收费")
    statutory_workdays = whole("What the law gives; null where it is not said.", 20, allow_none=True)
    promised_workdays = whole("What the office promises; null where it is not said.", 7, allow_none=True)
    materials = many(AskedShape)
    provisions = texts("Ids of the clauses it rests on.", ["office.permit.3"])


class MattersShape(Shape):
    """The catalogue, in its own order."""

    items = many(MatterShape)


@operation(blueprint, "GET", "/cases/<case_number>/materials", name="listMaterials", refuses=(403, 404))
@blueprint.response(200, MaterialsShape)
def listed(case_number: str) -> dict[str, Any]:
    """List the materials of a case, and what the applicant was told to be missing."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        found = materials_of(connection, view.case, view.law)
    return {"items": [_line(one) for one in found.lines], "lists": [_list(one) for one in found.lists]}


@operation(blueprint, "GET", "/matters", name="listMatters")
@blueprint.response(200, MattersShape)
def matters() -> dict[str, Any]:
    """List the matters your organisation handles."""
    with reading(installation().engine) as connection:
        return {"items": [_matter(one) for one in matters_of(connection, me().organisation)]}


@operation(blueprint, "GET", "/matters/<slug>", name="getMatter", refuses=(404,))
@blueprint.response(200, MatterShape)
def shown(slug: str) -> dict[str, Any]:
    """Get one matter of your organisation."""
    with reading(installation().engine) as connection:
        return _matter(matter(connection, me().organisation, slug))


_FACTS = ("name", "main", "tolerable", "added", "state", "until", "reason")


def _line(one: Material) -> dict[str, Any]:
    versions = [
        {
            "number": version.number,
            "files": [
                {name: getattr(file, name) for name in ("id", "name", "media_type", "size", "sha256")}
                for file in version.files
            ],
            "by": version.by,
            "at": version.at,
            "event": version.seq,
        }
        for version in one.versions
    ]
    return {**{name: getattr(one, name) for name in _FACTS}, "versions": versions}


def _list(one: SupplementList) -> dict[str, Any]:
    items = [{"name": name, "reason": reason} for name, reason in one.items]
    facts = {name: getattr(one, name) for name in ("stage", "number", "at", "by", "breach")}
    return {**facts, "items": items}


def _matter(one: Matter) -> dict[str, Any]:
    names = (
        "slug",
        "name",
        "unit",
        "basis",
        "conditions",
        "fee",
        "statutory_workdays",
        "promised_workdays",
    )
    asked = [
        {"name": material.name, "main": material.main, "tolerable": material.tolerable}
        for material in one.materials
    ]
    facts = {name: getattr(one, name) for name in names}
    return {**facts, "materials": asked, "provisions": list(one.provisions)}
