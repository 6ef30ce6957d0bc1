"""Proof of a case: its chain of events, and that the diagram really does what the history says.

The stored version is executed again from the recorded commands. What came from outside the case (dates
counted on the calendar, results of operators) is taken from the record; everything else is worked out anew
and compared after each event. The dates are proved by themselves, each on the calendar it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import zstandard
from sqlalchemy import Connection, select

from workflows.cases.commenting import COMMENTED, WITHDRAWN, digest_of_comment
from workflows.cases.facts import CaseFacts
from workflows.cases.open_case import NoSuchCase
from workflows.cases.rerun import Rerun
from workflows.definitions import Bundle, load_version
from workflows.engine import state
from workflows.errors import WorkflowError
from workflows.history import Event, canonical, check_chain, digest, read_history
from workflows.operators.supplements import NO_CLOCK
from workflows.operators.traces import digest_of
from workflows.recorded_dates import false_dates
from workflows.recorded_signing import false_signatures
from workflows.tables import (
    IS_OPEN,
    cases,
    comments,
    grounds,
    notices,
    queues,
    records,
    register_entries,
    rungs,
    supplement_lists,
    tasks,
    timers,
    versions,
)

#: Parts of an event that re-execution works out and compares.
COMPARED = (
    "steps",
    "decisions",
    "operations",
    "messages",
    "offers",
    "closed",
    "timers",
    "disarmed",
    "passed",
    "clocks",
    "stopped",
    "ledger",
    "norms",
    "dispatched",
    "outcome",
    "state",
    "data",
)


#: What became of a ground, by the event that decided it.
_DECISIONS = {"ground-verified": "verified", "ground-dismissed": "dismissed"}


@dataclass(frozen=True, kw_only=True)
class Divergence:
    """Where the record and the re-execution part ways."""

    seq: int
    #: Part of the event, or the stored table, that differs.
    what: str
    recorded: Any
    found: Any


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Outcome of a verification."""

    case_id: int
    number: str
    events: int
    divergences: list[Divergence]

    @property
    def proven(self) -> bool:
        return not self.divergences


def verify(connection: Connection, case_id: int) -> Verdict:
    """Check a case whole: chain, version, re-execution after each event, and the tables it ends in.

    Raises ``NoSuchCase`` only; whatever is wrong with the case is a divergence.
    """
    row = connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    if row is None:
        raise NoSuchCase(case=case_id)
    found = [
        Divergence(seq=fault.seq, what="chain", recorded=None, found=fault.reason)
        for fault in check_chain(connection, case_id, head=row.head, seq=row.seq)
    ]
    history = list(read_history(connection, case_id))
    version = load_version(connection, row.version_id)
    found.extend(_compare_versions(connection, row.version_id, history))
    facts = CaseFacts(
        id=row.id,
        number=row.number,
        organisation=row.organisation,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
    )
    found.extend(_compare_dates(connection, case_id, history))
    run = Rerun(facts, version)
    for event in history:
        try:
            again = run.execute(event)
            found.extend(_differences(event, again) if again is not None else ())
        except (WorkflowError, KeyError, ValueError, TypeError, AttributeError) as error:
            found.append(Divergence(seq=event.seq, what="execution", recorded=None, found=str(error)))
            break
    else:
        found.extend(_compare_tables(connection, row, run))
        found.extend(_compare_escalation(connection, row, history))
        found.extend(_compare_comments(connection, row, history))
        found.extend(
            Divergence(seq=int(row.seq), what=one.what, recorded=one.recorded, found=one.found)
            for one in false_signatures(connection, case_id, history)
        )
    return Verdict(case_id=case_id, number=row.number, events=len(history), divergences=found)


