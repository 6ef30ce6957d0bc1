"""The rules of the house that a tool can check."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BPMN = ROOT / "bpmn"
SOURCES = [
    path
    for folder in ("workflows", "app")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "versions" not in path.parts and "node_modules" not in path.parts
]
DRAWERS = {"utils", "helpers", "common", "services", "misc"}
LONGEST_MODULE, LONGEST_FUNCTION = 400, 40


def names_of_the_law() -> set[str]:
    """Organisations, processes, regulations, forms, decisions and notices of every package."""
    names = set()
    for package in (path for path in BPMN.iterdir() if path.is_dir()):
        if package.name != "common":
            names.add(package.name)
        for diagram in package.glob("*.bpmn"):
            names |= {diagram.stem, f"{package.name}.{diagram.stem}"}
        names |= {path.name.removesuffix(".form.json") for path in package.glob("forms/*.form.json")}
        names |= {path.stem for path in (*package.glob("*.dmn"), *package.glob("notices/*.html"))}
    return names


#: Words of English that name a form somewhere and mean something else in the code: a short list, argued.
WORDS = {
    "application": "the media type of attachments begins with it",
    "register": "Flask and the operators use the verb",
    "decision": "a noun of DMN",
    "report": "an argument of the command line",
    "order": "a key of JSON answers",
    "reply": "a clock in a test diagram",
    "verification": "the page of a proof",
    "statement": "a statement of SQL",
    "transfer": "a verb",
    "correction": "a kind of event",
    "opinion": "a noun",
    "finding": "a result of validation",
    "receipt": "a noun",
    "handle": "a verb",
    "urge": "a verb",
    "extension": "more time, in the ledger of a clock",
    "instruction": "a noun",
    "explanation": "a noun",
}


def constants(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_the_code_knows_no_regulation() -> None:
    """No string in the code is the name of an organisation, a regulation, a form, a decision or a notice."""
    law = names_of_the_law() - WORDS.keys()
    known = [
        f"{path.relative_to(ROOT)}:{line} {text!r}"
        for path in SOURCES
        for line, text in constants(path)
        if text in law
    ]
    assert known == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_its_functions_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno < LONGEST_FUNCTION + 5, node.name


def test_no_module_is_a_drawer_for_anything() -> None:
    assert not [path for path in SOURCES if path.stem in DRAWERS or path.parent.name in DRAWERS]


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []
