"""Worked cases: who does what and when, and what must then be true. Played on the real engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine, select

from workflows.attachments import file_under
from workflows.cases import claim_task, complete_task, deliver_message, start_case
from workflows.cases.actor import system_of
from workflows.cases.timekeeping import extend_clock, resume_clocks, set_limit, suspend_clocks
from workflows.circumstances import Circumstances, GivenMessage, read_circumstances, set_up, with_files
from workflows.clock import BEIJING, SetClock
from workflows.clock_change import fixed_moment
from workflows.database import reading, transaction
from workflows.errors import WorkflowError
from workflows.escalation import escalate_due
from workflows.expectations import open_elements, unmet
from workflows.people import actor_of
from workflows.periods import Period, period
from workflows.tables import IS_OPEN, tasks
from workflows.timers import fire_due


class ScenarioFailed(WorkflowError):
    """A worked case did not go as it is written."""

    code = "scenario-failed"
    message_zh = "演算“{scenario}”第 {step} 步与预期不符。"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A worked case of one regulation. Times are Asia/Shanghai."""

    name: str
    #: Process id of the regulation.
    key: str
    at: datetime
    by: str
    start: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    #: Code of the error with which opening the case must be refused, if it must be.
    refused: str | None = None
    #: What there is before the case begins, and what will come from outside.
    given: Circumstances = field(default_factory=Circumstances)

    @property
    def organisation(self) -> str:
        """The slug of the organisation whose regulation it is."""
        return self.key.partition(".")[0]


@dataclass
class _Play:
    """A scenario being played."""

    engine: Engine
    scenario: Scenario
    clock: SetClock
    case_id: int = 0
    step: int = 0
    #: Messages that are still to come, the next one first.
    coming: list[GivenMessage] = field(default_factory=list)

    def fail(self, what: str, *, expected: Any, found: Any) -> ScenarioFailed:
        return ScenarioFailed(
            scenario=self.scenario.name, step=self.step, what=what, expected=expected, found=found
        )


