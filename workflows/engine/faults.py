"""Why a case can stop: each is an incident with a stable code."""

from __future__ import annotations

from workflows.errors import CaseStops


class ConditionUndecided(CaseStops):
    """A condition is neither true nor false; the default flow is not taken on a guess."""

    code = "condition-undecided"
    message_zh = "“{element}”处的条件 {expression} 没有得出“是”或“否”(多为所需数据未填),案件停在原处。"


class ExpressionFailed(CaseStops):
    """An expression calls a function with what it cannot work with, or asks for too much."""

    code = "expression-failed"
    message_zh = "表达式 {expression} 无法计算:{reason}"


class TimerUnusable(CaseStops):
    """The expression of a timer gives no usable period or date."""

    code = "timer-unusable"
    message_zh = "“{element}”处的期限表达式 {expression} 没有得出可用的期限或日期。"


class CollectionUnusable(CaseStops):
    """A multi-instance activity needs a list or a whole number and got something else."""

    code = "collection-unusable"
    message_zh = "“{element}”需要一个列表或整数来逐项办理,但得到的是空值或其他内容。"


class NoDecision(CaseStops):
    """No rule of the decision table matches and it has no default."""

    code = "decision-without-hit"
    message_zh = "“{element}”处的决策表 {decision} 没有任何一行适用。"


class OperatorFailed(CaseStops):
    """An automatic step failed."""

    code = "operator-failed"
    message_zh = "自动环节“{element}”({operator})执行失败:{reason}"


class NobodyMayDoIt(CaseStops):
    """The expression for the candidates of a task names nobody."""

    code = "no-candidates"
    message_zh = "环节“{element}”没有可办理的人员(表达式 {expression} 没有得出任何人)。"


class NotCaught(CaseStops):
    """An error left the process and nobody caught it."""

    code = "error-not-caught"
    message_zh = "“{element}”抛出的错误“{error}”没有被任何边界事件接住,案件停在原处。"


class EndlessLoop(CaseStops):
    """The automatic steps after one command do not come to an end."""

    code = "endless-loop"
    message_zh = "自动环节反复执行没有尽头(最后到“{element}”),案件停在原处。"


class CaseTooLong(CaseStops):
    """The case has run through more steps than one case may hold."""

    code = "case-too-long"
    message_zh = "案件经过的环节超过上限({limit}),请结案后另立新案。"


class Stalled(CaseStops):
    """Nothing runs and nobody can act, yet the process has not reached an end."""

    code = "stalled"
    message_zh = "案件没有可办理的环节,也没有到达终点(“{element}”),请流程管理员检查流程图。"


class EngineFault(CaseStops):
    """The process engine refused a step it should have been able to do."""

    code = "engine-fault"
    message_zh = "流程引擎在“{element}”处出错:{reason}"
