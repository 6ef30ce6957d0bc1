"""The catalogue of operators, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workflows.operators import (
    clocks,
    closing,
    figures,
    finding,
    notices,
    notifying,
    recording,
    registers,
    sending,
    starting,
    supplements,
    timekeeping,
    values,
)
from workflows.operators.effect import Effect
from workflows.operators.signature import OperatorSignature


@dataclass(frozen=True, kw_only=True)
class Operator:
    """An operator: how it is called and what runs."""

    signature: OperatorSignature
    #: Takes the context and the parameters (FEEL values) by name.
    run: Callable[..., Effect]


_MODULES = (
    values,
    clocks,
    timekeeping,
    supplements,
    notices,
    registers,
    recording,
    finding,
    figures,
    starting,
    notifying,
    sending,
    closing,
)

CATALOGUE: Mapping[str, Operator] = {
    signature.name: Operator(signature=signature, run=run)
    for module in _MODULES
    for signature, run in module.OPERATORS
}
