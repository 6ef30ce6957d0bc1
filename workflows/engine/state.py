"""The stored state of a running case: compact, independent of key order, tied to a shared specification."""

from __future__ import annotations

import threading
from typing import Any

import orjson
import zstandard
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from workflows.engine.compiling import CompiledProcess
from workflows.engine.host import Host
from workflows.engine.tree import LIVE, CaseSubWorkflow, CaseTask, CaseWorkflow
from workflows.errors import WorkflowError

#: Version of the form below; a stored state of another version is refused, never guessed at.
FORMAT = 1


class _Zstd(threading.local):
    """A compressor and a decompressor for each thread: shared ones corrupt what they write."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=1)
        self.decompressor = zstandard.ZstdDecompressor()


_zstd = _Zstd()


class StateUnreadable(WorkflowError):
    """The stored state of the case was written by another version of the engine."""

    code = "state-unreadable"
    message_zh = "案件的存储状态由其他版本的引擎写入,无法读取。"


def encode(workflow: CaseWorkflow) -> bytes:
    """The state as canonical JSON: equal states give equal bytes. Specifications are not part of it."""
    inner = sorted(workflow.subprocesses.values(), key=lambda sub: sub.parent_task_id)
    state = {
        "v": FORMAT,
        "n": workflow.last_number,
        "c": workflow.last_change,
        "top": _encode_tree(workflow),
        "subs": [
            {"task": sub.parent_task_id, "depth": sub.depth, "call": sub.is_call, **_encode_tree(sub)}
            for sub in inner
        ],
    }
    return orjson.dumps(state, option=orjson.OPT_SORT_KEYS)


def compress(encoded: bytes) -> bytes:
    """What is written to the database."""
    return _zstd.compressor.compress(encoded)


def decompress(stored: bytes) -> bytes:
    """Read back what ``compress`` gave."""
    return _zstd.decompressor.decompress(stored)


def decode(stored: bytes, process: CompiledProcess, host: Host) -> CaseWorkflow:
    """The running case of a stored state. Raises ``StateUnreadable``."""
    state = orjson.loads(decompress(stored))
    if state["v"] != FORMAT:
        raise StateUnreadable(found=state["v"], expected=FORMAT)
    workflow = CaseWorkflow(process.spec, process.inner, host)
    waiting: list[CaseTask] = []
    _decode_tree(workflow, state["top"], waiting)
    for stored_sub in sorted(state["subs"], key=lambda sub: (sub["depth"], sub["task"])):
        task = workflow.get_task_from_id(stored_sub["task"])
        spec = process.inner[task.task_spec.spec]
        sub = CaseSubWorkflow(spec, task.id, workflow, is_call=stored_sub["call"])
        workflow.subprocesses[task.id] = sub
        _decode_tree(sub, stored_sub, waiting)
        sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
    for task in sorted(waiting, key=lambda task: task.last_state_change):
        workflow.event_manager.add_task(task)
    workflow.last_number = state["n"]
    workflow.last_change = state["c"]
    return workflow


def _encode_tree(workflow: Any) -> dict[str, Any]:
    rows: list[list[Any]] = []
    stack = [workflow.task_tree]
    while stack:
        task = stack.pop()
        rows.append(
            [
                task.id,
                task._parent or 0,
                task._state,
                task.task_spec.name,
                task.last_state_change,
                int(task.triggered) + 2 * int(task.entered),
                task.internal_data or 0,
            ]
        )
        stack.extend(reversed(task.children))
    return {
        "t": rows,
        "s": workflow.success,
        "f": workflow.completed,
        "l": workflow.last_task.id if workflow.last_task is not None else 0,
    }


def _decode_tree(workflow: Any, stored: dict[str, Any], waiting: list[CaseTask]) -> None:
    specs = workflow.spec.task_specs
    tasks: dict[int, CaseTask] = workflow.tasks
    for number, parent, state, name, change, flags, internal in stored["t"]:
        task = CaseTask.__new__(CaseTask)
        task.id = number
        task.workflow = workflow
        task._parent = parent or None
        task._children = []
        task._state = state
        task.task_spec = specs[name]
        task.triggered = bool(flags & 1)
        task.entered = bool(flags & 2)
        task.thread_id = 0
        task.data = {}
        task.internal_data = internal or {}
        task.last_state_change = change
        tasks[number] = task
        if parent:
            tasks[parent]._children.append(number)
        if state & LIVE:
            workflow.live[number] = task
            if state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
                waiting.append(task)
    workflow.task_tree = tasks[stored["t"][0][0]]
    workflow.success = stored["s"]
    workflow.completed = stored["f"]
    workflow.last_task = tasks.get(stored["l"])
