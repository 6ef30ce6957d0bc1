"""Changes of a regulation in words, for whoever approves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask_babel import lazy_gettext as _l

from app.messages import gettext as _
from workflows.definitions.changes import Change, Difference

#: Characters of a text that are quoted.
QUOTED: Final = 160
_KINDS: Final[Mapping[str, object]] = {
    "process": _l("制度"),
    "lane": _l("泳道"),
    "sequenceFlow": _l("顺序流"),
    "file": _l("文件"),
    "userTask": _l("人员任务"),
    "manualTask": _l("手工任务"),
    "serviceTask": _l("自动任务"),
    "sendTask": _l("发送任务"),
    "receiveTask": _l("接收任务"),
    "businessRuleTask": _l("判定任务"),
    "callActivity": _l("调用"),
    "subProcess": _l("子流程"),
    "startEvent": _l("开始事件"),
    "endEvent": _l("结束事件"),
    "boundaryEvent": _l("边界事件"),
    "intermediateCatchEvent": _l("等候事件"),
    "intermediateThrowEvent": _l("发出事件"),
    "exclusiveGateway": _l("排他网关"),
    "parallelGateway": _l("并行网关"),
    "inclusiveGateway": _l("包容网关"),
    "eventBasedGateway": _l("事件网关"),
}
_ASPECTS: Final[Mapping[str, object]] = {
    "name": _l("名称"),
    "kind": _l("种类"),
    "lane": _l("泳道"),
    "instructions": _l("办理提示"),
    "documentation": _l("说明"),
    "decision": _l("判定表"),
    "called": _l("调用的制度"),
    "message": _l("消息"),
    "default": _l("其他条件都不成立时走向"),
    "attached": _l("附着于"),
    "interrupting": _l("是否中断"),
    "events": _l("事件"),
    "loop": _l("循环"),
    "order": _l("条件的先后"),
    "operator": _l("操作"),
    "result": _l("结果存为"),
    "source": _l("从"),
    "target": _l("到"),
    "condition": _l("条件"),
    "content": _l("内容"),
    "property.provision": _l("执行的条款"),
    "property.form": _l("表单"),
    "property.candidates": _l("由谁办理"),
    "property.exclude": _l("谁应当回避"),
    "property.clock": _l("期限"),
    "property.due": _l("内部时限"),
    "property.priority": _l("优先级"),
    "property.notice": _l("文书"),
    "property.outcome": _l("案件结果"),
    "property.tone": _l("对当事人而言"),
    "property.public": _l("给服务对象看的话"),
    "property.public.required": _l("服务对象要做的"),
    "property.title": _l("案件标题"),
    "property.result": _l("结果存为"),
    "property.correlation": _l("匹配值"),
}


def kind_of(change: Change) -> str:
    """What kind of part it is."""
    return str(_KINDS.get(change.kind, change.kind))


def said_of(one: Difference) -> str:
    """One difference in a sentence."""
    aspect = str(_ASPECTS.get(one.aspect, one.aspect.partition(".")[2] or one.aspect))
    if one.aspect == "content":
        return _("内容已修改")
    kind_words: Callable[[str], str] = lambda text: str(_KINDS.get(text, text))  # noqa: E731
    words = kind_words if one.aspect == "kind" else _short
    before, after = words(one.before), words(one.after)
    if not one.before:
        return _("%(aspect)s：新写“%(after)s”", aspect=aspect, after=after)
    if not one.after:
        return _("%(aspect)s：删去“%(before)s”", aspect=aspect, before=before)
    return _("%(aspect)s：由“%(before)s”改为“%(after)s”", aspect=aspect, before=before, after=after)


def _short(text: str) -> str:
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}……"
