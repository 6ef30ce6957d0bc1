"""``access.toml`` of a package: a rule that would not be kept as it is written is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from workflows.feel import FeelSyntaxError, compile_expression
from workflows.packages.package import Package
from workflows.packages.toml import TomlTable
from workflows.reading.access import Act
from workflows.reading.meaning import keys_meant

_KEYS: Final = ("process", "act", "who", "provision")
#: What a rule may call people by; nobody has done a step of a case that is not there yet.
_NOUNS: Final = ("unit", "leader", "role", "person", "starter")
#: Acts about no case in particular.
_WITHOUT_CASE: Final = (Act.START, Act.READ_REGISTER, Act.COUNTER)


def check_access(package: Package) -> None:
    """Look at every rule. Raises ``PackageFault`` at the first that nobody would keep.

    A rule names a process of the package, an act there is, and people: units and roles of the package, and
    what the data of a case say.
    """
    content = package.tables.get("access", {})
    table = TomlTable(f"{package.slug}/access.toml", "", content)
    table.only(("rules",))
    units = {group.slug for group in package.units}
    known: Mapping[str, Collection[str]] = {
        "unit": units,
        "leader": units,
        "role": {group.slug for group in package.roles},
    }
    processes = {package.key(regulation) for regulation in package.diagrams}
    for rule in table.tables("rules"):
        _check(rule, processes, known)


def _check(rule: TomlTable, processes: Collection[str], known: Mapping[str, Collection[str]]) -> None:
    rule.only(_KEYS)
    if rule.content.get("act") == Act.COUNTER:
        if "process" in rule.content:
            raise rule.fault("process", "与窗口登记无关，请删除", "is not asked at the counter: delete it")
    elif rule.text("process") not in processes:
        raise rule.fault("process", "不是本制度包的流程", "is no process of this package")
    acts = [act.value for act in Act]
    if rule.text("act") not in acts:
        raise rule.fault("act", f"只能是 {'、'.join(acts)}", f"must be one of {', '.join(acts)}")
    _check_people(rule, known)


def _check_people(rule: TomlTable, known: Mapping[str, Collection[str]]) -> None:
    try:
        expression = compile_expression(rule.text("who"))
    except FeelSyntaxError as error:
        raise rule.fault("who", f"不是有效的表达式({error.in_chinese()})", f"is no FEEL: {error}") from None
    for name in sorted(expression.functions):
        if name not in _NOUNS:
            raise rule.fault(
                "who",
                f"不能用“{name}”,只能用 {'、'.join(_NOUNS)}",
                f"calls {name!r}: use {', '.join(_NOUNS)}",
            )
    for name, arguments in expression.calls:
        if name in known and arguments and arguments[0] not in known[name]:
            word = arguments[0]
            raise rule.fault("who", f"中的“{word}”不存在", f"names {word!r}, which does not exist")
    if expression.names and rule.content["act"] in _WITHOUT_CASE:
        name = sorted(expression.names)[0]
        raise rule.fault("who", f"用了“{name}”，但还没有案件数据", f"reads {name!r} where there is no case")
    if not expression.names and not keys_meant(expression, starter="-"):
        raise rule.fault("who", "没有指明任何人", "means nobody")
