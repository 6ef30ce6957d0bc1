"""A visit: what is given when it is registered, and what is known of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from workflows.cases import FormInvalid
from workflows.counter_rules import Checking, CounterRules, Decision
from workflows.errors import WorkflowError
from workflows.visits.personal import COMPANY, PERSON, is_identity, is_phone

#: Fields that say who somebody is; each is kept apart.
PERSONAL: Final = ("name", "phone", "identity")
#: How long each text may be.
LENGTHS: Final = {
    "name": 60,
    "phone": 30,
    "identity": 30,
    "matter": 60,
    "asked": 1000,
    "said": 1000,
    "body": 60,
    "receiver": 60,
    "place": 120,
    "contact": 60,
}


class NoCounter(WorkflowError):
    """The organisation has no counter."""

    code = "no-counter"
    message_zh = "本单位没有设置窗口登记。"


class NoSuchVisit(WorkflowError):
    """There is no such visit."""

    code = "no-such-visit"
    message_zh = "没有这条来访登记。"


class VisitInvalid(FormInvalid):
    """The visit is not filled in correctly."""

    code = "visit-invalid"
    message_zh = "登记内容有误，请按提示更正。"


class VisitStruckOut(WorkflowError):
    """The visit was struck out."""

    code = "visit-struck-out"
    message_zh = "这条来访登记已经作废。"


class VisitTooOld(WorkflowError):
    """A visit is struck out on the day of its registration only."""

    code = "visit-too-old"
    message_zh = "来访登记只能在登记当天作废。"


class NothingToReceive(WorkflowError):
    """The visit was not passed to a unit, or has been taken over already."""

    code = "nothing-to-receive"
    message_zh = "这条来访没有转给部门，或者已经有人接手。"


class NoCaseToOpen(WorkflowError):
    """No case is to be opened of this visit, or it has been opened already."""

    code = "no-case-to-open"
    message_zh = "这条来访不需要建立案件，或者已经建立。"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What is written down of a visit; texts are empty where nothing was."""

    decision: Decision
    kind: str = PERSON
    name: str = ""
    phone: str = ""
    identity: str = ""
    #: The name of a matter of the catalogue.
    matter: str = ""
    asked: str = ""
    said: str = ""
    unit: str | None = None
    body: str = ""
    receiver: str = ""
    place: str = ""
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit as one person sees it; texts that are not for them are masked."""

    id: int
    number: str
    day: date
    at: datetime
    by: str
    kind: str
    name: str
    phone: str
    identity: str
    matter: str
    asked: str
    decision: Decision
    said: str
    unit: str | None
    body: str
    receiver: str
    place: str
    contact: str
    case_id: int | None
    #: Number of the case it led to.
    case: str | None
    received_at: datetime | None
    received_by: str | None
    void_at: datetime | None
    void_by: str | None
    void_reason: str | None
    #: Whether the person may know who the visitor is, and may read anything of it but its number.
    knows: bool = False
    hidden: bool = False

    @property
    def what(self) -> str:
        """What was asked, in one line."""
        return "：".join(text for text in (self.matter, self.asked) if text)


def faults_of(given: Given, rules: CounterRules) -> dict[str, tuple[str, str]]:
    """What cannot stay as it was given: field → Chinese and English message."""
    found: dict[str, tuple[str, str]] = {}
    for name in sorted(rules.required):
        if not getattr(given, name):
            found[name] = ("请填写", "Fill this in")
    if given.kind not in (PERSON, COMPANY):
        found["kind"] = ("请选择个人或单位", "Choose person or company")
    if not (given.matter or given.asked):
        found["asked"] = ("请选事项，或写明来访人要办什么", "Choose a matter, or say what is asked")
    found |= _faults_of_decision(given)
    found |= {
        name: (f"不能超过 {most} 个字", f"At most {most} characters")
        for name, most in LENGTHS.items()
        if len(getattr(given, name)) > most
    }
    doubts = doubts_about(given)
    for name, how in (("identity", rules.identity), ("phone", rules.phone)):
        if how is Checking.REFUSE and name in doubts:
            found.setdefault(name, doubts[name])
    return found


def _faults_of_decision(given: Given) -> dict[str, tuple[str, str]]:
    match given.decision:
        case Decision.UNIT if not given.unit:
            return {"unit": ("请选择部门", "Choose a unit")}
        case Decision.UNIT if not (given.place or given.contact):
            return {"place": ("请告知地点或联系电话", "Say where it is, or its telephone")}
        case Decision.BODY if not given.body:
            return {"body": ("请填写应向哪个单位提出", "Say which body")}
        case Decision.CONSULT if not given.said:
            return {"said": ("请填写答复的内容", "Say what was answered")}
    return {}


def doubts_about(given: Given) -> dict[str, tuple[str, str]]:
    """Numbers that cannot be right: field → Chinese and English message."""
    found: dict[str, tuple[str, str]] = {}
    if given.phone and not is_phone(given.phone):
        found["phone"] = ("电话号码的位数或开头不对，请核对", "Not a telephone number in use: look again")
    if given.identity and not is_identity(given.identity, given.kind):
        found["identity"] = (
            ("统一社会信用代码的校验位不对，请核对", "The check character of the credit code is wrong")
            if given.kind == COMPANY
            else ("身份证件号码的校验位不对，请核对", "The check character of the number is wrong")
        )
    return found


def warnings_of(given: Given, rules: CounterRules) -> dict[str, tuple[str, str]]:
    """What should be looked at once more before a visit is registered."""
    wanted = {"identity": rules.identity, "phone": rules.phone}
    return {name: text for name, text in doubts_about(given).items() if wanted[name] is Checking.WARN}
