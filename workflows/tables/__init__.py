"""The tables, for SQLite and PostgreSQL alike."""

from workflows.tables.calendar import (
    calendar_batches,
    calendar_days,
    calendar_versions,
    calendar_years,
    local_days,
)
from workflows.tables.comments import comments
from workflows.tables.counter import visit_identities, visits
from workflows.tables.departures import departure_tasks, departures
from workflows.tables.drafts import drafts
from workflows.tables.law import definitions, provisions, versions
from workflows.tables.materials import supplement_lists
from workflows.tables.notifications import digests, notification_settings, notifications, webhooks
from workflows.tables.office import (
    absences,
    answers,
    directory_changes,
    groups,
    memberships,
    organisations,
    people,
    saved_queues,
    shown_columns,
    tokens,
)
from workflows.tables.search import search_due, search_words
from workflows.tables.signing import copies, signature_rounds, signatures
from workflows.tables.storage import Instant, Serial, from_microseconds, metadata, to_microseconds
from workflows.tables.time import (
    clock_extensions,
    clock_spans,
    clocks,
    extension_requests,
    grounds,
    heartbeats,
    rungs,
    schedule_runs,
    schedules,
    timers,
)
from workflows.tables.traces import (
    attachments,
    counters,
    identities,
    identity_secrets,
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
    "absences",
    "answers",
    "attachments",
    "calendar_batches",
    "calendar_days",
    "calendar_versions",
    "calendar_years",
    "cases",
    "clock_extensions",
    "clock_spans",
    "clocks",
    "comments",
    "copies",
    "counters",
    "definitions",
    "departure_tasks",
    "departures",
    "digests",
    "directory_changes",
    "drafts",
    "events",
    "extension_requests",
    "from_microseconds",
    "grounds",
    "groups",
    "heartbeats",
    "identities",
    "identity_secrets",
    "incidents",
    "installation",
    "local_days",
    "memberships",
    "metadata",
    "notices",
    "notification_settings",
    "notifications",
    "organisations",
    "outbox",
    "people",
    "provisions",
    "queues",
    "receipts",
    "records",
    "register_entries",
    "rungs",
    "saved_queues",
    "schedule_runs",
    "schedules",
    "search_due",
    "search_words",
    "shown_columns",
    "signature_rounds",
    "signatures",
    "supplement_lists",
    "tasks",
    "timers",
    "to_microseconds",
    "tokens",
    "versions",
    "visit_identities",
    "visits",
    "webhooks",
]
