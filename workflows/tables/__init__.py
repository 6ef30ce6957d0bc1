"""The tables, for SQLite and PostgreSQL alike."""

from workflows.tables.law import calendar_days, calendar_years, definitions, provisions, versions
from workflows.tables.office import (
    answers,
    directory_changes,
    groups,
    memberships,
    organisations,
    people,
    tokens,
)
from workflows.tables.storage import Instant, Serial, from_microseconds, metadata, to_microseconds
from workflows.tables.time import clock_spans, clocks, heartbeats, schedule_runs, schedules, timers
from workflows.tables.traces import (
    attachments,
    counters,
    identities,
    incidents,
    installation,
    notices,
    outbox,
    receipts,
    records,
    register_entries,
)
from workflows.tables.work import cases, events, queues, tasks

__all__ = [
    "Instant",
    "Serial",
    "answers",
    "attachments",
    "calendar_days",
    "calendar_years",
    "cases",
    "clock_spans",
    "clocks",
    "counters",
    "definitions",
    "directory_changes",
    "events",
    "from_microseconds",
    "groups",
    "heartbeats",
    "identities",
    "incidents",
    "installation",
    "memberships",
    "metadata",
    "notices",
    "organisations",
    "outbox",
    "people",
    "provisions",
    "queues",
    "receipts",
    "records",
    "register_entries",
    "schedule_runs",
    "schedules",
    "tasks",
    "timers",
    "to_microseconds",
    "tokens",
    "versions",
]
