"""Random diagrams, made of blocks within blocks so that each is valid and can come to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from hypothesis import strategies as st

from tests import drafting as d

FORM = "facts"
PART = "t.part"
#: All read ``n`` or ``m``, which every case has from its beginning.
CONDITIONS = ("n > 3", "n > 6", "m > 3", "n > m", "m < 2")


@dataclass(frozen=True)
class Block:
    """A part of a diagram with one way in and one way out."""

    kind: str
    inner: tuple[Block, ...] = ()
    choices: tuple[Any, ...] = ()


@dataclass
class Sheet:
    """One process or sub-process while it is being drawn."""

    numbers: Any = field(default_factory=count)
    parts: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def name(self, stem: str) -> str:
        return f"{stem}{next(self.numbers)}"

    def add(self, identifier: str, part: str) -> str:
        self.parts.append(part)
        return identifier

    def link(self, source: str, target: str, when: str = "") -> None:
        self.parts.append(d.flow(source, target, when))

    def message(self) -> str:
        self.messages.append(self.name("消息"))
        return self.messages[-1]


def draw(block: Block, key: str) -> tuple[str, list[str]]:
    """The file of a diagram and the messages it can receive."""
    sheet = Sheet()
    sheet.add("start", d.start(form=FORM))
    first, last = _place(block, sheet)
    sheet.link("start", sheet.add("prepare", d.assign("prepare", parts='[1, null, "丙"]')))
    sheet.link("prepare", first)
    sheet.link(last, sheet.add("end", d.end()))
    return d.diagram(key, *sheet.parts), sheet.messages


def called_part() -> str:
    """The process that all may call: people one after the other, a limit, data of its own."""
    parts = (
        d.start(),
        d.user("one", form=FORM, loop=d.each(number="2", sequential=True, collect="n", into="numbers")),
        d.boundary("limit", "one", d.timer("days(4)")),
        d.assign("none", numbers="[0]"),
        d.exclusive("merge"),
        d.assign("sum-up", answer="k + count(numbers)"),
        d.end(),
    )
    flows = (*d.path("start", "one", "merge", "sum-up", "end"), *d.path("limit", "none", "merge"))
    properties = {"input.k": "数", "input.n": "数", "output.answer": "答"}
    return d.diagram(PART, *parts, *flows, properties=properties)


def _place(block: Block, sheet: Sheet) -> tuple[str, str]:
    """Draw a block; the ids of its first and last element."""
    return _PLACES[block.kind](block, sheet)


def _sequence(block: Block, sheet: Sheet) -> tuple[str, str]:
    ends = [_place(inner, sheet) for inner in block.inner]
    for (_, before), (after, _) in pairwise(ends):
        sheet.link(before, after)
    return ends[0][0], ends[-1][1]


def _task(block: Block, sheet: Sheet) -> tuple[str, str]:
    one = sheet.name("task")
    exclude = 'performer("task0")' if block.choices == ("exclude",) and one != "task0" else ""
    sheet.add(one, d.user(one, form=FORM, exclude=exclude))
    return one, one


def _assign(block: Block, sheet: Sheet) -> tuple[str, str]:
    one = sheet.name("set")
    sheet.add(one, d.assign(one, m=block.choices[0]))
    return one, one


def _timer(block: Block, sheet: Sheet) -> tuple[str, str]:
    one = sheet.name("timer")
    sheet.add(one, d.catch(one, d.timer(f"days({block.choices[0]})")))
    return one, one


def _split(block: Block, sheet: Sheet) -> tuple[str, str]:
    make = {"choice": d.exclusive, "some": d.inclusive, "fork": d.parallel}[block.kind]
    split, join = sheet.name("split"), sheet.name("join")
    branches = [_place(inner, sheet) for inner in block.inner]
    for number, (first, last) in enumerate(branches):
        is_default = number == len(branches) - 1 or block.kind == "fork"
        sheet.link(split, first, "" if is_default else block.choices[number])
        sheet.link(last, join)
    if block.kind == "some" and block.choices[-1] == "direct":
        sheet.link(split, join, "m > 5")
    default = f"{split}-{branches[-1][0]}"
    sheet.add(split, d.parallel(split) if block.kind == "fork" else make(split, default=default))  # type: ignore[operator]
    sheet.add(join, make(join))
    return split, join


def _loop(block: Block, sheet: Sheet) -> tuple[str, str]:
    merge, gate, after = sheet.name("merge"), sheet.name("gate"), sheet.name("set")
    first, last = _sequence(Block("sequence", (Block("task"), *block.inner, Block("task"))), sheet)
    sheet.add(merge, d.exclusive(merge))
    sheet.add(gate, d.exclusive(gate, default=f"{gate}-{after}"))
    sheet.add(after, d.assign(after, m="m"))
    sheet.link(merge, first)
    sheet.link(last, gate)
    sheet.link(gate, merge, "n > 5")
    sheet.link(gate, after)
    return merge, after


def _repeated(block: Block, sheet: Sheet) -> tuple[str, str]:
    how, times = block.choices
    loop = {
        "parallel": d.each(number=f"min(n, {times})", collect="opinion", into="opinions"),
        "sequential": d.each("parts", item="one", sequential=True),
        "until": d.each(number=f"{times}", until="numberOfCompletedInstances >= 2"),
        "standard": d.again("n > 5", at_most=times),
        "before": d.again("n > 5", at_most=times, test_before=True),
    }[how]
    if block.inner:
        return _sub(Block("sub", block.inner), sheet, loop=loop.replace("opinion", "n"))
    one = sheet.name("each")
    sheet.add(one, d.user(one, form=FORM, loop=loop))
    return one, one


def _sub(block: Block, sheet: Sheet, loop: str = "") -> tuple[str, str]:
    one = sheet.name("sub")
    inside = Sheet(sheet.numbers, messages=sheet.messages)
    into, out = inside.name("in"), inside.name("out")
    # A task of the sub-process itself, so that a collected item is written inside.
    body = Block("sequence", (Block("task"), *block.inner)) if loop else Block("sequence", block.inner)
    first, last = _place(body, inside)
    inside.add(into, d.start(into))
    inside.add(out, d.end(out))
    inside.link(into, first)
    inside.link(last, out)
    sheet.add(one, d.sub(one, *inside.parts, loop=loop))
    return one, one


def _guarded(block: Block, sheet: Sheet) -> tuple[str, str]:
    """An activity with boundary events: what interrupts leads back, what does not to an end of its own."""
    first, last = _place(block.inner[0], sheet)
    merge = sheet.name("merge")
    sheet.add(merge, d.exclusive(merge))
    sheet.link(last, merge)
    for event, interrupting in block.choices:
        one, task = sheet.name("event"), sheet.name("task")
        text = {
            "soon": d.timer("days(2)"),
            "late": d.timer("workdays(5)"),
            "condition": d.condition("n = 9"),
            "signal": d.signal("停止"),
            "message": "",
        }[event] or d.message(sheet.message())
        sheet.add(one, d.boundary(one, last, text, interrupting=interrupting))
        sheet.add(task, d.user(task, form=FORM))
        sheet.link(one, task)
        sheet.link(task, merge if interrupting else sheet.add(f"{task}-end", d.end(f"{task}-end")))
    return first, merge


def _race(block: Block, sheet: Sheet) -> tuple[str, str]:
    gate, merge = sheet.name("race"), sheet.name("merge")
    events = (d.timer(f"days({block.choices[0]})"), d.timer(f"days({block.choices[1]})"), "")
    sheet.add(gate, d.race(gate))
    sheet.add(merge, d.exclusive(merge))
    for event in events:
        one, after = sheet.name("catch"), sheet.name("set")
        sheet.add(one, d.catch(one, event or d.message(sheet.message())))
        sheet.add(after, d.assign(after, m=str(len(after))))
        for source, target in ((gate, one), (one, after), (after, merge)):
            sheet.link(source, target)
    return gate, merge


def _failing(block: Block, sheet: Sheet) -> tuple[str, str]:
    """A sub-process that may fail; who catches it goes on behind it."""
    one, caught, merge = sheet.name("sub"), sheet.name("caught"), sheet.name("merge")
    inside = Sheet(sheet.numbers, messages=sheet.messages)
    into, gate, out, failed = (inside.name(stem) for stem in ("in", "gate", "out", "failed"))
    first, last = _place(Block("sequence", (Block("task"), *block.inner)), inside)
    inside.add(into, d.start(into))
    inside.add(gate, d.exclusive(gate, default=f"{gate}-{out}"))
    inside.add(out, d.end(out))
    inside.add(failed, d.end(failed, event=d.terminate() if block.choices[0] else d.error("E")))
    inside.link(into, first)
    inside.link(last, gate)
    inside.link(gate, failed, "n > 5")
    inside.link(gate, out)
    sheet.add(one, d.sub(one, *inside.parts))
    sheet.add(merge, d.exclusive(merge))
    if not block.choices[0]:
        sheet.add(caught, d.boundary(caught, one, d.error("E")))
        sheet.link(caught, merge)
    sheet.link(one, merge)
    return one, merge


def _call(block: Block, sheet: Sheet) -> tuple[str, str]:
    one = sheet.name("call")
    given = {"input.k": block.choices[0], "input.n": "n", "output.m": "answer"}
    loop = d.each(number="2") if block.choices[1] else ""
    sheet.add(one, d.call(one, PART, loop=loop, properties=given))
    return one, one


def _escalating(block: Block, sheet: Sheet) -> tuple[str, str]:
    """A sub-process that calls for its superior, perhaps more than once."""
    one, caught, task, end = (sheet.name(stem) for stem in ("sub", "caught", "task", "end"))
    inside = Sheet(sheet.numbers, messages=sheet.messages)
    into, out, first_call, second_call = (inside.name(stem) for stem in ("in", "out", "throw", "throw"))
    first, last = _place(Block("sequence", (Block("task"), *block.inner)), inside)
    inside.add(into, d.start(into))
    inside.add(first_call, d.throw(first_call, d.escalation("上报")))
    inside.add(second_call, d.throw(second_call, d.escalation("上报")))
    inside.add(out, d.end(out))
    inside.link(into, first_call)
    inside.link(first_call, first)
    inside.link(last, second_call)
    inside.link(second_call, out)
    sheet.add(one, d.sub(one, *inside.parts))
    sheet.add(caught, d.boundary(caught, one, d.escalation("上报"), interrupting=False))
    sheet.add(task, d.user(task, form=FORM))
    sheet.add(end, d.end(end))
    sheet.link(caught, task)
    sheet.link(task, end)
    return one, one


def _signal(block: Block, sheet: Sheet) -> tuple[str, str]:
    one = sheet.name("signal")
    sheet.add(one, d.throw(one, d.signal("停止")))
    return one, one


_PLACES = {
    "sequence": _sequence,
    "task": _task,
    "assign": _assign,
    "timer": _timer,
    "choice": _split,
    "some": _split,
    "fork": _split,
    "loop": _loop,
    "repeated": _repeated,
    "sub": _sub,
    "guarded": _guarded,
    "race": _race,
    "failing": _failing,
    "signal": _signal,
    "call": _call,
    "escalating": _escalating,
}


# --- strategies ---------------------------------------------------------------------------------------------

_LEAVES = st.one_of(
    st.builds(Block, st.just("task"), choices=st.sampled_from([(), ("exclude",)])),
    st.builds(Block, st.just("assign"), choices=st.tuples(st.sampled_from(["m + 1", "n", "0", "9"]))),
    st.builds(Block, st.just("timer"), choices=st.tuples(st.integers(1, 9))),
    st.builds(Block, st.just("race"), choices=st.tuples(st.integers(1, 4), st.integers(1, 6))),
    st.just(Block("signal")),
    st.builds(Block, st.just("call"), choices=st.tuples(st.sampled_from(["n", "m + 1", "2"]), st.booleans())),
)
_HOW = st.tuples(
    st.sampled_from(["parallel", "sequential", "until", "standard", "before"]), st.integers(2, 4)
)
_EVENTS = st.lists(
    st.tuples(st.sampled_from(["soon", "late", "condition", "signal", "message"]), st.booleans()),
    min_size=1,
    max_size=3,
).map(tuple)


def _around(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    conditions = st.tuples(*[st.sampled_from(CONDITIONS)] * 2, st.sampled_from(["", "direct"]))
    activity = st.one_of(
        st.just(Block("task")),
        st.builds(Block, st.just("sub"), some),
        st.builds(Block, st.just("repeated"), st.one_of(st.just(()), some), _HOW),
    )
    return st.one_of(
        st.builds(Block, st.just("sequence"), some),
        st.builds(Block, st.sampled_from(["choice", "some", "fork"]), several, conditions),
        st.builds(Block, st.just("loop"), some),
        st.builds(Block, st.just("escalating"), some),
        st.builds(Block, st.just("failing"), some, st.tuples(st.booleans())),
        activity,
        st.builds(Block, st.just("guarded"), activity.map(lambda one: (one,)), _EVENTS),
    )


def diagrams() -> st.SearchStrategy[Block]:
    """Blocks within blocks, about a dozen elements on average."""
    return st.recursive(_LEAVES, _around, max_leaves=7).map(
        lambda block: Block("sequence", (Block("task"), block, Block("task")))
    )
