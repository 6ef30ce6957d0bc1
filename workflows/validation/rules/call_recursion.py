"""No call leads back to the process it comes from, neither directly nor through others.

Such a case would call itself for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows.validation.finding import Problem
from workflows.validation.graph import reachable
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    own = set(subject.diagram.processes)
    if subject.process_id is not None:
        own.add(subject.process_id)
    # What is published now replaces what is known of it from before.
    calls: Mapping[str, list[str]] = {
        process: sorted(called)
        for process, called in subject.surroundings.calls.items()
        if process not in own
    }
    leads_back: dict[str, bool] = {}
    for element in subject.diagram.of_kind("callActivity"):
        called = element.called
        if not called:
            continue
        if called not in leads_back:
            leads_back[called] = not own.isdisjoint(reachable([called], calls))
        if leads_back[called]:
            yield Problem(
                element.id,
                f"“{shown(element)}”调用“{called}”，最终又调用本流程：请改用循环，或由操作另立案件。",
                f"{shown(element)!r} calls {called!r}, which leads back to this process: use a loop, "
                "or let an "
                "operator start a case.",
            )
