"""``issue-notice``: a printable document gets its number and is on record as issued."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lxml import html

from workflows.counters import next_number
from workflows.errors import WorkflowError
from workflows.office import names_of, office_of
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.filling import Filling, fill, texts_in
from workflows.operators.parameters import optional_text, required_text
from workflows.operators.signature import OperatorSignature, ParameterSignature
from workflows.operators.traces import leave
from workflows.tables import notices

#: How notices are numbered unless the document says otherwise in ``<meta name="number" content="…">``.
NUMBER_FORMAT = "〔{year}〕{n}号"

_TEMPLATE_MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


class NoSuchNotice(WorkflowError):
    """The regulation has no notice of this name."""

    code = "no-such-notice"
    message_zh = "该制度没有名为“{notice}”的文书。"


def issue_notice(context: OperatorContext, notice: Any, to: Any = None) -> Effect:
    """Number a notice of the version and keep that it was issued.

    Numbers run within organisation and notice, by the document's own format. What the template may use is
    kept with it, identities as references. Whom it goes to is a person and stays with the case data. Raises
    ``NoSuchNotice``.
    """
    name = required_text("notice", notice)
    optional_text("to", to)
    text = context.notices.get(name)
    if text is None:
        raise NoSuchNotice(notice=name)
    title, number_format = _heading(text)
    number = next_number(
        context.connection,
        f"notice:{context.organisation}:{name}",
        format=number_format or NUMBER_FORMAT,
        at=context.at,
    )
    identifier, trace = leave(
        context.connection,
        notices,
        case_id=context.case_id,
        seq=context.seq,
        notice=name,
        number=number,
        title=title or name,
        issued_at=context.at,
        data=_filling(context, text).to_text(),
    )
    return Effect(result={"id": identifier, "number": number, "title": title or name}, trace=trace)


def _filling(context: OperatorContext, template: str) -> Filling:
    office = office_of(context.connection, context.organisation)

    def case() -> Mapping[str, Any]:
        return {"number": context.case_number, "title": context.title()}

    sources = {"case": case, "data": context.view, "organisation": lambda: office.letterhead}
    found = fill(template, process=context.process, sources=sources)
    texts = set(texts_in(found.data))
    units = {slug: office.names[f"unit:{slug}"][0] for slug in texts if f"unit:{slug}" in office.names}
    return replace(found, people=names_of(context.connection, texts), units=units)


def _heading(text: str) -> tuple[str, str]:
    """Title, without what only printing fills in, and number format of a document; empty when missing."""
    if not text.strip():
        return "", ""
    document = html.document_fromstring(text)
    title = _TEMPLATE_MARK.sub(" ", document.findtext(".//title") or "")
    formats = document.xpath("//meta[@name='number']/@content")
    number_format = str(formats[0]) if isinstance(formats, list) and formats else ""
    return " ".join(title.split()), number_format.strip()


OPERATORS = (
    (
        OperatorSignature(
            name="issue-notice",
            label_zh="出具文书",
            label_en="Issue a notice",
            parameters={
                "notice": ParameterSignature(
                    type="string", required=True, literal=True, label_zh="文书", label_en="Notice"
                ),
                "to": ParameterSignature(type="string", label_zh="发给谁", label_en="To whom"),
            },
            result=True,
        ),
        issue_notice,
    ),
)
