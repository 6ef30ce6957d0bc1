"""Runs the DMN Technology Compatibility Kit against ``workflows.decisions`` and counts.

``python -m tests.tck.run DIRECTORY [--level 2] [--quiet]`` where DIRECTORY is ``TestCases`` of a checkout of
the kit. A test case passes when all its results are as expected.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from workflows.decisions import DecisionModel, load_decisions
from workflows.decisions.model import Kind
from workflows.errors import WorkflowError
from workflows.feel import Function, Range, YearsMonths
from workflows.feel.temporal import parse_date, parse_date_and_time, parse_duration, parse_time

_HOST = {
    "now": lambda: dt.datetime(2026, 5, 3, 10, 30, tzinfo=dt.UTC),
    "today": lambda: dt.date(2026, 5, 3),
}
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_PARSERS = {
    "decimal": Decimal,
    "double": Decimal,
    "integer": Decimal,
    "int": Decimal,
    "float": Decimal,
    "boolean": lambda text: text.strip() in ("true", "1"),
    "date": parse_date,
    "time": parse_time,
    "dateTime": parse_date_and_time,
    "duration": parse_duration,
    "dayTimeDuration": parse_duration,
    "yearMonthDuration": parse_duration,
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one test case; ``reason`` is empty when it passed."""

    level: str
    case: str
    reason: str


def _tag(element: Any) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _parts(element: Any, *names: str) -> list[Any]:
    return [child for child in element if _tag(child) in names]


def read_value(element: Any) -> Any:
    """The value of a ``valueType`` element of the kit."""
    components = _parts(element, "component")
    if components:
        return {part.get("name"): read_value(part) for part in components}
    for child in _parts(element, "value", "list"):
        if child.get(_XSI + "nil") == "true":
            return None
        if _tag(child) == "list":
            return [read_value(item) for item in _parts(child, "item")]
        return _scalar(child)
    return None


def _scalar(element: Any) -> Any:
    kind = (element.get(_XSI + "type") or "string").rpartition(":")[2]
    text = element.text or ""
    parse = _PARSERS.get(kind)
    value = parse(text.strip()) if parse else text
    if parse is not None and value is None:
        return f"not representable: {text}"
    return value


def same(expected: Any, found: Any) -> bool:
    """Whether a result is the expected one; numbers up to rounding in the 8th place."""
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(expected - found) <= Decimal("1e-8") * max(1, abs(expected))
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            same(value, found[name]) for name, value in expected.items()
        )
    if isinstance(found, Function | Range | YearsMonths) and type(found) is not type(expected):
        return False
    return type(expected) is type(found) and bool(expected == found)


def _models(folder: Path) -> dict[str, DecisionModel]:
    """All models of a folder; those that import others once these are read."""
    waiting = {path.name: path.read_bytes() for path in sorted(folder.glob("*.dmn"))}
    read: dict[str, DecisionModel] = {}
    for _ in range(len(waiting) + 1):
        for name, xml in list(waiting.items()):
            namespaces = {model.namespace for model in read.values()}
            root = etree.fromstring(xml)
            wanted = {child.get("namespace") for child in root if _tag(child) == "import"}
            if wanted <= namespaces:
                read[name] = load_decisions(xml, imports=read.values(), lenient=True)
                del waiting[name]
    for name, xml in waiting.items():
        read[name] = load_decisions(xml, imports=read.values(), lenient=True)
    return read


def _evaluate(model: DecisionModel, case: Any, name: str, inputs: Mapping[str, Any]) -> Any:
    kind = case.get("type") or "decision"
    if kind != "decision":
        wanted = Kind.SERVICE if kind == "decisionService" else Kind.KNOWLEDGE
        invocable = case.get("invocableName")
        for node in model.nodes.values():
            if node.kind is wanted and node.name == invocable:
                value = model.invoke(node.id, inputs, _HOST).value
                return (
                    value[name]
                    if isinstance(value, dict) and len(node.outputs) > 1 and name in value
                    else value
                )
        raise LookupError(invocable)
    for decision in model.decisions.values():
        if decision.name == name:
            return model.evaluate(decision.id, inputs, _HOST).value
    raise LookupError(name)


def _judge(model: DecisionModel, case: Any) -> str:
    inputs = {node.get("name"): read_value(node) for node in _parts(case, "inputNode")}
    for result in _parts(case, "resultNode"):
        name = result.get("name")
        expected = [read_value(part) for part in _parts(result, "expected")]
        wanted = expected[0] if expected else None
        try:
            found = _evaluate(model, case, name, inputs)
        except WorkflowError as error:
            found = None
            if wanted is not None:
                return f"{name}: {error}"
        except LookupError:
            return f"{name}: there is no such decision"
        if not same(wanted, found):
            return f"{name}: expected {wanted!r}, found {found!r}"
    return ""


def run(directory: Path, levels: list[str]) -> Iterator[Verdict]:
    """The verdict on every test case of the levels."""
    for level in levels:
        for folder in sorted((directory / f"compliance-level-{level}").iterdir()):
            if not folder.is_dir():
                continue
            models = _models(folder)
            for path in sorted(folder.glob("*.xml")):
                root = etree.parse(str(path)).getroot()
                model_name = next((part.text or "").strip() for part in root if _tag(part) == "modelName")
                for case in _parts(root, "testCase"):
                    label = f"{folder.name}/{path.stem}#{case.get('id')}"
                    if model_name not in models:
                        yield Verdict(level=level, case=label, reason="the model is missing")
                        continue
                    yield Verdict(level=level, case=label, reason=_judge(models[model_name], case))


def main(arguments: list[str]) -> int:
    """Print failures and totals; 0 when everything passes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--level", action="append", choices=["2", "3"])
    parser.add_argument("--quiet", action="store_true", help="totals only")
    options = parser.parse_args(arguments)
    levels = options.level or ["2", "3"]
    verdicts = list(run(options.directory, levels))
    lines: list[str] = []
    for verdict in verdicts:
        if verdict.reason and not options.quiet:
            lines.append(f"FAILED {verdict.level} {verdict.case}: {verdict.reason[:240]}")
    for level in levels:
        of_level = [verdict for verdict in verdicts if verdict.level == level]
        passed = sum(not verdict.reason for verdict in of_level)
        share = 100 * passed / max(1, len(of_level))
        lines.append(f"level {level}: {passed} of {len(of_level)} passed ({share:.1f} %)")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if any(verdict.reason for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
