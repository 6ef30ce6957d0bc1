"""The rules, one module each, which gives the rule its name and by its docstring its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType, ModuleType

from workflows.validation.finding import Problem, Severity
from workflows.validation.rules import (
    automatic_loop,
    bases,
    boundary_host,
    call_activity,
    call_recursion,
    candidates_required,
    clocks,
    clocks_elsewhere,
    conditional_events,
    conditions,
    constant_values,
    data_names,
    decisions,
    distribution,
    drawing,
    drawing_only,
    duplicate_flows,
    end_event_required,
    error_codes,
    errors_caught,
    errors_thrown,
    event_gateway,
    expression_language,
    expressions,
    flow_ends,
    foreign_extensions,
    forms,
    functions,
    gateway_default,
    ids_required,
    implicit_split,
    join_after_choice,
    join_own_loop,
    labels,
    lane_membership,
    loops,
    message_correlation,
    messages,
    names,
    no_incoming,
    no_outgoing,
    no_way_out,
    notices,
    operators,
    outcome_tones,
    parameters,
    people,
    process_outputs,
    properties,
    provision_missing,
    provisions,
    registers,
    reserved_ids,
    schema,
    signals,
    single_process,
    start_events,
    supported_elements,
    supported_events,
    supported_extensions,
    timers,
    unique_ids,
    unreachable,
    ways_back,
)
from workflows.validation.subject import Subject

Check = Callable[[Subject], Iterator[Problem]]

_ERROR: tuple[ModuleType, ...] = (
    # The file.
    schema,
    single_process,
    ids_required,
    unique_ids,
    reserved_ids,
    # What is executed at all.
    supported_elements,
    supported_events,
    supported_extensions,
    properties,
    expression_language,
    # The flow.
    flow_ends,
    duplicate_flows,
    start_events,
    end_event_required,
    outcome_tones,
    no_incoming,
    no_outgoing,
    unreachable,
    no_way_out,
    implicit_split,
    conditions,
    gateway_default,
    event_gateway,
    join_own_loop,
    boundary_host,
    # Events and loops.
    timers,
    bases,
    messages,
    signals,
    conditional_events,
    error_codes,
    errors_caught,
    loops,
    # What the diagram refers to.
    call_activity,
    call_recursion,
    forms,
    decisions,
    operators,
    notices,
    registers,
    provisions,
    candidates_required,
    distribution,
    people,
    clocks,
    ways_back,
    # Expressions and data.
    expressions,
    functions,
    names,
    parameters,
    constant_values,
    data_names,
    process_outputs,
)
_WARNING: tuple[ModuleType, ...] = (
    foreign_extensions,
    drawing_only,
    join_after_choice,
    automatic_loop,
    errors_thrown,
    message_correlation,
    clocks_elsewhere,
    lane_membership,
    labels,
    drawing,
)
_NOTICE: tuple[ModuleType, ...] = (provision_missing,)


def rule_name(module: ModuleType) -> str:
    """``gateway-default`` for the module ``…rules.gateway_default``."""
    return module.__name__.rpartition(".")[2].replace("_", "-")


#: Rule name → its check and the severity of what it finds, in the order in which findings are shown.
RULES: Mapping[str, tuple[Check, Severity]] = MappingProxyType(
    {
        rule_name(module): (module.check, severity)
        for modules, severity in (
            (_ERROR, Severity.ERROR),
            (_WARNING, Severity.WARNING),
            (_NOTICE, Severity.NOTICE),
        )
        for module in modules
    }
)
