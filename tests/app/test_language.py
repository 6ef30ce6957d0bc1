"""The pages are complete in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

import app
from app.language import CATALOGUES, compile_catalogues

CODE = Path(app.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def messages() -> set[str]:
    """Every message of the pages; of those with a plural, the first form."""
    found = extract_from_dir(
        CODE,
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={**DEFAULT_KEYWORDS, "lazy_gettext": None},
    )
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


def english() -> dict[str, tuple[str, ...]]:
    with (CATALOGUES / "en/LC_MESSAGES/messages.po").open("rb") as written:
        catalogue = read_po(written, locale="en")
    made = {}
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        made[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    made.pop("")
    return made


def test_every_message_is_said_in_english_too() -> None:
    said = english()
    missing = [text for text in messages() if not all(said.get(text, ("",)))]
    assert missing == []


def test_the_catalogue_holds_nothing_the_pages_do_not_say() -> None:
    assert english().keys() - messages() == set()


def test_what_is_filled_in_is_filled_in_in_english_too() -> None:
    lost = [
        chinese
        for chinese, forms in english().items()
        if any(set(PLACEHOLDER.findall(form)) != set(PLACEHOLDER.findall(chinese)) for form in forms)
    ]
    assert lost == []


def test_no_page_says_chinese_outside_a_message() -> None:
    """``中文`` names the language itself, and is written so in both."""
    spoken = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
    bare = {
        path.name: left
        for path in (CODE / "templates").rglob("*.html")
        if (left := re.findall(r"[\u4e00-\u9fff]+", spoken.sub("", path.read_text(encoding="utf-8"))))
    }
    assert bare == {}


def test_catalogues_are_compiled_from_a_bare_clone(tmp_path: Path) -> None:
    compile_catalogues(CATALOGUES, tmp_path)
    assert (tmp_path / "en/LC_MESSAGES/messages.mo").stat().st_size > 1000
