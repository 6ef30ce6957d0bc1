"""XML from outside, read so that it can neither fetch, expand nor exhaust anything."""

from __future__ import annotations

from lxml import etree

from workflows.errors import WorkflowError
from workflows.hardened_xml import UnusableXml, parse

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"

MAX_ELEMENTS = 20_000


class DiagramRefused(WorkflowError):
    """The file cannot be read as a diagram."""

    code = "diagram-refused"
    message_zh = "无法读取这个流程图文件:{reason_zh}"


def load_xml(raw: bytes) -> etree._Element:
    """Parse ``raw`` (UTF-8 or with an encoding declaration) and return its root.

    Comments and processing instructions are dropped. Raises ``DiagramRefused`` for a file of more than
    2 MB, a DOCTYPE, more than 20,000 elements, or anything that is not well-formed XML.
    """
    try:
        root = parse(raw)
    except UnusableXml as error:
        raise DiagramRefused(reason=error.en, reason_zh=error.zh) from error
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise DiagramRefused(reason="more than 20,000 elements", reason_zh="元素超过 20000 个。")
    return root
