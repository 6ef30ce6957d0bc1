"""Proof of signatures and copies: the rows of a case held against what its events say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from workflows.cases.signatures import How, Mode
from workflows.history import Event
from workflows.tables import copies, signature_rounds, signatures, tasks, to_microseconds


class FalseSignature(NamedTuple):
    """A row of a table that is not as the events left it: what is stored, and what they say."""

    what: str
    recorded: list[Any]
    found: list[Any]


@dataclass
class _Round:
    """A round as its events have it."""

    task: int
    mode: str
    asked_by: str
    reason: str
    asked_at: int
    closed_at: int | None = None
    how: str | None = None
    #: Signer → who asked, why, when; then when, by whom and what was answered.
    signers: dict[str, list[Any]] = field(default_factory=dict)

    def close(self, how: How, at: int) -> None:
        self.closed_at, self.how = at, str(how)

    def row(self) -> list[Any]:
        return [self.task, self.mode, self.asked_by, self.reason, self.asked_at, self.closed_at, self.how]

    def rows(self) -> list[list[Any]]:
        is_open = self.closed_at is None
        return [
            [signer, *facts, is_open and facts[-1] is None] for signer, facts in sorted(self.signers.items())
        ]


def false_signatures(connection: Connection, case_id: int, history: Sequence[Event]) -> list[FalseSignature]:
    """What is stored of the signatures and copies of a case and does not follow from its history."""
    try:
        rounds, sent = _told(history)
    except (KeyError, TypeError, AttributeError) as error:
        return [FalseSignature("signatures", [], [f"{type(error).__name__}: {error}"])]
    waiting = {one.task: number for number, one in sorted(rounds.items()) if one.closed_at is None}
    pairs = (
        (
            "signature rounds",
            _stored_rounds(connection, case_id),
            [[number, *one.row()] for number, one in sorted(rounds.items())],
        ),
        (
            "signatures",
            _stored_signatures(connection, case_id),
            [[number, *row] for number, one in sorted(rounds.items()) for row in one.rows()],
        ),
        ("signatures awaited", _stored_waiting(connection, case_id), sorted(map(list, waiting.items()))),
        ("copies", _stored_copies(connection, case_id), sorted(sent)),
    )
    return [FalseSignature(what, stored, told) for what, stored, told in pairs if stored != told]


def _told(history: Sequence[Event]) -> tuple[dict[int, _Round], list[list[Any]]]:
    """The rounds by number, and the copies, as the events have them."""
    rounds: dict[int, _Round] = {}
    sent: list[list[Any]] = []
    for event in history:
        command, at = event.body.get("command", {}), to_microseconds(event.at)
        asked = [event.actor, command.get("reason"), at, None, None, "", None]
        match event.kind:
            case "signatures-asked":
                made = _Round(command["task"], command["mode"], event.actor, command["reason"], at)
                made.signers = {signer: list(asked) for signer in command["to"]}
                rounds[event.seq] = made
            case "signer-added":
                rounds[command["round"]].signers[command["to"]] = asked
            case "signed":
                _sign(rounds[command["round"]], command, event.actor, at)
            case "signatures-called-off":
                rounds[command["round"]].close(How.CALLED_OFF, at)
            case "copied":
                sent += [[event.seq, user, event.actor, command["reason"], at] for user in command["to"]]
        _close_gone(rounds, event, at)
    return rounds, sent


def _sign(on: _Round, command: dict[str, Any], actor: str, at: int) -> None:
    facts = on.signers[command["signer"]]
    facts[3:] = [at, actor, command["opinion"], command["agrees"]]
    if on.mode == Mode.ANY or all(one[-1] is not None for one in on.signers.values()):
        on.close(How.ANSWERED, at)


def _close_gone(rounds: dict[int, _Round], event: Event, at: int) -> None:
    gone = {number for number, what in event.body.get("closed", ()) if what != "completed"}
    for one in rounds.values():
        if one.closed_at is None and one.task in gone:
            one.close(How.GONE, at)


def _stored_rounds(connection: Connection, case_id: int) -> list[list[Any]]:
    table = signature_rounds
    query = select(table).where(table.c.case_id == case_id).order_by(table.c.round)
    return [
        [
            row.round,
            row.task,
            row.mode,
            row.asked_by,
            row.reason,
            to_microseconds(row.asked_at),
            None if row.closed_at is None else to_microseconds(row.closed_at),
            row.how,
        ]
        for row in connection.execute(query)
    ]


def _stored_signatures(connection: Connection, case_id: int) -> list[list[Any]]:
    table = signatures
    query = select(table).where(table.c.case_id == case_id)
    found = [
        [
            row.round,
            row.signer,
            row.asked_by,
            row.reason,
            to_microseconds(row.asked_at),
            None if row.answered_at is None else to_microseconds(row.answered_at),
            row.answered_by,
            row.opinion,
            row.agrees,
            row.waits,
        ]
        for row in connection.execute(query)
    ]
    return sorted(found, key=lambda row: row[:2])


def _stored_waiting(connection: Connection, case_id: int) -> list[list[int]]:
    query = select(tasks.c.number, tasks.c.awaits_signatures).where(
        tasks.c.case_id == case_id, tasks.c.awaits_signatures.is_not(None)
    )
    return sorted([row.number, row.awaits_signatures] for row in connection.execute(query))


def _stored_copies(connection: Connection, case_id: int) -> list[list[Any]]:
    query = select(copies).where(copies.c.case_id == case_id)
    return sorted(
        [row.seq, row.recipient, row.sender, row.note, to_microseconds(row.sent_at)]
        for row in connection.execute(query)
    )