def _compare_versions(connection: Connection, version_id: int, history: list[Event]) -> list[Divergence]:
    """What is stored of the version, and of those it calls, against their hashes and the one in event 1.

    Versions in memory may be older than a change in the database, so the rows are read.
    """
    commands = [event.body.get("command", {}) for event in history if event.seq == 1]
    opened = [command["version"] for command in commands if "version" in command]
    found = []
    pending, seen = [(version_id, opened)], set()
    while pending:
        number, recorded = pending.pop()
        seen.add(number)
        row = connection.execute(select(versions).where(versions.c.id == number)).one()
        try:
            actual = Bundle.unpack(row.bundle).content_hash
        except (zstandard.ZstdError, ValueError) as error:
            actual = str(error)
        found += [
            Divergence(seq=0, what="version", recorded=expected, found=actual)
            for expected in sorted({row.content_hash, *recorded})
            if expected != actual
        ]
        pending += [(one, []) for one in orjson.loads(row.calls).values() if one not in seen]
    return found


def _compare_dates(connection: Connection, case_id: int, history: list[Event]) -> list[Divergence]:
    try:
        return [
            Divergence(seq=one.seq, what=one.what, recorded=one.recorded, found=one.found)
            for one in false_dates(connection, case_id, history)
        ]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        # A body that cannot be read was altered; the chain says where.
        return [Divergence(seq=0, what="due date", recorded=None, found=str(error))]


def _compare_tables(connection: Connection, row: Any, run: Rerun) -> list[Divergence]:
    """Compare the tables of the case with where re-execution ended."""
    open_rows = connection.execute(
        select(tasks, queues.c.candidates)
        .join(queues, tasks.c.queue_id == queues.c.id)
        .where(tasks.c.case_id == row.id, IS_OPEN)
        .order_by(tasks.c.number)
    ).all()
    dispatched = [[one.number, one.dispatched_to] for one in open_rows if one.dispatched_to]
    open_tasks = [
        [one.number, one.element_id, orjson.loads(one.candidates), orjson.loads(one.excluded)]
        for one in open_rows
    ]
    armed_rows = connection.execute(
        select(timers.c.task).where(
            timers.c.case_id == row.id, timers.c.status.in_(("armed", "paused", "failed"))
        )
    ).scalars()
    stored_state = digest(state.decompress(row.state)) if row.state is not None else None
    live = run.workflow if run.status == "open" else None
    pairs = (
        ("status", row.status, run.status),
        (
            "tasks",
            open_tasks,
            [[o.number, o.element_id, o.keys, o.excluded] for _, o in sorted(run.open_tasks.items())],
        ),
        ("dispatched", dispatched, _dispatched(run)),
        ("timers", sorted(armed_rows), sorted(run.armed)),
        ("case data", orjson.loads(row.data), orjson.loads(canonical(run.scopes.to_json()))),
        ("stored state", stored_state, digest(state.encode(live)) if live is not None else None),
    )
    found = [
        Divergence(seq=int(row.seq), what=what, recorded=recorded, found=again)
        for what, recorded, again in pairs
        if recorded != again
    ]
    return found + _compare_traces(connection, row, run) + _compare_documents(connection, row, run)


def _dispatched(run: Rerun) -> list[list[Any]]:
    """Open tasks that were given to somebody when they opened."""
    return [[n, one.dispatched_to] for n, one in sorted(run.open_tasks.items()) if one.dispatched_to]


