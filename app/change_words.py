"""Changes of a regulation in words, for whoever approves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.messages import gettext as _
from app.messages import lazy_gettext
from app.wording import with_articles
from workflows.definitions.changes import Change, Difference
from workflows.reading.law import Clause

#: Characters of a text that are quoted.
QUOTED: Final = 160
_KINDS: Final[Mapping[str, object]] = {
    "process": lazy_gettext("制度"),
    "lane": lazy_gettext("泳道"),
    "sequenceFlow": lazy_gettext("顺序流"),
    "file": lazy_gettext("文件"),
    "userTask": lazy_gettext("人员任务"),
    "manualTask": lazy_gettext("手工任务"),
    "serviceTask": lazy_gettext("自动任务"),
    "sendTask": lazy_gettext("发送任务"),
    "receiveTask": lazy_gettext("接收任务"),
    "businessRuleTask": lazy_gettext("判定任务"),
    "callActivity": lazy_gettext("调用"),
    "subProcess": lazy_gettext("子流程"),
    "startEvent": lazy_gettext("开始事件"),
    "endEvent": lazy_gettext("结束事件"),
    "boundaryEvent": lazy_gettext("边界事件"),
    "intermediateCatchEvent": lazy_gettext("等候事件"),
    "intermediateThrowEvent": lazy_gettext("发出事件"),
    "exclusiveGateway": lazy_gettext("排他网关"),
    "parallelGateway": lazy_gettext("并行网关"),
    "inclusiveGateway": lazy_gettext("包容网关"),
    "eventBasedGateway": lazy_gettext("事件网关"),
}
_ASPECTS: Final[Mapping[str, object]] = {
    "name": lazy_gettext("名称"),
    "kind": lazy_gettext("种类"),
    "lane": lazy_gettext("泳道"),
    "instructions": lazy_gettext("办理提示"),
    "documentation": lazy_gettext("说明"),
    "decision": lazy_gettext("判定表"),
    "called": lazy_gettext("调用的制度"),
    "message": lazy_gettext("消息"),
    "default": lazy_gettext("其他条件都不成立时走向"),
    "attached": lazy_gettext("附着于"),
    "interrupting": lazy_gettext("是否中断"),
    "events": lazy_gettext("事件"),
    "loop": lazy_gettext("循环"),
    "order": lazy_gettext("条件的先后"),
    "operator": lazy_gettext("操作"),
    "result": lazy_gettext("结果存为"),
    "source": lazy_gettext("从"),
    "target": lazy_gettext("到"),
    "condition": lazy_gettext("条件"),
    "content": lazy_gettext("内容"),
    "property.provision": lazy_gettext("执行的条款"),
    "property.form": lazy_gettext("表单"),
    "property.candidates": lazy_gettext("由谁办理"),
    "property.exclude": lazy_gettext("谁应当回避"),
    "property.distribution": lazy_gettext("分派方式"),
    "property.skill": lazy_gettext("所需专长"),
    "property.clock": lazy_gettext("期限"),
    "property.due": lazy_gettext("内部时限"),
    "property.priority": lazy_gettext("优先级"),
    "property.notice": lazy_gettext("文书"),
    "property.outcome": lazy_gettext("案件结果"),
    "property.tone": lazy_gettext("对当事人而言"),
    "property.public": lazy_gettext("给服务对象看的话"),
    "property.public.required": lazy_gettext("服务对象要做的"),
    "property.title": lazy_gettext("案件标题"),
    "property.result": lazy_gettext("结果存为"),
    "property.correlation": lazy_gettext("匹配值"),
}


def kind_of(change: Change) -> str:
    """What kind of part it is."""
    return str(_KINDS.get(change.kind, change.kind))


def said_of(one: Difference, clauses: Mapping[str, Clause]) -> str:
    """One difference in a sentence; clauses are cited."""
    aspect = str(_ASPECTS.get(one.aspect, one.aspect.partition(".")[2] or one.aspect))
    if one.aspect == "content":
        return _("内容已修改")
    before, after = (_quoted(text, one.aspect, clauses) for text in (one.before, one.after))
    if not one.before:
        return _("%(aspect)s：新写“%(after)s”", aspect=aspect, after=after)
    if not one.after:
        return _("%(aspect)s：删去“%(before)s”", aspect=aspect, before=before)
    return _("%(aspect)s：由“%(before)s”改为“%(after)s”", aspect=aspect, before=before, after=after)


def _quoted(text: str, aspect: str, clauses: Mapping[str, Clause]) -> str:
    if aspect == "property.provision":
        return with_articles(text, clauses)
    if aspect == "kind":
        return str(_KINDS.get(text, text))
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}……"
