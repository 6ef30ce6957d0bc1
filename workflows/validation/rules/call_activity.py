"""A call activity names an existing process, gives all its inputs, and takes only what it gives.

A missing input would be null inside; an unknown input and an output that does not exist would be lost. The
organisation fills the role slots of what it calls: a lane of nobody would stop the case.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import CallSignature, Element
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    known = subject.surroundings.callable
    for element in subject.diagram.of_kind("callActivity"):
        if not element.called:
            yield Problem(
                element.id,
                f"调用活动“{shown(element)}”没有写明调用哪个流程（calledElement）：请填写。",
                f"The call activity {shown(element)!r} does not say which process it calls (calledElement).",
                "none",
            )
        elif element.called in known:
            yield from _check_inputs(element, known[element.called])
            yield from _check_slots(element, known[element.called], subject.surroundings.slots)
        elif element.called not in subject.diagram.processes:
            zh, en = did_you_mean(element.called, known)
            yield Problem(
                element.id,
                f"“{shown(element)}”调用的流程“{element.called}”不存在。{zh}",
                f"The process {element.called!r} that {shown(element)!r} calls does not exist.{en}",
                "unknown",
            )


def _check_inputs(element: Element, signature: CallSignature) -> Iterator[Problem]:
    given = element.prefixed("input").keys()
    for name in sorted(signature.inputs - given):
        yield Problem(
            element.id,
            f"“{shown(element)}”没有给出被调用流程需要的“{name}”：请加属性 input.{name}。",
            f"{shown(element)!r} does not give {name!r}, which the called process needs: add input.{name}.",
            "input",
        )
    for name in sorted(given - signature.inputs):
        zh, en = did_you_mean(name, signature.inputs)
        yield Problem(
            element.id,
            f"被调用的流程不接受“{name}”：请改名或删除属性 input.{name}。{zh}",
            f"The called process does not take {name!r}: rename or remove input.{name}.{en}",
            "unknown-input",
        )


def _check_slots(
    element: Element, signature: CallSignature, filled: frozenset[str] | None
) -> Iterator[Problem]:
    for name in sorted(signature.slots - filled) if filled is not None else ():
        yield Problem(
            element.id,
            f"被调用流程的岗位“{name}”没有指定由谁担任：请在 organisation.toml 的 [slots] 中写明。",
            f"Nobody fills the role slot {name!r} of the called process: say so in [slots] of "
            "organisation.toml.",
            "slot",
        )
