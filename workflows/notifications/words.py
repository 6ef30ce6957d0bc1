"""What people are told, in Chinese and English: a sentence that says what happened, one that says what to do.

A notification names the case by its number and the step by its name, and nothing of what is in the case: the
page it leads to decides what its reader may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from workflows.clock import BEIJING


class Group(StrEnum):
    """Kinds of notifications people choose channels for."""

    #: Work that is given to them.
    PASSED = "passed"
    #: What became of work they gave to others.
    ANSWERED = "answered"
    URGED = "urged"
    DEADLINE = "deadline"
    #: Mentioned in a comment, or sent a copy.
    MENTIONED = "mentioned"
    #: What a regulation lets its diagram say.
    MESSAGE = "message"
    ABSENCE = "absence"
    DIGEST = "digest"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Said:
    """A notification in one language: a subject in one line, and what to do about it."""

    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class _Wording:
    group: Group
    zh: str
    en: str
    todo_zh: str = ""
    todo_en: str = ""


#: ``{thing}`` is the step with the number of its case, ``{by}`` the colleague who did it.
_WORDINGS: Final[Mapping[str, _Wording]] = {
    "assigned": _Wording(
        group=Group.PASSED,
        zh="{thing}分派给您",
        en="{thing} was assigned to you",
        todo_zh="请办理；办不了的，请放回部门或转办。",
        todo_en="Please do it; if you cannot, release it or hand it over.",
    ),
    "handed-over": _Wording(
        group=Group.PASSED,
        zh="{by}请您接办{thing}",
        en="{by} wants to hand {thing} over to you",
        todo_zh="请接收或退还；接收之前仍由对方负责。",
        todo_en="Please accept or decline; until you accept, it stays with them.",
    ),
    "handed-on": _Wording(
        group=Group.PASSED,
        zh="{thing}已移交给您",
        en="{thing} has passed on to you",
        todo_zh="原承办人不再办理，请接着办。",
        todo_en="Whoever had it does it no longer; please go on with it.",
    ),
    "lent": _Wording(
        group=Group.PASSED,
        zh="{by}委派您准备{thing}",
        en="{by} asks you to prepare {thing}",
        todo_zh="准备好后请归还并写明意见。",
        todo_en="When you are done, give it back with your opinion.",
    ),
    "signature-asked": _Wording(
        group=Group.PASSED,
        zh="{thing}请您会签",
        en="{thing} needs your signature",
        todo_zh="请签署意见。",
        todo_en="Please give your opinion.",
    ),
    "sent-back": _Wording(
        group=Group.PASSED,
        zh="{thing}被退回",
        en="{thing} was sent back",
        todo_zh="请看退回理由，改好后再提交。",
        todo_en="Please read the reason, mend it and submit it again.",
    ),
    "hand-over-accepted": _Wording(
        group=Group.ANSWERED, zh="您转办的{thing}已被接收", en="{thing}, which you handed over, was accepted"
    ),
    "hand-over-declined": _Wording(
        group=Group.ANSWERED,
        zh="您转办的{thing}被退还",
        en="{thing}, which you wanted to hand over, was declined",
        todo_zh="理由见案件经过；仍由您办理。",
        todo_en="The reason is in the story of the case; it stays with you.",
    ),
    "given-back": _Wording(
        group=Group.ANSWERED,
        zh="您委派的{thing}已归还",
        en="{thing}, which you lent, was given back",
        todo_zh="请看意见后办理。",
        todo_en="Please read the opinion and complete it.",
    ),
    "signed": _Wording(
        group=Group.ANSWERED,
        zh="{thing}有人签署了意见",
        en="Somebody has signed {thing}",
        todo_zh="请看会签情况。",
        todo_en="See who has signed.",
    ),
    "withdrawn": _Wording(
        group=Group.ANSWERED,
        zh="{thing}已被撤回",
        en="{thing} was withdrawn",
        todo_zh="您不必再办；如需再办会另行通知。",
        todo_en="There is nothing to do for you; you will hear if there is again.",
    ),
    "signatures-called-off": _Wording(
        group=Group.ANSWERED,
        zh="{thing}的会签已取消",
        en="Signatures on {thing} were called off",
        todo_zh="您不必再签署。",
        todo_en="There is nothing left to sign for you.",
    ),
    "visit-passed": _Wording(
        group=Group.PASSED,
        zh="窗口转来一件来访（{number}）",
        en="The counter passed a visit on to you ({number})",
        todo_zh="请您的部门接待办理。",
        todo_en="Please let your unit see to it.",
    ),
    "urged": _Wording(
        group=Group.URGED,
        zh="有人催办{thing}",
        en="You are asked to hurry with {thing}",
        todo_zh="请尽快办理；理由见案件经过。",
        todo_en="Please do it soon; the reason is in the story of the case.",
    ),
    "mentioned": _Wording(
        group=Group.MENTIONED,
        zh="{by}在{thing}的备注中提到您",
        en="{by} named you in a note on {thing}",
        todo_zh="请打开查看并答复。",
        todo_en="Please open it and answer.",
    ),
    "copied": _Wording(
        group=Group.MENTIONED,
        zh="{thing}抄送给您",
        en="A copy of {thing} was sent to you",
        todo_zh="供您知悉，不需要办理。",
        todo_en="For your information; there is nothing to do.",
    ),
    "absence-unattended": _Wording(
        group=Group.ABSENCE,
        zh="{who}外出期间的工作没有安排妥当",
        en="Work is not looked after while {who} is away",
        todo_zh="{since} 至 {until}。请安排替班人，并确认部门有人在岗。",
        todo_en="{since} to {until}. Please arrange for a substitute and see that somebody is on duty.",
    ),
    "work-handed-on": _Wording(
        group=Group.PASSED,
        zh="{who}离岗，其工作移交给您",
        en="{who} has left; their work is yours",
        todo_zh="请在“待办”中查看，尽快接着办理。",
        todo_en="You find it in your inbox; please go on with it.",
    ),
    "test": _Wording(
        group=Group.OTHER,
        zh="这是一条测试通知",
        en="This is a test",
        todo_zh="收到即表示设置正确，不必处理。",
        todo_en="If you can read it, the settings are right; there is nothing to do.",
    ),
}
_UNKNOWN: Final = _Wording(
    group=Group.OTHER,
    zh="{thing}有新的情况",
    en="Something has happened to {thing}",
    todo_zh="请打开查看。",
    todo_en="Please open it.",
)
_TONES: Final = {"reminder": "Reminder", "yellow": "Due soon", "red": "Due very soon", "overdue": "Overdue"}
#: Longer subjects are cut: they stand in one line of a list, or in a text message.
MOST_OF_SUBJECT: Final = 200
MOST_OF_TEXT: Final = 2_000
RUNG: Final = "rung"
MESSAGE: Final = "message"
DIGEST: Final = "digest"


def group_of(what: str) -> Group:
    """Under which heading people choose how to be told of it."""
    fixed = {RUNG: Group.DEADLINE, MESSAGE: Group.MESSAGE, DIGEST: Group.DIGEST}
    return fixed[what] if what in fixed else _WORDINGS.get(what, _UNKNOWN).group


def said(what: str, facts: Mapping[str, Any], *, english: bool = False, standing_in: str = "") -> Said:
    """The sentences of a notification; ``standing_in`` is the name of the one it was meant for.

    What is not known is told in general words; whatever the facts hold, it does not fail.
    """
    found = _said(what, facts, english)
    if standing_in:
        mark = f"(for {standing_in}) " if english else f"（代 {standing_in}）"
        found = Said(subject=mark + found.subject, text=found.text)
    return Said(subject=_one_line(found.subject)[:MOST_OF_SUBJECT], text=found.text[:MOST_OF_TEXT])


def _said(what: str, facts: Mapping[str, Any], english: bool) -> Said:
    if what == DIGEST:
        return _digest(facts, english)
    if what == RUNG and english:
        return _rung(facts)
    if what not in _WORDINGS and facts.get("subject"):
        return Said(subject=str(facts["subject"]), text=str(facts.get("text") or ""))
    wording = _WORDINGS.get(what, _UNKNOWN)
    given = {
        "thing": _thing(facts, english),
        "number": str(facts.get("number") or ""),
        "by": str(facts.get("by") or ("A colleague" if english else "同事")),
        "who": str(facts.get("who") or ("a colleague" if english else "同事")),
        "since": _moment(facts.get("since")),
        "until": _moment(facts.get("until")),
    }
    subject, todo = (wording.en, wording.todo_en) if english else (wording.zh, wording.todo_zh)
    if english and subject.startswith("{thing}"):
        given["thing"] = given["thing"][:1].upper() + given["thing"][1:]
    return Said(subject=subject.format(**given), text=todo.format(**given))


def _thing(facts: Mapping[str, Any], english: bool) -> str:
    number, step = str(facts.get("number") or ""), str(facts.get("step") or "")
    if step:
        name = f"“{step}”"
        return f"{name} ({number})" if english else f"{name}（{number}）"
    if number:
        return f"case {number}" if english else f"案件 {number}"
    return "your work" if english else "您的工作"


def _rung(facts: Mapping[str, Any]) -> Said:
    tone = _TONES.get(str(facts.get("tone")), "Reminder")
    number = facts.get("number") or ""
    return Said(subject=f"{tone}: a period of case {number}", text=f"Due {_moment(facts.get('due_at'))}.")


#: Count → what is counted, in the order in which it is told.
_COUNTED_ZH: Final = {
    "overdue": "已逾期 {n} 件",
    "today": "今天到期 {n} 件",
    "soon": "下一工作日到期 {n} 件",
    "ample": "其余 {n} 件",
}
_COUNTED_EN: Final = {
    "overdue": "{n} overdue",
    "today": "{n} due today",
    "soon": "{n} due the next working day",
    "ample": "{n} others",
}


def _digest(facts: Mapping[str, Any], english: bool) -> Said:
    mine = {name: int(facts.get(name) or 0) for name in _COUNTED_ZH}
    counted = _COUNTED_EN if english else _COUNTED_ZH
    parts = [counted[name].format(n=_up_to(n)) for name, n in mine.items() if n]
    new, late, unread = (int(facts.get(name) or 0) for name in ("new", "late", "unread"))
    if english:
        subject = f"Today: {_up_to(sum(mine.values()))} tasks of yours, {_up_to(new)} new for your units"
        lines = [f"Yours: {', '.join(parts)}." if parts else "You have no open tasks."]
        lines += [f"New for your units: {_up_to(new)}."] if new else []
        lines += [f"Overdue in your units: {_up_to(late)}."] if late else []
        lines += [f"Unread notifications: {_up_to(unread)}."] if unread else []
        return Said(subject=subject, text="\n".join(lines))
    subject = f"今日待办：您手上 {_up_to(sum(mine.values()))} 件，部门新任务 {_up_to(new)} 件"
    lines = [f"您手上：{'，'.join(parts)}。" if parts else "您手上没有待办。"]
    lines += [f"您的部门有 {_up_to(new)} 件新任务待领取。"] if new else []
    lines += [f"您的部门有 {_up_to(late)} 件已逾期。"] if late else []
    lines += [f"还有 {_up_to(unread)} 条通知未读。"] if unread else []
    return Said(subject=subject, text="\n".join(lines))


def _up_to(n: int) -> str:
    return str(n) if n <= MOST_COUNTED else f"{MOST_COUNTED}+"


#: Nobody's day changes by knowing more exactly.
MOST_COUNTED: Final = 999


def _moment(found: Any) -> str:
    try:
        return datetime.fromisoformat(str(found)).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return "—"


def _one_line(text: str) -> str:
    return " ".join(text.split())
