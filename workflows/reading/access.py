"""Who may open, read and look up what: the one place where an organisation's access rules are asked.

Nothing crosses from one organisation into another. Within it an organisation may say, by rules of its
``access`` settings, whom it means for an act on cases of a process (FEEL over people and the data of the
case). For an act about which it says nothing, the rules of this module hold.

Whoever has an interest in a case (``is_recused``) reads nothing of it but what is addressed to them, whatever
else they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection, or_, select

from workflows.cases import Actor, NotPermitted
from workflows.cases.actor import may_do
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.cases.identities import identity_paths
from workflows.cases.open_case import NoSuchCase
from workflows.feel import compile_expression
from workflows.reading.case_file import CaseFile, CaseTask, open_file
from workflows.reading.law import Law
from workflows.reading.meaning import keys_meant
from workflows.tables import cases, memberships, tasks
from workflows.terms import day_of

#: The role that may look at every case of its organisation, identities masked.
AUDITOR = "auditor"


class Act(StrEnum):
    """What an organisation may reserve to some of its people."""

    #: Open a case, among those whom the diagram lets.
    START = "start"
    #: Read a whole case.
    READ = "read"
    #: Look at a task that is theirs, without reading the case.
    READ_OWN_TASKS = "read-own-tasks"
    #: Know the identities in what they read.
    READ_IDENTITY = "read-identity"
    #: Be sent a copy of a case, and read it by that.
    COPY = "copy"
    #: Read the registers the process makes entries in.
    READ_REGISTER = "read-register"
    #: Register visits at the counter; about no process.
    COUNTER = "counter"


# --- what the organisation says -----------------------------------------------------------------------------


def people_named(
    settings: Mapping[str, Any],
    act: Act,
    processes: Collection[str],
    *,
    starter: str = "",
    data: Mapping[str, Any] | None = None,
) -> frozenset[str] | None:
    """Keys of those whom an organisation allows an act on cases of these processes; null where it is silent.

    ``starter`` opened the case and ``data`` are its data, where the act is about one.
    """
    rules = (settings.get("access") or {}).get("rules") or ()
    texts = [
        str(rule.get("who", ""))
        for rule in rules
        if rule.get("act") == act and rule.get("process", "") in processes
    ]
    if not texts:
        return None
    return frozenset().union(
        *(keys_meant(compile_expression(text), starter=starter, data=data) for text in texts)
    )


def office_keys(person: Actor) -> frozenset[str]:
    """Keys a person has through an office; a leader stands for the unit."""
    return frozenset(_led(person) | {key for key in person.keys if not key.startswith("person:")})


def is_among(person: Actor, keys: Collection[str]) -> bool:
    """Whether keys mean a person; a leader stands for the unit."""
    return not (person.keys | _led(person)).isdisjoint(keys)


def _led(person: Actor) -> frozenset[str]:
    led = (key.removeprefix("leader:") for key in person.keys if key.startswith("leader:"))
    return frozenset(f"unit:{slug}" for slug in led)


def _named(case: CaseFile, act: Act) -> frozenset[str] | None:
    return people_named(case.settings, act, (case.key,), starter=case.opened_by, data=case.data.get("", {}))


# --- cases --------------------------------------------------------------------------------------------------


def may_start(person: Actor, settings: Mapping[str, Any], process: str) -> bool:
    """Whether the organisation lets a person open cases of a process; the diagram must let them as well."""
    named = people_named(settings, Act.START, (process,), starter=person.user)
    return named is None or is_among(person, named)


def check_reader(person: Actor, case: CaseFile) -> None:
    """Raise ``NoSuchCase`` to another organisation, ``NotPermitted`` to those who have no part in a case.

    A case is for auditors and process administrators, and for those the organisation names. Where it names
    nobody: for whoever opened it, for those whose unit or role is or was among the candidates of one of its
    tasks, and for the leaders of these units. Who is kept out of one of its tasks has no part through a
    unit, unless by a step they did. A task given to a person by name shows the task, not the case: people
    who are asked to answer a complaint do not read it. Who was sent a copy reads the case as long as they
    could be sent one.
    """
    if person.organisation != case.organisation:
        raise NoSuchCase(case=case.number)
    if not (_reads(person, case) or _has_copy(person, case)):
        raise NotPermitted(user=person.user, case=case.number)


def _reads(person: Actor, case: CaseFile) -> bool:
    """Whether a person reads a case without having been sent a copy."""
    person = _within(person, case)
    return not is_recused(person, case) and (sees_everything(person) or _may_read(person, case))


def _within(person: Actor, case: CaseFile) -> Actor:
    """A person without what they are for those who are away and are kept out of a task of the case."""
    barred = {user for user in person.lent if any(user in task.excluded for task in case.tasks)}
    if not barred:
        return person
    lent = {user: keys for user, keys in person.lent.items() if user not in barred}
    own = person.keys if person.own is None else person.own
    return replace(person, keys=own.union(*lent.values()), lent=lent)


def sees_everything(person: Actor) -> bool:
    """Whether a person watches over all cases of the organisation, but for those they have an interest in."""
    return person.has_role(AUDITOR) or person.has_role(PROCESS_ADMIN)


def may_copy(person: Actor, case: CaseFile) -> bool:
    """Whether a person may send copies of a case: who reads it, but not by a copy."""
    return person.organisation == case.organisation and _reads(person, case)


def may_be_copied(person: Actor, case: CaseFile) -> bool:
    """Whether a person may be sent a copy of a case: who reads it anyway; others as the organisation says.

    Where it is silent about copies, whoever may read is meant if it says who that is, otherwise everybody.
    Nobody who is kept out of a task of the case, least of all with an interest in it.
    """
    if person.organisation != case.organisation or is_recused(person, case):
        return False
    if _reads(person, case):
        return True
    if _is_kept_out(person, case):
        return False
    named = _named(case, Act.COPY)
    if named is None:
        return _named(case, Act.READ) is None
    return is_among(person, named)


def _has_copy(person: Actor, case: CaseFile) -> bool:
    return person.user in case.copied_to and may_be_copied(person, case)


def may_see_case(person: Actor, case: CaseFile) -> bool:
    """The same as ``check_reader``, as a question."""
    try:
        check_reader(person, case)
    except (NoSuchCase, NotPermitted):
        return False
    return True


def is_recused(person: Actor, case: CaseFile) -> bool:
    """Whether a person has an interest in a case.

    Such are those whom a task keeps out together with somebody who had done nothing in the case by then, and
    those who are kept out of one task and asked by name in another. Whom a task keeps out only because of
    what they had done (a second pair of eyes is wanted) has no interest.
    """
    people = _people(person)
    out = [task for task in case.tasks if not people.isdisjoint(task.excluded)]
    asked = any(f"person:{user}" in task.keys for user in people for task in case.tasks)
    return bool(out) and (asked or any(not task.excluded <= _at_work_before(task, case) for task in out))


def _at_work_before(task: CaseTask, case: CaseFile) -> frozenset[str]:
    """Who had opened the case or done a step of it when a task was opened."""
    done = (
        other.ended_by
        for other in case.tasks
        if other.status == "completed" and other.ended_at is not None and other.ended_at <= task.opened_at
    )
    return frozenset(user for user in (case.opened_by, *done) if user is not None)


def recused_from(connection: Connection, person: Actor, case_ids: Collection[int]) -> frozenset[int]:
    """Those of the cases in which a person has an interest. One statement where nobody is kept out."""
    query = (
        select(cases.c.number, tasks.c.excluded)
        .join_from(tasks, cases, tasks.c.case_id == cases.c.id)
        .where(tasks.c.case_id.in_(sorted(case_ids)), tasks.c.excluded != "[]")
    )
    people = _people(person)
    numbers = {
        row.number for row in connection.execute(query) if not people.isdisjoint(orjson.loads(row.excluded))
    }
    files = (open_file(connection, number) for number in sorted(numbers))
    return frozenset(case.id for case in files if is_recused(person, case))


def _people(person: Actor) -> frozenset[str]:
    return frozenset(user for user in (person.user, person.on_behalf_of) if user is not None)


def _may_read(person: Actor, case: CaseFile) -> bool:
    office = office_keys(person)
    if _is_kept_out(person, case):
        return any(task.ended_by == person.user and not office.isdisjoint(task.keys) for task in case.tasks)
    named = _named(case, Act.READ)
    if named is not None:
        return is_among(person, named)
    return case.opened_by == person.user or any(not office.isdisjoint(task.keys) for task in case.tasks)


def _is_kept_out(person: Actor, case: CaseFile) -> bool:
    return any(not _people(person).isdisjoint(task.excluded) for task in case.tasks)


# --- tasks --------------------------------------------------------------------------------------------------


def check_task_reader(person: Actor, case: CaseFile, task: CaseTask) -> None:
    """Raise like ``check_reader`` unless a person may see one task: its own people may too.

    Where the organisation names those who look at tasks of theirs, its own people are only these.
    """
    if person.organisation != case.organisation:
        raise NoSuchCase(case=case.number)
    if not (_is_own(person, case, task) or may_see_case(person, case)):
        raise NotPermitted(user=person.user, case=case.number, number=task.number)


def _is_own(person: Actor, case: CaseFile, task: CaseTask) -> bool:
    theirs = person.user == task.ended_by or may_do_task(person, task)
    if not (theirs or _has_in_hand(person, case, task) or _signs(person, case, task)):
        return False
    named = _named(case, Act.READ_OWN_TASKS)
    return named is None or is_among(person, named)


def _has_in_hand(person: Actor, case: CaseFile, task: CaseTask) -> bool:
    """Whether a task is with a person whom it is perhaps not for: it was given or lent to them."""
    if task.assignee not in {person.user, *person.lent} or not _people(person).isdisjoint(task.excluded):
        return False
    return task.lent_by is None or not is_recused(person, case)


def _signs(person: Actor, case: CaseFile, task: CaseTask) -> bool:
    """Whether an open round of signatures asks a person, or one for whom they stand in."""
    if task.signing is None or task.signing.signers.isdisjoint({person.user, *person.lent}):
        return False
    return _people(person).isdisjoint(task.excluded) and not is_recused(person, case)


def own_tasks(person: Actor, case: CaseFile) -> list[CaseTask]:
    """The tasks of a case that a person may see as theirs; none to another organisation."""
    if person.organisation != case.organisation:
        return []
    return [task for task in case.tasks if _is_own(person, case, task)]


def may_do_task(person: Actor, task: CaseTask) -> bool:
    """Whether a person is among those a task is for and not kept out of it."""
    return may_do(person, organisation=person.organisation, keys=task.keys, excluded=task.excluded)


def may_complete_now(person: Actor, task: CaseTask) -> bool:
    """Whether a person may complete a task now: nobody else has it, and it is not lent."""
    free = task.assignee in {None, person.user, *person.lent} and task.lent_by is None
    return task.status == "open" and free and may_do_task(person, task)


def may_help_with(person: Actor, case: CaseFile, task: CaseTask) -> bool:
    """Whether a person may be lent a task, or asked to sign on it: they are not kept out of it and have no
    interest in the case, and the organisation lets them look at tasks that are theirs."""
    if person.organisation != case.organisation or person.user in task.excluded or is_recused(person, case):
        return False
    named = _named(case, Act.READ_OWN_TASKS)
    return named is None or is_among(person, named)


# --- identities ---------------------------------------------------------------------------------------------


def may_know_identities(connection: Connection, person: Actor, case: CaseFile, law: Law) -> bool:
    """Whether identities are shown to a person: those the organisation names, otherwise those who took
    them down, and the unit they belong to.

    Auditors, those with an interest and those who read a copy see none; whoever is kept out of a task of
    the case sees only what they took down themselves. One statement at most.
    """
    takers, person = identity_takers(case, law), _within(person, case)
    if person.has_role(AUDITOR) or is_recused(person, case) or _reads_a_copy_only(person, case):
        return False
    if _is_kept_out(person, case) and person.user not in takers:
        return False
    named = _named(case, Act.READ_IDENTITY)
    if named is not None:
        return is_among(person, named)
    if person.user in takers:
        return True
    # Their unit when the case was opened, or later: a case stays with its unit when somebody leaves it.
    query = select(memberships.c.slug).where(
        memberships.c.kind == "unit",
        memberships.c.user.in_(takers),
        or_(memberships.c.until.is_(None), memberships.c.until >= day_of(case.opened_at)),
    )
    units = {f"unit:{slug}" for slug in connection.scalars(query)}
    return not office_keys(person).isdisjoint(units)


def _reads_a_copy_only(person: Actor, case: CaseFile) -> bool:
    """A copy is sent without identities, and shows none to anybody who reads the case by it alone."""
    return _has_copy(person, case) and not _reads(person, case)


def may_hand_receipt(person: Actor, case: CaseFile, *, knows: bool) -> bool:
    """Whether a person may print the receipt of a case: whoever opened it, and those who know its identities.

    With the check code one sees what the applicant sees, so it is for no eyes that others are masked for.
    """
    if is_recused(person, case):
        return False
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
