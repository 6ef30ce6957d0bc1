"""Who may look at a case, and who may learn the identities in it.

An organisation may say so itself, by rules of its ``access`` settings: ``read`` and ``read-identity`` of a
process, each with the people it means (FEEL). Where it says nothing, the rules of this module hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from workflows.cases import Actor, NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.cases.identities import identity_paths
from workflows.cases.open_case import NoSuchCase
from workflows.feel import compile_expression
from workflows.reading.case_file import CaseFile, CaseTask
from workflows.reading.law import Law
from workflows.reading.meaning import keys_meant
from workflows.tables import memberships

#: The role that may look at every case of its organisation, identities masked.
AUDITOR = "auditor"


def check_reader(person: Actor, case: CaseFile) -> None:
    """Raise ``NoSuchCase`` to another organisation, ``NotPermitted`` to those who have no part in a case.

    A case is for auditors and process administrators, and for those the organisation names. Where it names
    nobody: for whoever opened it, for those whose unit or role is or was among the candidates of one of its
    tasks, and for the leaders of these units. Who is kept out of one of its tasks has no part through a
    unit. A task given to a person by name shows the task, not the case: people who are asked to answer a
    complaint do not read it.
    """
    if person.organisation != case.organisation:
        raise NoSuchCase(case=case.number)
    if not (sees_everything(person) or _may_read(person, case)):
        raise NotPermitted(user=person.user, case=case.number)


def sees_everything(person: Actor) -> bool:
    """Whether a person watches over all cases of the organisation."""
    return person.has_role(AUDITOR) or person.has_role(PROCESS_ADMIN)


def may_see_case(person: Actor, case: CaseFile) -> bool:
    """The same as ``check_reader``, as a question."""
    try:
        check_reader(person, case)
    except (NoSuchCase, NotPermitted):
        return False
    return True


def check_task_reader(person: Actor, case: CaseFile, task: CaseTask) -> None:
    """Raise like ``check_reader`` unless a person may see one task: its own people may too."""
    if person.organisation != case.organisation:
        raise NoSuchCase(case=case.number)
    own = person.user in (task.assignee, task.ended_by)
    if not (own or may_do_task(person, task) or may_see_case(person, case)):
        raise NotPermitted(user=person.user, case=case.number, number=task.number)


def may_do_task(person: Actor, task: CaseTask) -> bool:
    """Whether a person is among those a task is for and not kept out of it."""
    return person.user not in task.excluded and not person.keys.isdisjoint(task.keys)


def _may_read(person: Actor, case: CaseFile) -> bool:
    office = _as_office(person)
    if _is_kept_out(person, case):
        return any(task.ended_by == person.user and not office.isdisjoint(task.keys) for task in case.tasks)
    named = _named(case, "read")
    if named is not None:
        return not person.keys.isdisjoint(named)
    return case.opened_by == person.user or any(not office.isdisjoint(task.keys) for task in case.tasks)


def _is_kept_out(person: Actor, case: CaseFile) -> bool:
    return any(person.user in task.excluded for task in case.tasks)


def _as_office(person: Actor) -> frozenset[str]:
    """Keys a person has through an office; a leader stands for the unit."""
    led = {f"unit:{key.removeprefix('leader:')}" for key in person.keys if key.startswith("leader:")}
    return frozenset(led | {key for key in person.keys if not key.startswith("person:")})


def _named(case: CaseFile, act: str) -> frozenset[str] | None:
    """Keys of those whom the organisation allows an act on cases of this kind; null when it says nothing."""
    rules = case.settings.get("access", {}).get("rules", ())
    found = [rule for rule in rules if rule.get("process") == case.key and rule.get("act") == act]
    if not found:
        return None
    keys = (
        keys_meant(compile_expression(str(rule.get("who", ""))), starter=case.opened_by) for rule in found
    )
    return frozenset().union(*keys)


def may_know_identities(connection: Connection, person: Actor, case: CaseFile, law: Law) -> bool:
    """Whether identities are shown to a person: those the organisation names, otherwise those who took
    them down, and the unit they belong to.

    Auditors see none; whoever is kept out of a task of the case sees only what they took down themselves.
    One statement at most.
    """
    takers = identity_takers(case, law)
    if person.has_role(AUDITOR) or (_is_kept_out(person, case) and person.user not in takers):
        return False
    named = _named(case, "read-identity")
    if named is not None:
        return not person.keys.isdisjoint(named)
    if person.user in takers:
        return True
    query = select(memberships.c.slug).where(memberships.c.kind == "unit", memberships.c.user.in_(takers))
    units = {f"unit:{slug}" for slug in connection.scalars(query)}
    return not _as_office(person).isdisjoint(units)


def may_hand_receipt(person: Actor, case: CaseFile, *, knows: bool) -> bool:
    """Whether a person may print the receipt of a case: whoever opened it, and those who know its identities.

    With the check code one sees what the applicant sees, so it is for no eyes that others are masked for.
    """
    return knows or (case.opened_by == person.user and not person.has_role(AUDITOR))


def identity_takers(case: CaseFile, law: Law) -> frozenset[str]:
    """Who opened the case or completed a task with a form that asks for identities."""
    schemas = {
        version.process.key: version.resources[version.process.key].schemas for version in law.versions
    }
    takers = set()
    for task in case.tasks:
        element = law.element(task.element_id, task.process)
        if task.status == "completed" and task.ended_by and element is not None:
            form = element.properties.get("form")
            if _asks_identity(schemas.get(task.process, {}), form):
                takers.add(task.ended_by)
    own = law.version.process
    starts = own.diagram.of_kind("startEvent")
    if any(_asks_identity(schemas[own.key], element.properties.get("form")) for element in starts):
        takers.add(case.opened_by)
    return frozenset(takers)


def _asks_identity(schemas: Mapping[str, Any], form: str | None) -> bool:
    return form is not None and form in schemas and bool(identity_paths(schemas[form]))
