"""Operators: what a service task may call. The catalogue is closed; a diagram names one and gives values."""

from workflows.operators.catalogue import CATALOGUE, Operator
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.signature import OperatorSignature, ParameterSignature

__all__ = ["CATALOGUE", "Effect", "Operator", "OperatorContext", "OperatorSignature", "ParameterSignature"]
