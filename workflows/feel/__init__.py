"""FEEL, the expression language of DMN 1.3 to 1.5, compiled to Python closures.

``compile_expression`` and ``compile_unary_tests`` raise FeelSyntaxError for what is not FEEL; evaluation
never executes Python, never looks at the machine's clock, answers null where FEEL does, and raises
FeelLimitExceeded when it would cost too much.
"""

# Importing a module of functions registers them.
from workflows.feel import (  # isort: skip
    functions_context as functions_context,
    functions_conversion as functions_conversion,
    functions_list as functions_list,
    functions_number as functions_number,
    functions_range as functions_range,
    functions_string as functions_string,
    functions_temporal as functions_temporal,
)
from workflows.feel.errors import FeelLimitExceeded, FeelSyntaxError
from workflows.feel.expressions import Expression, UnaryTests, compile_expression, compile_unary_tests
from workflows.feel.frames import Run
from workflows.feel.limits import Budget
from workflows.feel.values import Function, Range, YearsMonths, from_json, to_json

__all__ = [
    "Budget",
    "Expression",
    "FeelLimitExceeded",
    "FeelSyntaxError",
    "Function",
    "Range",
    "Run",
    "UnaryTests",
    "YearsMonths",
    "compile_expression",
    "compile_unary_tests",
    "from_json",
    "to_json",
]
