"""What verbs are called, what they mean, and what is said when they are done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import Flask
from sqlalchemy import Connection

from app.language import in_english, said
from app.messages import gettext as _
from app.messages import lazy_gettext
from app.verbs import Verb
from app.wording import day
from workflows.cases import Round
from workflows.cases.signatures import How
from workflows.errors import WorkflowError
from workflows.office import Office, names_of
from workflows.reading.colleagues import Colleague

_TITLES: Final = {
    Verb.CLAIM: lazy_gettext("领取"),
    Verb.RELEASE: lazy_gettext("放回"),
    Verb.HAND_OVER: lazy_gettext("转办"),
    Verb.TAKE_BACK: lazy_gettext("收回转办"),
    Verb.ACCEPT: lazy_gettext("接收"),
    Verb.DECLINE: lazy_gettext("退还"),
    Verb.LEND: lazy_gettext("委派"),
    Verb.GIVE_BACK: lazy_gettext("归还"),
    Verb.URGE: lazy_gettext("催办"),
    Verb.SEND_BACK: lazy_gettext("退回"),
    Verb.WITHDRAW: lazy_gettext("撤回"),
    Verb.COUNTERSIGN: lazy_gettext("会签"),
    Verb.ADD_SIGNER: lazy_gettext("加签"),
    Verb.SIGN: lazy_gettext("签署意见"),
    Verb.CALL_OFF: lazy_gettext("收回会签"),
}
_MEANINGS: Final = {
    Verb.HAND_OVER: lazy_gettext("对方接收后，由对方办理并对案件负责；接收前仍由您办理和负责。"),
    Verb.LEND: lazy_gettext("对方协助准备后归还，仍由您提交并对案件负责。"),
    Verb.DECLINE: lazy_gettext("任务留在对方手上，您的理由会告诉对方。"),
    Verb.GIVE_BACK: lazy_gettext("任务回到委派人手上，由委派人提交。"),
    Verb.URGE: lazy_gettext("提醒正在办理或可以办理这项任务的人；期限和承办都不改变。"),
    Verb.ACCEPT: lazy_gettext("接收后由您办理，并由您对案件负责。"),
    Verb.TAKE_BACK: lazy_gettext("对方还没有接收；收回后仍由您办理。"),
    Verb.RELEASE: lazy_gettext("任务回到部门待办，同事可以领取。"),
    Verb.SEND_BACK: lazy_gettext(
        "案件回到前面的一步，由原来办理的人重办；期限照常计算，您的理由会告诉对方。"
    ),
    Verb.WITHDRAW: lazy_gettext("您提交的这一步重新打开，原来填写的内容还在；下一步的任务随之取消。"),
    Verb.CLAIM: lazy_gettext("领取后由您办理，并由您对案件负责。"),
    Verb.COUNTERSIGN: lazy_gettext(
        "请同事在这项任务上签署意见。签完之前不能办结；签完之后仍由您决定和提交，期限照常计算。"
    ),
    Verb.ADD_SIGNER: lazy_gettext("再请一位同事参加这次会签，对方能看到这项任务，看不到整个案件。"),
    Verb.SIGN: lazy_gettext("您的意见会记录在案，并告诉经办人；怎么办仍由经办人决定。"),
    Verb.CALL_OFF: lazy_gettext("不再等待还没有签的同事；已经签署的意见保留，任务可以继续办理。"),
}
#: Facts of errors that are user names: people are called by their own names.
_PEOPLE: Final = ("to", "holder", "lender", "user", "substitute")


def attach(app: Flask) -> None:
    """Put the words where templates find them."""
    app.jinja_env.globals.update(verb_title=title, verb_meaning=meaning, signing_state=signing_state)


def title(verb: Verb) -> str:
    """What a button says."""
    return str(_TITLES[verb])


def meaning(verb: Verb) -> str:
    """What comes of it."""
    return str(_MEANINGS[verb])


def signing_state(on: Round) -> str:
    """How a round of signatures stands."""
    if on.how is None:
        return _("正在签")
    return {
        How.ANSWERED: _("已签完"),
        How.CALLED_OFF: _("已收回"),
        How.GONE: _("任务已取消，不再需要"),
    }[on.how]


def done(verb: Verb, task: str, whom: str) -> str:
    """What is said when it is done; ``whom`` is the colleague's name where there is one."""
    match verb:
        case Verb.HAND_OVER:
            return _("“%(task)s”已转办给%(whom)s，等待对方接收；接收前仍由您负责。", task=task, whom=whom)
        case Verb.LEND:
            return _("“%(task)s”已委派给%(whom)s，归还后由您提交。", task=task, whom=whom)
        case Verb.ACCEPT:
            return _("您已接收“%(task)s”，现由您办理并对案件负责。", task=task)
    words = {
        Verb.CLAIM: _("您已领取“%(task)s”。", task=task),
        Verb.RELEASE: _("“%(task)s”已放回，本部门的同事可以领取。", task=task),
        Verb.TAKE_BACK: _("“%(task)s”已收回，仍由您办理。", task=task),
        Verb.DECLINE: _("“%(task)s”已退还，理由已告诉对方。", task=task),
        Verb.GIVE_BACK: _("“%(task)s”已归还委派人。", task=task),
        Verb.SEND_BACK: _("“%(task)s”已退回前面的一步，有关人员会收到通知。", task=task),
        Verb.WITHDRAW: _("“%(task)s”已撤回，可以修改后重新提交。", task=task),
        Verb.URGE: _("“%(task)s”已催办，有关人员会收到提醒。", task=task),
        Verb.COUNTERSIGN: _("已请同事会签“%(task)s”，签完后会告诉您。", task=task),
        Verb.ADD_SIGNER: _("已请%(whom)s参加“%(task)s”的会签。", whom=whom, task=task),
        Verb.SIGN: _("您已在“%(task)s”上签署意见，经办人会收到通知。", task=task),
        Verb.CALL_OFF: _("“%(task)s”的会签已收回，可以继续办理。", task=task),
    }
    return words[verb]


def in_words(connection: Connection, refusal: WorkflowError) -> str:
    """The sentence of a refusal, with people called by their names."""
    named = names_of(connection, [refusal.facts.get(fact) for fact in _PEOPLE])
    for fact in _PEOPLE:
        user = refusal.facts.get(fact)
        if user in named:
            refusal.facts[fact] = named[user]
    return said(refusal)


def choices(found: Iterable[Colleague], office: Office) -> dict[str, str]:
    """User name → name, units, and until when they are away: what a chooser of colleagues shows."""
    return {one.user: _label(one, office) for one in found}


def _label(one: Colleague, office: Office) -> str:
    comma = ", " if in_english() else "、"
    units = comma.join(office.called(f"unit:{slug}", {}, english=in_english()) for slug in one.units)
    label = _("%(name)s（%(units)s）", name=one.name, units=units) if units else one.name
    if one.absence is None:
        return label
    return _("%(who)s · 外出至 %(day)s", who=label, day=day(one.absence.until))
