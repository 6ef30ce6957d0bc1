"""``matters.toml`` of a package: what an office promises is less than what the law gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workflows.packages.package import Package
from workflows.packages.toml import TomlTable
from workflows.validation import Finding, Severity

#: What becomes of a promise equal to the statutory limit: ``"refused"``, or ``"flagged"``.
_EQUAL: Final = "promised_equal"


def check_matters(package: Package) -> Iterator[Finding]:
    """Matters whose promised limit (workdays) is not strictly less than their statutory one.

    Greater prevents publication; equal as well, unless ``promised_equal`` of the file only has it flagged.
    """
    table = TomlTable(f"{package.slug}/matters.toml", "", dict(package.tables.get("matters", {})))
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
