"""Every name an expression reads is one that case data can have there.

Names come from forms, decisions, operators, called processes and inputs of the process; a misspelt one would
always be null. Inside a multi-instance activity its own names exist too, and nothing of it exists outside.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.expressions import CASE_MEMBERS, GIVEN, Compiled
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    for compiled in subject.expressions:
        if compiled.expression is None or compiled.site.unchecked:
            continue
        for name in sorted(compiled.expression.names):
            if not _is_known(subject, compiled, name):
                yield _unknown(subject, compiled, name)
        yield from _case_members(compiled)


def _case_members(compiled: Compiled) -> Iterator[Problem]:
    paths = compiled.expression.paths if compiled.expression is not None else ()
    members = {path[1] for path in paths if path[0] == "case" and len(path) > 1}
    site = compiled.site
    for member in sorted(members - CASE_MEMBERS):
        zh, en = did_you_mean(member, CASE_MEMBERS)
        yield Problem(
            site.element_id,
            f"{site.where_zh}“{site.text[:80]}”：案件没有“{member}”这一项。{zh}",
            f"In the {site.where_en} {site.text[:80]!r}: a case has no {member!r}.{en}",
            "case",
        )


def _is_known(subject: Subject, compiled: Compiled, name: str) -> bool:
    site = compiled.site
    if site.only is not None:
        return name in site.only or (name in GIVEN and bool(site.only))
    return name in GIVEN or subject.scopes.knows(site.scope, name)


def _unknown(subject: Subject, compiled: Compiled, name: str) -> Problem:
    site = compiled.site
    known = site.only if site.only is not None else subject.scopes.names(site.scope)
    zh, en = did_you_mean(name, known)
    return Problem(
        site.element_id,
        f"{site.where_zh}“{site.text[:80]}”中的“{name}”没有来源：没有表单、裁决或操作给出它。{zh}",
        f"{name!r} in the {site.where_en} {site.text[:80]!r} comes from nowhere: no form, decision or "
        "operator "
        f"gives it.{en}",
    )
