"""Every property is one the engine reads where it stands, is given once, and has a value.

A misspelt ``exclude`` would be ignored and the four-eyes principle with it; of a property given twice only
the last value would count.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.diagrams import Element
from workflows.diagrams.xml import BPMN, SPIFF
from workflows.validation.expressions import throws_message
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean

GIVEN_OUT = ("distribution", "skill")
PERSONAL = (
    *GIVEN_OUT,
    "form",
    "candidates",
    "exclude",
    "clock",
    "due",
    "priority",
    "notice",
    "outcome.",
    "public",
)
SEEN_OUTSIDE = ("public.required",)
GOES_BACK = ("send-back", "withdraw")
#: Kind of node → property names beside ``provision``; a trailing dot stands for any name behind it.
BY_KIND = {
    "process": ("title", "input.", "output.", "clock.", "public", "public.clock.", "public.notice."),
    "lane": ("candidates", *GIVEN_OUT),
    "userTask": PERSONAL + SEEN_OUTSIDE + GOES_BACK,
    "manualTask": PERSONAL + SEEN_OUTSIDE + GOES_BACK,
    "businessRuleTask": ("result",),
    "callActivity": ("input.", "output."),
    "receiveTask": ("form", "correlation"),
    "endEvent": ("outcome", "tone", "public"),
}
MESSAGE_CATCHES = ("intermediateCatchEvent", "boundaryEvent", "startEvent")


def check(subject: Subject) -> Iterator[Problem]:
    for holder in subject.diagram.root.iter(f"{{{SPIFF}}}properties"):
        extensions = holder.getparent()
        owner = extensions.getparent() if extensions is not None else None
        if owner is not None and etree.QName(owner).namespace == BPMN:
            element = subject.diagram.elements.get(owner.get("id", ""))
            yield from _check_node(owner, holder, _allowed(owner, element))


def _allowed(owner: etree._Element, element: Element | None) -> list[str]:
    kind = etree.QName(owner).localname
    allowed = ["provision", *BY_KIND.get(kind, ())]
    if element is None:
        return allowed
    events = {event.kind for event in element.events}
    if "timer" in events:
        allowed += ["clock", "basis"]
    if kind in MESSAGE_CATCHES and "message" in events:
        allowed += ["form", "correlation"]
    if (kind in MESSAGE_CATCHES and "message" in events and kind != "startEvent") or kind == "receiveTask":
        allowed.append("candidates")
    if kind == "startEvent" and not events:
        allowed += ["form", "candidates"]
    if throws_message(element):
        allowed.append("input.")
    if element.loop is not None:
        allowed.append("output.")
    return allowed


def _check_node(owner: etree._Element, holder: etree._Element, allowed: list[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    identifier = owner.get("id")
    for node in holder.iterchildren(f"{{{SPIFF}}}property"):
        name = node.get("name", "")
        if not _known(name, allowed):
            zh, en = did_you_mean(name, (key + "…" if key.endswith(".") else key for key in allowed))
            yield Problem(
                identifier,
                f"属性“{name}”在这里不起作用：请改名或删除。{zh}",
                f"The property {name!r} has no effect here: rename or remove it.{en}",
                "unknown",
            )
        if name in seen:
            yield Problem(
                identifier,
                f"属性“{name}”写了两次，只有最后一次有效：请只留一个。",
                f"The property {name!r} is given twice and only the last would count: keep one.",
                "twice",
            )
        seen.add(name)
        if not node.get("value", "").strip():
            yield Problem(
                identifier,
                f"属性“{name}”没有值：请填写或删除。",
                f"The property {name!r} has no value: fill it in or remove it.",
                "empty",
            )


def _known(name: str, allowed: list[str]) -> bool:
    return any(
        (name.startswith(key) and len(name) > len(key)) if key.endswith(".") else name == key
        for key in allowed
    )
