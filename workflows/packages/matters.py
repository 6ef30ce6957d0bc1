"""``matters.toml`` of a package: promises within the law, and names that tell matters and materials apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from workflows.packages.package import Package
from workflows.packages.toml import TomlTable
from workflows.validation import Finding, Severity

#: What becomes of a promise equal to the statutory limit: ``"refused"``, or ``"flagged"``.
_EQUAL: Final = "promised_equal"


def check_matters(package: Package) -> Iterator[Finding]:
    """Matters whose promised limit (workdays) is not strictly less than their statutory one.

    Greater prevents publication; equal as well, unless ``promised_equal`` of the file only has it flagged. So
    do two matters, or two materials of one, of the same name: a checklist could not tell them apart.
    """
    table = TomlTable(f"{package.slug}/matters.toml", "", dict(package.tables.get("matters", {})))
    yield from _named_twice(table)
    flagged = table.text(_EQUAL, "refused") == "flagged"
    for matter in table.tables("matters"):
        statutory, promised = (matter.content.get(f"{kind}_workdays") for kind in ("statutory", "promised"))
        if not isinstance(statutory, int) or not isinstance(promised, int) or promised < statutory:
            continue
        name = matter.text("name")
        mild = promised == statutory and flagged
        yield Finding(
            rule="matters",
            severity=Severity.WARNING if mild else Severity.ERROR,
            element_id=None,
            message_zh=f"“{name}”承诺{promised}个工作日，必须少于法定的{statutory}个工作日：请改正。",
            message_en=f"{name!r} promises {promised} workdays, which must be fewer than the statutory "
            f"{statutory}.",
            code="matters",
        )


def _named_twice(table: TomlTable) -> Iterator[Finding]:
    matters = table.tables("matters")
    places = [("办事目录", "the catalogue", [matter.text("name") for matter in matters])]
    for matter in matters:
        name = matter.text("name")
        listed = [material.text("name") for material in matter.tables("materials")]
        places.append((f"“{name}”的材料", f"the materials of {name!r}", listed))
    for place_zh, place_en, names in places:
        for twice in sorted(name for name, count in Counter(names).items() if count > 1):
            yield Finding(
                rule="matters",
                severity=Severity.ERROR,
                element_id=None,
                message_zh=f"{place_zh}里“{twice}”出现了两次：请改名或删除一项。",
                message_en=f"{twice!r} stands twice in {place_en}: rename or remove one.",
                code="matters",
            )