def read_scenarios(path: Path, *, organisation: str) -> list[Scenario]:
    """The scenarios of a file ``scenarios/<regulation>.yaml``."""
    return [
        Scenario(
            name=entry["name"],
            key=f"{organisation}.{path.stem}",
            at=moment(entry["at"]),
            by=entry["by"],
            start=entry.get("start") or {},
            steps=tuple(entry.get("steps") or ()),
            refused=entry.get("refused"),
            given=read_circumstances(entry.get("given") or {}, at=moment(entry["at"]), moment=moment),
        )
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def moment(text: Any) -> datetime:
    """A time as a scenario writes it, aware."""
    found = text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
    return found if found.tzinfo is not None else found.replace(tzinfo=BEIJING)


def play(engine: Engine, scenario: Scenario) -> int | None:
    """Play a scenario to its end and return the id of its case (``None`` if it had to be refused).

    Raises ``ScenarioFailed`` at the first step that goes otherwise.
    """
    clock = SetClock(scenario.at)
    game = _Play(engine=engine, scenario=scenario, clock=clock, coming=list(scenario.given.messages))
    with transaction(engine) as connection:
        set_up(connection, scenario.given, organisation=scenario.organisation)
    try:
        game.case_id = _open(engine, scenario)
    except WorkflowError as error:
        if error.code != scenario.refused:
            raise game.fail("opening", expected=scenario.refused, found=_described(error)) from error
        return None
    if scenario.refused is not None:
        raise game.fail("opening", expected=scenario.refused, found="opened")
    for number, step in enumerate(scenario.steps, start=1):
        game.step = number
        _take(game, step)
    if game.coming:
        raise game.fail("message", expected=game.coming[0].name, found="the case ended before its time")
    return game.case_id


def _open(engine: Engine, scenario: Scenario) -> int:
    with transaction(engine) as connection:
        by = actor_of(connection, scenario.by)
        data, files = with_files(connection, scenario.given, scenario.start, by=scenario.by, at=scenario.at)
        opened = start_case(connection, key=scenario.key, data=data, by=by, at=scenario.at, attachments=files)
        file_under(connection, case_id=opened.id, ids=files, user=by.user)
        return opened.id


def _described(error: WorkflowError) -> str:
    return f"{error.code}: {error}"


def _take(game: _Play, step: Mapping[str, Any]) -> None:
    if "at" in step:
        _advance(game, moment(step["at"]))
    if "advance" in step:
        _advance(game, moment(step["advance"]))
    elif "refused" in step:
        _be_refused(game, {**step, "do": step["refused"]})
    elif "code" in step:
        _be_refused(game, step)
    elif (act := _act_of(step)) is not None:
        try:
            _ACTS[act](game, step)
        except WorkflowError as error:
            raise game.fail(f"{act} {step[act]}", expected="done", found=_described(error)) from error
    if "expect" in step:
        _expect(game, step["expect"])


def _act_of(step: Mapping[str, Any]) -> str | None:
    return next((act for act in _ACTS if act in step), None)


def _expect(game: _Play, expected: Mapping[str, Any]) -> None:
    with reading(game.engine) as connection:
        found = unmet(connection, game.case_id, expected, now=game.clock.now(), moment=moment)
    if found is not None:
        raise game.fail(found[0], expected=found[1], found=found[2])


def _advance(game: _Play, to: datetime) -> None:
    """Let time pass; whatever falls due or arrives on the way happens in its order."""
    while game.coming and game.coming[0].at <= to:
        message = game.coming.pop(0)
        _fire(game, message.at)
        _deliver(game, message)
    _fire(game, to)


def _fire(game: _Play, to: datetime) -> None:
    game.clock.set(to)
    while fire_due(game.engine, game.clock) + escalate_due(game.engine, game.clock):
        pass


def _deliver(game: _Play, message: GivenMessage) -> None:
    try:
        with transaction(game.engine) as connection:
            deliver_message(
                connection,
                case_id=game.case_id,
                message=message.name,
                data=message.data,
                key=message.key,
                by=system_of(game.scenario.organisation),
                at=message.at,
            )
    except WorkflowError as error:
        raise game.fail(f"message {message.name}", expected="delivered", found=_described(error)) from error


def _do(game: _Play, step: Mapping[str, Any]) -> None:
    now = game.clock.now()
    number = _open_task(game, step["do"])
    with transaction(game.engine) as connection:
        by = actor_of(connection, step["by"])
        claim_task(connection, case_id=game.case_id, number=number, by=by, at=now)
    with transaction(game.engine) as connection:
        data, files = with_files(connection, game.scenario.given, step.get("data") or {}, by=by.user, at=now)
        complete_task(
            connection, case_id=game.case_id, number=number, data=data, by=by, at=now, attachments=files
        )
        file_under(connection, case_id=game.case_id, ids=files, user=by.user)


def _open_task(game: _Play, element: str) -> int:
    with reading(game.engine) as connection:
        found = connection.execute(
            select(tasks.c.number)
            .where(tasks.c.case_id == game.case_id, tasks.c.element_id == element, IS_OPEN)
            .order_by(tasks.c.number)
            .limit(1)
        ).scalar_one_or_none()
        if found is None:
            opened = open_elements(connection, game.case_id)
            raise game.fail("open task", expected=element, found=opened)
    return int(found)


def _be_refused(game: _Play, step: Mapping[str, Any]) -> None:
    act = _act_of(step)
    assert act is not None
    try:
        _ACTS[act](game, step)
    except WorkflowError as error:
        if error.code != step["code"]:
            raise game.fail("refusal", expected=step["code"], found=_described(error)) from error
        return
    raise game.fail("refusal", expected=step["code"], found="done")


# --- messages and clocks ------------------------------------------------------------------------------------


def _send(game: _Play, step: Mapping[str, Any]) -> None:
    """A person sends the case a message it waits for."""
    with transaction(game.engine) as connection:
        by, now = actor_of(connection, step["by"]), game.clock.now()
        data, files = with_files(connection, game.scenario.given, step.get("data") or {}, by=by.user, at=now)
        deliver_message(
            connection,
            case_id=game.case_id,
            message=step["send"],
            data=data,
            key=step.get("key"),
            by=by,
            at=now,
            attachments=files,
        )
        file_under(connection, case_id=game.case_id, ids=files, user=by.user)


def _suspend(game: _Play, step: Mapping[str, Any]) -> None:
    given = dict(step["suspend"])
    procedure, names = given.pop("procedure"), given.pop("clocks", ())
    _keep_time(game, step, suspend_clocks, procedure=procedure, details=given, names=names)


def _resume(game: _Play, step: Mapping[str, Any]) -> None:
    _keep_time(game, step, resume_clocks, reason=step["resume"], names=step.get("clocks", ()))


def _extend(game: _Play, step: Mapping[str, Any]) -> None:
    given = step["extend"]
    _keep_time(
        game,
        step,
        extend_clock,
        name=given["clock"],
        limit=_limit(given["limit"]),
        reason=given["reason"],
        asked_by=given.get("asked_by"),
    )


def _set_limit(game: _Play, step: Mapping[str, Any]) -> None:
    given = step["limit"]
    _keep_time(
        game,
        step,
        set_limit,
        name=given["clock"],
        limit=_limit(given["limit"]),
        basis=given.get("basis", "ordered"),
        reason=given["reason"],
    )


def _keep_time(game: _Play, step: Mapping[str, Any], command: Callable[..., Any], **given: Any) -> None:
    with transaction(game.engine) as connection:
        by = actor_of(connection, step["by"])
        command(connection, case_id=game.case_id, by=by, at=game.clock.now(), **given)


def _limit(value: Any) -> Period | date | datetime:
    """A date or moment, or a period's text."""
    if isinstance(value, date):
        return value
    return fixed_moment(str(value)) or period(str(value))


#: What people do in a step, by its key.
_ACTS: Mapping[str, Callable[[_Play, Mapping[str, Any]], None]] = {
    "do": _do,
    "send": _send,
    "suspend": _suspend,
    "resume": _resume,
    "extend": _extend,
    "limit": _set_limit,
}
