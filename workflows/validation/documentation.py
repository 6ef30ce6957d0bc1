"""The page about the rules, ``docs/validation.md``, made of their docstrings.

``python -m workflows.validation.documentation`` writes it again.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from workflows.validation.finding import Severity
from workflows.validation.rules import RULES

INTRODUCTION = """# What is checked before publication

A diagram is published only when no rule finds an *error* in it. *Warnings* and *notices* are shown to the
author and to the person who approves. Every finding names the element, says in Chinese and in English what is
wrong and what to do, and carries a stable code: the rule, and behind a slash the case of it.

A file that cannot be read at all (not well-formed, a DOCTYPE, more than 2 MB or 20,000 elements) gives the
one finding `diagram-refused`. A rule that fails on a file gives the error `rule-crashed`, so that nothing is
published unchecked. Of one rule at most 100 findings are listed.

The tables are made of the rules themselves by `python -m workflows.validation.documentation`.
"""
TITLES = {
    Severity.ERROR: "Errors: not published",
    Severity.WARNING: "Warnings",
    Severity.NOTICE: "Notices",
}


def rules_page() -> str:
    """The page in Markdown: for each severity a table of rule, what it demands, and why."""
    parts = [INTRODUCTION]
    for severity, title in TITLES.items():
        rows = [_row(rule) for rule, (_, found) in RULES.items() if found is severity]
        parts.append(
            "\n".join([f"## {title}", "", "| rule | what must hold | why |", "|---|---|---|", *rows])
        )
    return "\n".join(parts[:1]) + "\n" + "\n\n".join(parts[1:]) + "\n"


def _row(rule: str) -> str:
    module = import_module(RULES[rule][0].__module__)
    sentence, _, reason = (module.__doc__ or "").partition("\n\n")
    cells = (f"`{rule}`", " ".join(sentence.split()), " ".join(reason.split()).replace("``", "`"))
    return "| " + " | ".join(cell.replace("``", "`").replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/validation.md")
    page.write_text(rules_page(), encoding="utf-8")
