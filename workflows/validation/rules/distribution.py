"""How work is given out is one of the words the engine knows; by skill it is said which one.

An unknown word would stop the case, and without the skill nobody would ever be found to be versed in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element, Lane
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown
from workflows.validation.suggestion import did_you_mean

WORDS = ("free", "load", "skill", "rotation")


def check(subject: Subject) -> Iterator[Problem]:
    for lane in subject.diagram.lanes.values():
        yield from _check_word(lane)
    for element in subject.diagram.of_kind("userTask", "manualTask"):
        yield from _check_word(element)
        yield from _check_skill(subject, element)


def _check_word(part: Element | Lane) -> Iterator[Problem]:
    word = part.properties.get("distribution")
    if word is None or word in WORDS:
        return
    zh, en = did_you_mean(word, WORDS)
    yield Problem(
        part.id,
        f"“{shown(part)}”的分派方式“{word}”不存在：请写 free、load、skill 或 rotation。{zh}",
        f"{shown(part)!r} is given out by {word!r}: write free, load, skill or rotation.{en}",
        "unknown",
    )


def _check_skill(subject: Subject, element: Element) -> Iterator[Problem]:
    lane = subject.diagram.lane_of(element)
    of_lane = lane.properties if lane is not None else {}
    rule = element.properties.get("distribution", of_lane.get("distribution"))
    own = element.properties.get("skill")
    if rule == "skill" and not (own or of_lane.get("skill")):
        yield Problem(
            element.id,
            f"“{shown(element)}”按专长分派，却没有说明是哪项专长：请加属性 skill。",
            f"{shown(element)!r} is given out by skill, but by none: add the property skill.",
            "missing",
        )
    elif own and rule != "skill":
        yield Problem(
            element.id,
            f"“{shown(element)}”写了专长却不按专长分派：请把 distribution 写成 skill，或删除 skill。",
            f"{shown(element)!r} names a skill but is not given out by it: set distribution to skill.",
            "alone",
        )
