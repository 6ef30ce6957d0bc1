"""The yardstick: SpiffWorkflow by itself, its own serializer, the standard library's sqlite3, every commit on
disk. It keeps no inbox, no timers and no history."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import perf_counter

from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG

from tests.bench.models import ANSWER, chain


class RawLoop:
    """Cases of one diagram, each a row with its serialized workflow."""

    def __init__(self, path: Path, length: int) -> None:
        process, diagram = chain(length)
        parser = SpiffBpmnParser()
        parser.add_bpmn_xml(etree.fromstring(diagram.encode()))
        self.spec = parser.get_spec(process)
        self.length = length
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))
        self.database = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self.database.execute(f"PRAGMA {pragma}")
        self.database.execute("CREATE TABLE cases (id INTEGER PRIMARY KEY, state TEXT)")

    def start(self) -> int:
        """Open a case and return its id."""
        workflow = BpmnWorkflow(self.spec)
        workflow.do_engine_steps()
        inserted = self.database.execute(
            "INSERT INTO cases (state) VALUES (?)", (self.serializer.serialize_json(workflow),)
        )
        assert inserted.lastrowid is not None
        return inserted.lastrowid

    def complete(self, case: int) -> None:
        """Load a case, complete the task that is ready, save it."""
        self.database.execute("BEGIN IMMEDIATE")
        (text,) = self.database.execute("SELECT state FROM cases WHERE id = ?", (case,)).fetchone()
        workflow = self.serializer.deserialize_json(text)
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.set_data(**ANSWER)
        task.run()
        workflow.do_engine_steps()
        self.database.execute(
            "UPDATE cases SET state = ? WHERE id = ?", (self.serializer.serialize_json(workflow), case)
        )
        self.database.execute("COMMIT")

    def measure(self, cases: int) -> float:
        """Completed tasks per second over so many whole cases."""
        opened = [self.start() for _ in range(cases)]
        began = perf_counter()
        for case in opened:
            for _ in range(self.length):
                self.complete(case)
        return cases * self.length / (perf_counter() - began)
