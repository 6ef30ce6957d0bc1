"""XML from outside, parsed so that it can neither fetch, expand nor exhaust anything."""

from __future__ import annotations

from lxml import etree

#: Bytes a file may have.
MAX_BYTES = 2_000_000


class UnusableXml(ValueError):
    """The file is too large, is not well-formed, or has a DOCTYPE."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def parse(raw: bytes) -> etree._Element:
    """The root of a document; comments and processing instructions are dropped.

    No entity is resolved and nothing is fetched. Raises ``UnusableXml``.
    """
    if len(raw) > MAX_BYTES:
        raise UnusableXml("文件超过 2 MB。", "The file is larger than 2 MB.")
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
        raise UnusableXml(f"不是合法的 XML({error})。", f"The file is not well-formed XML: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise UnusableXml("不允许 DOCTYPE 声明。", "The file has a DOCTYPE.")
    return root
