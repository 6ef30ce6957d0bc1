"""What a person submits: judged by its form, identities set apart, written into the right scope."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from workflows.cases.identities import Concealed, conceal, identity_paths
from workflows.definitions import Resources
from workflows.errors import WorkflowError
from workflows.forms import judge
from workflows.forms.offering import fill_options
from workflows.staff import Staff


class FormInvalid(WorkflowError):
    """The form is not filled in correctly."""

    code = "form-invalid"
    message_zh = "表单填写有误,请按提示更正。"

    def __init__(self, errors: Mapping[str, str], errors_en: Mapping[str, str]) -> None:
        #: Messages by path of the field (``""`` for the form as a whole), in Chinese and in English.
        self.errors = dict(errors)
        self.errors_en = dict(errors_en)
        super().__init__(errors=self.errors)


def accept(
    resources: Resources,
    form: str | None,
    submitted: Mapping[str, Any],
    *,
    known: Mapping[str, Any],
    secret: Callable[[], bytes],
    staff: Staff,
    attachments: Collection[str] = frozenset(),
) -> tuple[dict[str, Any], Concealed]:
    """The values a submission may write, identities concealed. Without a form nothing may be submitted.

    ``secret`` gives the organisation's, with which identities are referred to. ``staff`` are those whom
    options out of the directory mean now; what is accepted is not asked about again. Raises ``FormInvalid``.
    """
    if form is None:
        if submitted:
            strangers = dict.fromkeys(submitted, "此环节没有表单,不接受任何字段")
            raise FormInvalid(strangers, dict.fromkeys(submitted, "This step has no form"))
        return {}, []
    asked: Any = resources.forms[form]
    if asked.has_offers:
        asked = fill_options(resources.schemas[form], known, staff.functions())
    judgement = judge(asked, submitted, known=known, attachments=attachments)
    if not judgement.is_accepted:
        raise FormInvalid(judgement.errors, judgement.errors_en)
    return conceal(judgement.values, identity_paths(resources.schemas[form]), secret)
