"""Reading a package from its folder; anything malformed is a ``PackageFault`` that says what to do."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any, Final

import orjson

from workflows.definitions.bundle import MATTERS
from workflows.diagrams import DiagramRefused, read_diagram
from workflows.packages.access_rules import check_access
from workflows.packages.counter_settings import check_counter
from workflows.packages.faults import PackageFault
from workflows.packages.package import SHARED, Package, PackageGroup, PackagePerson, PackageProvision
from workflows.packages.parameters import check_parameters, check_slots
from workflows.packages.time_settings import check_time
from workflows.packages.toml import TomlTable, read_toml

_SLUG: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_REQUIRED_COLUMNS: Final = ("id", "article", "kind", "summary_zh", "summary_en")
#: Tables of ``organisation.toml`` that become rows of their own; the rest is kept as settings.
_ROWS: Final = ("organisation", "units", "roles", "posts", "skills", "people")
#: TOML files with a reading of their own; any other is kept by its name.
_OWN_READING: Final = ("organisation", "registers")


def read_packages(directory: Path) -> list[Package]:
    """All packages of a folder, the shared one first, then by name. Raises ``PackageFault``."""
    if not directory.is_dir():
        raise PackageFault(str(directory), zh="没有这个文件夹。", en="there is no such folder.")
    folders = [path for path in directory.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))]
    packages = [read_package(path) for path in sorted(folders, key=lambda p: (p.name != SHARED, p.name))]
    _distinct(packages, "user names", lambda package: (person.user for person in package.people))
    return packages


def read_package(directory: Path) -> Package:
    """One organisation's package. The folder's name is its slug. Raises ``PackageFault``."""
    slug = directory.name
    if not _SLUG.fullmatch(slug):
        raise PackageFault(
            slug,
            zh="文件夹名只能用小写字母、数字和连字符。",
            en="name the folder in lower case, digits, hyphens.",
        )
    facts = read_toml(directory / "organisation.toml", f"{slug}/organisation.toml")
    if not facts and slug != SHARED:
        raise PackageFault(
            f"{slug}/organisation.toml", zh="没有这个文件,请补上。", en="is missing or empty: write it."
        )
    package = _Facts(slug, facts)
    tables = {
        path.stem: read_toml(path, f"{slug}/{path.name}")
        for path in sorted(directory.glob("*.toml"))
        if path.stem not in _OWN_READING
    }
    made = Package(
        directory=directory,
        slug=slug,
        name=package.name,
        name_en=package.name_en,
        settings=package.settings(tables.get("access", {}), tables.get("matters", {})),
        units=package.groups("units", ("leader_post",)),
        roles=package.groups("roles", ()),
        posts=package.groups("posts", ()),
        skills=package.groups("skills", ()),
        people=package.people(),
        provisions=tuple(_provisions(directory / "provisions.csv", slug)),
        registers=_registers(directory / "registers.toml", slug),
        tables=tables,
        diagrams=_texts(directory, slug, "*.bpmn", ".bpmn", _check_diagram),
        decisions=_texts(directory, slug, "*.dmn", ".dmn", None),
        forms=_texts(directory, slug, "forms/*.form.json", ".form.json", _check_json),
        notices=_texts(directory, slug, "notices/*.html", ".html", None),
    )
    check_access(made)
    check_time(made)
    check_counter(made)
    return made


class _Facts:
    """``organisation.toml``."""

    def __init__(self, slug: str, content: dict[str, Any]) -> None:
        self.slug = slug
        self.whole = TomlTable(f"{slug}/organisation.toml", "", content)
        own = content.get("organisation", {} if content else {"slug": slug, "name": slug})
        self.own = TomlTable(self.whole.file, "organisation", own)
        if self.own.text("slug") != slug:
            raise self.own.fault("slug", f"应与文件夹名“{slug}”相同", f"must be the folder's name, {slug!r}")
        self.name = self.own.text("name")
        self.name_en = self.own.text("name_en", "")

    def settings(self, access: Mapping[str, Any], matters: Mapping[str, Any]) -> dict[str, Any]:
        """All that is no row: closing time, contacts, parameters, posts, substitutes, access, matters."""
        settings = {key: value for key, value in self.whole.content.items() if key not in _ROWS}
        check_parameters(TomlTable(self.whole.file, "parameters", self.whole.content.get("parameters", {})))
        check_slots(TomlTable(self.whole.file, "slots", self.whole.content.get("slots", {})), self._known())
        settings["contacts"] = {
            key: value for key, value in self.own.content.items() if key not in ("slug", "name", "name_en")
        }
        settings["leader_posts"] = self._noted("units", "slug", "leader_post")
        settings["substitutes"] = self._noted("people", "user", "substitute")
        settings["access"] = dict(access)
        if listed := matters.get(MATTERS):
            settings[MATTERS] = listed
        if closing := self._closing():
            settings["closing"] = closing
        try:
            orjson.dumps(settings)
        except TypeError as error:
            raise PackageFault(self.whole.file, zh=f"有不能保存的值({error})。", en=f"{error}.") from None
        return settings

    def groups(self, key: str, noted: tuple[str, ...]) -> tuple[PackageGroup, ...]:
        """Units, roles, posts or skills, in the order written."""
        made: dict[str, PackageGroup] = {}
        for table in self.whole.tables(key):
            table.only(("slug", "name", "name_en", *noted))
            slug = table.text("slug")
            if not _SLUG.fullmatch(slug):
                raise table.fault(
                    "slug", "只能用小写字母、数字和连字符", "takes lower case, digits and hyphens"
                )
            if slug in made:
                raise table.fault("slug", f"“{slug}”写了两次", f"{slug!r} is given twice")
            made[slug] = PackageGroup(slug=slug, name=table.text("name"), name_en=table.text("name_en", ""))
        return tuple(made.values())

    def people(self) -> tuple[PackagePerson, ...]:
        """People, whose groups must be those of this file."""
        units = {group.slug for group in self.groups("units", ("leader_post",))}
        known = {"units": units, "leads": units}
        known |= {key: {group.slug for group in self.groups(key, ())} for key in ("roles", "posts", "skills")}
        made = tuple(self._person(table, known) for table in self.whole.tables("people"))
        users = {person.user for person in made}
        for table in self.whole.tables("people"):
            if table.text("substitute", table.text("user")) not in users:
                raise table.fault("substitute", "不是本文件中的人员", "is nobody of this file")
        return made

    def _person(self, table: TomlTable, known: Mapping[str, set[str]]) -> PackagePerson:
        table.only(("user", "name", *known, "substitute"))
        user = table.text("user")
        if not user.startswith(f"{self.slug}."):
            raise table.fault("user", f"应以“{self.slug}.”开头", f"must begin with '{self.slug}.'")
        for key, slugs in known.items():
            for slug in table.texts(key):
                if slug not in slugs:
                    raise table.fault(key, f"中的“{slug}”不存在", f"names {slug!r}, which does not exist")
        held = {key: table.texts(key) for key in known}
        return PackagePerson(user=user, name=table.text("name"), **held)

    def _known(self) -> dict[str, set[str]]:
        """Slugs behind each kind of candidate key."""
        units = {group.slug for group in self.groups("units", ("leader_post",))}
        return {
            "unit": units,
            "leader": units,
            "role": {group.slug for group in self.groups("roles", ())},
        }

    def _noted(self, key: str, by: str, what: str) -> dict[str, str]:
        return {t.text(by): t.text(what) for t in self.whole.tables(key) if what in t.content}

    def _closing(self) -> str:
        hours = TomlTable(self.whole.file, "hours", self.whole.content.get("hours", {}))
        closing = hours.text("closing", "")
        try:
            return time.fromisoformat(closing).isoformat("minutes") if closing else ""
        except ValueError:
            raise hours.fault("closing", '应写成 "17:30"', 'must be written as "17:30"') from None


def _provisions(path: Path, slug: str) -> Iterator[PackageProvision]:
    if not path.exists():
        return
    shown, seen = f"{slug}/{path.name}", set[str]()
    try:
        rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True), strict=True)
        missing = [column for column in _REQUIRED_COLUMNS if column not in (rows.fieldnames or ())]
        if missing:
            raise PackageFault(
                shown, zh=f"缺少列:{'、'.join(missing)}。", en=f"add columns {', '.join(missing)}."
            )
        for row in rows:
            yield _provision(row, f"{shown}:{rows.line_num}", slug, seen)
    except UnicodeDecodeError:
        raise PackageFault(
            shown, zh="不是UTF-8编码,请转换后保存。", en="not UTF-8: save it as UTF-8."
        ) from None
    except csv.Error as error:
        raise PackageFault(shown, zh=f"不是有效的CSV({error})。", en=f"not valid CSV: {error}.") from None


def _provision(row: Mapping[str, str | None], shown: str, slug: str, seen: set[str]) -> PackageProvision:
    values = {column: (row.get(column) or "").strip() for column in _REQUIRED_COLUMNS}
    identifier = values["id"]
    if not identifier.startswith(f"{slug}.") or " " in identifier:
        raise PackageFault(
            shown,
            zh=f"条款号“{identifier}”应以“{slug}.”开头,不含空格。",
            en=f"{identifier!r}: begin with '{slug}.'.",
        )
    if identifier in seen:
        raise PackageFault(shown, zh=f"条款号“{identifier}”重复。", en=f"{identifier!r} is given twice.")
    seen.add(identifier)
    if empty := [column for column, value in values.items() if not value]:
        raise PackageFault(
            shown, zh=f"“{identifier}”缺少{empty[0]}。", en=f"{identifier!r} lacks {empty[0]}."
        )
    return PackageProvision(**values, executed_by=(row.get("executed_by") or "").strip())


def _registers(path: Path, slug: str) -> dict[str, Any]:
    shown = f"{slug}/{path.name}"
    made: dict[str, Any] = {}
    for table in TomlTable(shown, "", read_toml(path, shown)).tables("registers"):
        register = table.text("slug")
        table.text("name")
        if register in made:
            raise table.fault("slug", f"“{register}”写了两次", f"{register!r} is given twice")
        for column in table.tables("columns"):
            for key in ("name", "label", "value"):
                column.text(key)
        made[register] = table.content
    return made


def _texts(
    directory: Path, slug: str, pattern: str, ending: str, check: Callable[[str, str, str], None] | None
) -> dict[str, str]:
    made = {}
    for path in sorted(directory.glob(pattern)):
        shown = f"{slug}/{path.relative_to(directory).as_posix()}"
        name = path.name.removesuffix(ending)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise PackageFault(
                shown, zh="不是UTF-8编码,请转换后保存。", en="not UTF-8: save it as UTF-8."
            ) from None
        if check is not None:
            check(shown, text, f"{slug}.{name}")
        made[name] = text
    return made


def _check_diagram(shown: str, text: str, key: str) -> None:
    try:
        diagram = read_diagram(text.encode())
    except DiagramRefused as refusal:
        raise PackageFault(shown, zh=refusal.in_chinese(), en=str(refusal)) from refusal
    if key not in diagram.processes:
        raise PackageFault(
            shown, zh=f"流程的 id 应为“{key}”(单位.文件名)。", en=f"the process must have the id {key!r}."
        )


def _check_json(shown: str, text: str, _: str) -> None:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise PackageFault(shown, zh=f"不是有效的JSON({error})。", en=f"not valid JSON: {error}.") from None


def _distinct(packages: list[Package], what: str, items: Callable[[Package], Iterator[str]]) -> None:
    owners: dict[str, str] = {}
    for package in packages:
        for item in items(package):
            if item in owners:
                raise PackageFault(
                    f"{package.slug}/organisation.toml",
                    zh=f"“{item}”已在 {owners[item]} 中使用。",
                    en=f"{item!r} is used in {owners[item]} as well ({what}).",
                )
            owners[item] = package.slug
