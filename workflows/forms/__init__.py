"""Forms: form-js schemas, checked before publication and judged on the server when submitted."""

from workflows.forms.checking import FormProblem, check_form, outside_names, outside_paths
from workflows.forms.judging import Judgement, judge
from workflows.forms.posting import parse_post
from workflows.forms.schema import Field, Form, form_fields, read_form

__all__ = [
    "Field",
    "Form",
    "FormProblem",
    "Judgement",
    "check_form",
    "form_fields",
    "judge",
    "outside_names",
    "outside_paths",
    "parse_post",
    "read_form",
]
