"""Clauses are cited with the regulation they stand in, and outcomes have a tone."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import Engine, insert

from app.settings import PACKAGES
from tests.drafting import diagram, end, exclusive, flow, path, start
from tests.office import Office
from workflows.database import reading, transaction
from workflows.definitions import current_version
from workflows.diagrams import Tone
from workflows.packages.reading import read_packages
from workflows.reading.law import Title, clauses_of, law_of
from workflows.tables import organisations, provisions

TITLES = [
    {"id": "n.rules", "title": "某某局办事制度", "short": "办事制度", "title_en": "Rules"},
    {"id": "n.rules.annex", "title": "办事制度附则"},
]


def cited(engine: Engine, *ids: str, english: bool = False) -> list[str]:
    with transaction(engine) as connection:
        settings = orjson.dumps({"regulations": TITLES}).decode()
        connection.execute(insert(organisations).values(slug="n", name="某某局", settings=settings))
        for identifier in ids:
            connection.execute(
                insert(provisions).values(
                    id=identifier,
                    organisation="n",
                    article="第三条",
                    kind="rule",
                    summary_zh="及时",
                    summary_en="Promptly",
                )
            )
        return [clause.cited(english=english) for clause in clauses_of(connection, ids)]


def test_an_article_is_cited_with_the_short_title_of_its_regulation(engine: Engine) -> None:
    assert cited(engine, "n.rules.03.a") == ["《办事制度》第三条"]


def test_it_is_cited_in_english(engine: Engine) -> None:
    assert cited(engine, "n.rules.03.a", english=True) == ["Rules, 第三条"]


def test_the_longest_beginning_of_an_id_says_the_regulation(engine: Engine) -> None:
    assert cited(engine, "n.rules.annex.03", "n.rules.annexes.03", "n.other.03") == [
        "《办事制度附则》第三条",
        "《办事制度》第三条",
        "第三条",
    ]


def test_a_title_without_a_short_form_is_used_whole(engine: Engine) -> None:
    cited(engine, "n.rules.annex.03")
    with reading(engine) as connection:
        (clause,) = clauses_of(connection, ["n.rules.annex.03"])
    assert clause.title == Title(full="办事制度附则", short="办事制度附则", english="办事制度附则")


def test_every_clause_that_is_shipped_stands_in_a_regulation_with_a_title() -> None:
    for package in read_packages(PACKAGES):
        known = tuple(f"{one['id']}." for one in package.settings.get("regulations", ()))
        assert [one.id for one in package.provisions if not one.id.startswith(known)] == []


@pytest.mark.parametrize(
    ("outcome", "tone"),
    [
        ("准予", Tone.GOOD),
        ("不予", Tone.BAD),
        ("撤回", Tone.NEUTRAL),
        (None, Tone.NEUTRAL),
        ("别的", Tone.NEUTRAL),
    ],
)
def test_an_outcome_has_the_tone_its_end_event_says(engine: Engine, outcome: str | None, tone: Tone) -> None:
    office = Office(engine).settle_in()
    key = office.publish(
        diagram(
            "office.toned",
            start(),
            exclusive("which", default="which-withdrawn"),
            end("granted", outcome="准予", tone="good"),
            end("refused", outcome="不予", tone="bad"),
            end("withdrawn", outcome="撤回"),
            *path("start", "which", "withdrawn"),
            flow("which", "granted", "1 = 1"),
            flow("which", "refused", "1 = 2"),
        )
    )
    with reading(engine) as connection:
        law = law_of(connection, current_version(connection, key, at=office.now))
    assert law.tone_of(outcome) is tone