def _compare_escalation(connection: Connection, row: Any, history: list[Event]) -> list[Divergence]:
    """Rungs that clocks came to, and how the grounds they proposed stand, as the events have them."""
    reached: list[list[Any]] = []
    standing: dict[tuple[int, str], str] = {}
    for event in history:
        command = event.body.get("command", {})
        if event.kind == "escalated":
            reached.append([command["number"], command["rung"]])
            if command["ground"]:
                standing.setdefault((command["number"], command["ground"]), "proposed")
        elif event.kind in _DECISIONS:
            standing[command["number"], command["provision"]] = _DECISIONS[event.kind]
        for _, _, called, effect in event.body.get("operations", ()):
            if called == "compose-list" and effect["result"]["ground"]:
                standing.setdefault((NO_CLOCK, effect["result"]["ground"]), "proposed")
    stored = connection.execute(select(rungs.c.clock, rungs.c.rung).where(rungs.c.case_id == row.id))
    proposed = connection.execute(
        select(grounds.c.clock, grounds.c.ground, grounds.c.status).where(grounds.c.case_id == row.id)
    )
    pairs = (
        ("rungs", sorted(map(list, stored)), sorted(reached)),
        ("grounds", sorted(map(list, proposed)), sorted([*place, how] for place, how in standing.items())),
    )
    return [
        Divergence(seq=int(row.seq), what=what, recorded=recorded, found=again)
        for what, recorded, again in pairs
        if recorded != again
    ]


def _compare_comments(connection: Connection, row: Any, history: list[Event]) -> list[Divergence]:
    """Comments as the events have them; of a text that was destroyed the digest is taken on trust."""
    made: dict[int, list[Any]] = {}
    for event in history:
        command = event.body.get("command", {})
        if event.kind == COMMENTED:
            about = (command.get("task"), command.get("digest"), command.get("mentions"))
            made[event.seq] = [event.actor, *about, False]
        elif event.kind == WITHDRAWN and command.get("comment") in made:
            made[command["comment"]][-1] = True
    stored: dict[int, list[Any]] = {}
    for one in connection.execute(select(comments).where(comments.c.case_id == row.id)):
        kept = one.text is not None and one.salt is not None
        said = digest_of_comment(one.salt, one.text) if kept else made.get(one.seq, [None] * 3)[2]
        withdrawn = one.withdrawn_at is not None
        stored[one.seq] = [one.by, one.task, said, orjson.loads(one.mentions), withdrawn]
    return [
        Divergence(seq=seq, what="comment", recorded=stored.get(seq), found=made.get(seq))
        for seq in sorted(made.keys() | stored.keys())
        if made.get(seq) != stored.get(seq)
    ]


def _compare_traces(connection: Connection, row: Any, run: Rerun) -> list[Divergence]:
    """Every register entry, notice and record must stand in its table as the operator left it."""
    found = []
    for name, table in (
        ("enter-register", register_entries),
        ("issue-notice", notices),
        ("record", records),
        ("compose-list", supplement_lists),
    ):
        claimed = sorted(
            [effect["result"]["id"], effect["trace"]] for called, effect in run.effects if called == name
        )
        rows = connection.execute(select(table).where(table.c.case_id == row.id)).mappings()
        stored = sorted([one["id"], digest_of(table, dict(one))] for one in rows)
        if claimed != stored:
            found.append(Divergence(seq=int(row.seq), what=table.name, recorded=stored, found=claimed))
    return found


def _compare_documents(connection: Connection, row: Any, run: Rerun) -> list[Divergence]:
    """What a document says must be what could be read where it was issued."""
    held = select(notices.c.id, notices.c.seq, notices.c.data).where(
        notices.c.case_id == row.id, notices.c.data.is_not(None)
    )
    found = []
    for one in connection.execute(held):
        said = _said(one.data)
        known = run.outside.issued.get(one.id, {})
        again = {name: known.get(name) for name in said}
        if said != again:
            found.append(Divergence(seq=one.seq, what="document", recorded=said, found=again))
    return found


def _said(text: str) -> dict[str, Any]:
    """The data of the case a document holds; what is no document at all says nothing that was ever known."""
    try:
        return dict(orjson.loads(text)["data"])
    except (ValueError, KeyError, TypeError):
        return {text: True}


def _differences(event: Event, again: dict[str, Any]) -> list[Divergence]:
    return [
        Divergence(seq=event.seq, what=part, recorded=event.body.get(part), found=again.get(part))
        for part in COMPARED
        if event.body.get(part) != again.get(part)
    ]
