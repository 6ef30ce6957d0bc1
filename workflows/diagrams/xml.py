"""XML from outside, read so that it can neither fetch, expand nor exhaust anything."""

from __future__ import annotations

from lxml import etree

from workflows.errors import WorkflowError

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"

MAX_BYTES = 2_000_000
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
    if len(raw) > MAX_BYTES:
        raise DiagramRefused(reason="larger than 2 MB", reason_zh="文件超过 2 MB。")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DiagramRefused(reason=str(error), reason_zh=f"不是合法的 XML({error})。") from error
    if root.getroottree().docinfo.doctype:
        raise DiagramRefused(reason="a DOCTYPE is not allowed", reason_zh="不允许 DOCTYPE 声明。")
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise DiagramRefused(reason="more than 20,000 elements", reason_zh="元素超过 20000 个。")
    return root
