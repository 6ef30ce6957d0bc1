"""What is searched for is found at once, by those who may know of it and by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, delete, event, func, select

from tests.drafting import diagram, end, path, start, user
from tests.office import LI_SI, QIAN_QI, WANG_WU, ZHANG_SAN, ZHAO_LIU, Case, Office, person
from workflows import tables
from workflows.cases import Actor
from workflows.database import reading, transaction
from workflows.reading.persons import cases_of_person, kept_as
from workflows.search import LOOK_AHEAD, Found, Question, search, unnoted
from workflows.search_index import begin_anew, index_due

#: Title says what it is about; the window does it, then the chiefs are asked.
PERMIT = diagram(
    "t.permit",
    start(form="visitor", candidates='unit("window")'),
    user("check", form="facts", candidates='unit("window")'),
    user("decide", candidates='unit("chiefs")', exclude='performer("check")'),
    end(),
    *path("start", "check", "decide", "end"),
    name="食品经营许可",
    properties={"title": 'if text = null then "经营许可" else "经营许可：" + text'},
)
#: One colleague is asked by name, and must not read what it is about.
COMPLAINT = diagram(
    "t.complaint",
    start(form="visitor", candidates='unit("window")'),
    user("answer", form="facts", candidates='person("qian")'),
    user("handle", form="facts", candidates='unit("window")', exclude='person("qian")'),
    end(),
    *path("start", "answer", "handle", "end"),
    name="投诉",
    properties={"title": '"投诉一件"'},
)
AUDITOR = person("han", "role:auditor")
OUTSIDER = person("sun", "unit:archive")
ACCUSED = person("qian", "unit:window")


@pytest.fixture
def office(engine: Engine) -> Office:
    made = Office(engine).settle_in()
    made.publish(PERMIT)
    made.publish(COMPLAINT)
    return made


@pytest.fixture(params=["noted", "fresh"])
def noted(request: pytest.FixtureRequest) -> bool:
    """Whether the index has been brought up to date before somebody asks; the answer is the same."""
    return bool(request.param == "noted")


def asked(office: Office, text: str, of: Actor = ZHANG_SAN, noted: bool = True, **more: object) -> Found:
    if noted:
        while index_due(office.engine):
            pass
    question = Question(text=text, **{k: v for k, v in more.items() if k not in ("before", "size")})  # type: ignore[arg-type]
    with reading(office.engine) as connection:
        return search(connection, question, of=of, before=more.get("before"), size=more.get("size", 25))  # type: ignore[arg-type]


def ids(found: Found) -> list[int]:
    return [hit.case.id for hit in found.hits]


def applied(office: Office, text: str = "", name: str = "张三某", number: str = "10000000000") -> Case:
    return office.apply("t.permit", name=name, number=number, text=text)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(*given: object) -> None:
        heard.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", hear)
    yield heard
    event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize(
    "text",
    [
        "人民路",
        "人民路 餐饮",
        "餐",
        "人民路12号",
        "12",
        "ABC-9",
        "abc",
        "食品经营许可",
        "许可 人民路",
        "某某餐饮店",
        "ＡＢＣ",
    ],
)
def test_a_case_is_found_by_any_of_its_words(office: Office, noted: bool, text: str) -> None:
    wanted = applied(office, "某某餐饮店在人民路0012号开业，执照 ABC-9")
    applied(office, "某某书店在解放路3号开业") if text not in ("食品经营许可",) else None
    assert ids(asked(office, text, noted=noted)) == [wanted.id]


@pytest.mark.parametrize(
    "text", ["民路人", "路人", "人民路13号", "AB", "茶叶", "人民路 茶叶", "！？", "", "%", "_"]
)
def test_what_is_not_written_is_not_found(office: Office, noted: bool, text: str) -> None:
    applied(office, "某某餐饮店在人民路0012号开业，执照 ABC-9")
    assert ids(asked(office, text, noted=noted)) == []


def test_a_case_is_found_by_its_number_and_how_it_begins(office: Office, noted: bool) -> None:
    first, second = applied(office), applied(office)
    assert ids(asked(office, first.row.number, noted=noted)) == [first.id]
    assert ids(asked(office, first.row.number[:-1], noted=noted)) == [second.id, first.id]
    assert ids(asked(office, first.row.number.upper(), noted=noted)) == [first.id]


def test_what_is_written_later_is_found_and_what_was_corrected_is_not(office: Office, noted: bool) -> None:
    case = applied(office, "旧址")
    asked(office, "旧址")
    case.do("check", text="解放路", opinion="现场核查无异常")
    assert ids(asked(office, "现场核查", noted=noted)) == [case.id]
    assert ids(asked(office, "解放路", noted=noted)) == [case.id]
    assert ids(asked(office, "旧址", noted=noted)) == []


def test_the_newest_come_first_page_by_page(office: Office, noted: bool) -> None:
    made = [applied(office, f"第{n}家餐饮店").id for n in range(7)]
    first = asked(office, "餐饮店", noted=noted, size=3)
    second = asked(office, "餐饮店", noted=noted, size=3, before=first.next)
    third = asked(office, "餐饮店", noted=noted, size=3, before=second.next)
    assert ids(first) + ids(second) + ids(third) == made[::-1]
    assert third.next is None
    assert first.looked_at is None


def test_state_day_and_regulation_narrow_it(office: Office) -> None:
    old = applied(office, "餐饮店")
    old.cancel()
    office.wait(days=10)
    new = applied(office, "餐饮店")
    other = office.apply("t.complaint", name="李四某", text="餐饮店")
    assert ids(asked(office, "餐饮店")) == [other.id, new.id, old.id]
    assert ids(asked(office, "餐饮店", status="open")) == [other.id, new.id]
    assert ids(asked(office, "餐饮店", status="cancelled")) == [old.id]
    assert ids(asked(office, "餐饮店", regulation="t.permit")) == [new.id, old.id]
    assert ids(asked(office, "餐饮店", since=date(2026, 9, 9))) == [other.id, new.id]
    assert ids(asked(office, "餐饮店", until=date(2026, 9, 8))) == [old.id]
    assert ids(asked(office, "餐饮店", regulation="t.nothing")) == []


def test_a_hit_shows_where_it_was_found(office: Office) -> None:
    case = applied(office)
    case.do("check", opinion="经现场核查，" + "场所符合要求，" * 20 + "距离学校一百五十米，" + "同意。" * 20)
    (hit,) = asked(office, "距离学校").hits
    assert "距离学校一百五十米" in hit.passage
    assert hit.passage.startswith("…")
    assert hit.passage.endswith("…")
    assert len(hit.passage) < 100


# --- persons ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["张三某", "13000000000", "130 0000 0000", "１３００００００００0", " 张三某 ", "张 三某"]
)
def test_a_person_is_found_as_exactly_named(office: Office, noted: bool, text: str) -> None:
    first = applied(office, number="13000000000")
    applied(office, name="李四某", number="10000000009")
    second = office.apply("t.complaint", name="张三某", number="13000000000")
    found = asked(office, text, noted=noted)
    assert ids(found) == [second.id, first.id]
    assert all(hit.is_person and not hit.passage for hit in found.hits)


@pytest.mark.parametrize("text", ["张三", "三某", "1300000000", "张三某某"])
def test_a_part_of_a_name_or_number_finds_nobody(office: Office, noted: bool, text: str) -> None:
    applied(office, number="13000000000")
    assert ids(asked(office, text, noted=noted)) == []


def test_a_person_and_a_word_together(office: Office, noted: bool) -> None:
    wanted = applied(office, "人民路")
    applied(office, "解放路")
    applied(office, "人民路", name="李四某", number="1")
    assert ids(asked(office, "张三某 人民路", noted=noted)) == [wanted.id]


def test_a_person_is_found_by_those_alone_who_may_know_who_it_is(office: Office, noted: bool) -> None:
    with transaction(office.engine) as connection:
        clerk = {"user": ZHANG_SAN.user, "organisation": "t", "name": "张三"}
        connection.execute(tables.people.insert().values(**clerk))
        connection.execute(
            tables.memberships.insert().values(user=ZHANG_SAN.user, kind="unit", slug="window")
        )
    case = applied(office)
    case.do("check")
    for reader in (AUDITOR, ZHAO_LIU, person("x", "unit:chiefs"), OUTSIDER, QIAN_QI):
        assert ids(asked(office, "张三某", of=reader, noted=noted)) == [], reader.user
        with reading(office.engine) as connection:
            assert cases_of_person(connection, "张三某", of=reader) == []
    for knows in (ZHANG_SAN, LI_SI):
        assert ids(asked(office, "张三某", of=knows, noted=noted)) == [case.id]
        with reading(office.engine) as connection:
            assert cases_of_person(connection, "张三某", of=knows) == [case.id]


def test_who_a_case_is_about_stands_in_no_index(office: Office) -> None:
    applied(office, "餐饮店", name="欧阳某某", number="13900000000")
    asked(office, "餐饮店")
    with reading(office.engine) as connection:
        words = set(connection.scalars(select(tables.search_words.c.word)))
    assert "餐饮" in words
    assert not {"欧", "阳", "欧阳", "13900000000"} & words


def test_once_an_identity_or_the_secret_is_destroyed_the_person_is_not_found(office: Office) -> None:
    first, second = applied(office), applied(office)
    with transaction(office.engine) as connection:
        connection.execute(delete(tables.identities).where(tables.identities.c.case_id == first.id))
    assert ids(asked(office, "张三某")) == [second.id]
    with transaction(office.engine) as connection:
        connection.execute(delete(tables.identity_secrets))
    assert ids(asked(office, "张三某")) == []


def test_a_kept_filter_names_nobody_and_finds_the_same(office: Office) -> None:
    case = applied(office, number="13000000000")
    with reading(office.engine) as connection:
        for said in ("张三某", "130-0000-0000"):
            kept = kept_as(connection, "t", said)
            assert "张" not in kept
            assert "13" + "0" * 9 not in kept
            assert cases_of_person(connection, kept, of=ZHANG_SAN) == [case.id]
            assert cases_of_person(connection, kept, of=OUTSIDER) == []
        nobody = kept_as(connection, "nowhere", "张三某")
        assert cases_of_person(connection, nobody, of=ZHANG_SAN) == []
        assert nobody


# --- what one may know of ----------------------------------------------------------------------------------


def test_another_organisation_finds_nothing_of_it(office: Office, noted: bool) -> None:
    case = applied(office, "餐饮店")
    for text in ("餐饮店", case.row.number, "许可", "张三某"):
        assert ids(asked(office, text, of=QIAN_QI, noted=noted)) == []


def test_who_has_no_part_in_a_case_does_not_learn_of_it(office: Office, noted: bool) -> None:
    case = applied(office, "餐饮店")
    for text in ("餐饮店", case.row.number, "许可", "张三某"):
        found = asked(office, text, of=OUTSIDER, noted=noted)
        assert (ids(found), found.next, found.looked_at) == ([], None, None)
    assert ids(asked(office, "餐饮店", of=AUDITOR, noted=noted)) == [case.id]
    assert ids(asked(office, "餐饮店", of=WANG_WU, noted=noted)) == [case.id]


def test_the_one_complained_about_finds_the_task_and_nothing_of_what_is_said(
    office: Office, noted: bool
) -> None:
    case = office.apply("t.complaint", name="李四某", text="态度恶劣")
    for text in ("态度恶劣", "李四某", "态度 投诉"):
        assert ids(asked(office, text, of=ACCUSED, noted=noted)) == []
    for text in ("投诉一件", case.row.number):
        (hit,) = asked(office, text, of=ACCUSED, noted=noted).hits
        assert not hit.reads
        assert [task.element_id for task in hit.tasks] == ["answer"]
        assert hit.passage == ""
    case.do("answer", by=ACCUSED, text="没有此事")
    assert ids(asked(office, "态度恶劣", of=ACCUSED, noted=noted)) == []
    assert ids(asked(office, "态度恶劣", of=LI_SI, noted=noted)) == []  # it was overwritten by the answer
    assert ids(asked(office, "没有此事", of=LI_SI, noted=noted)) == [case.id]
    assert ids(asked(office, "没有此事", of=ACCUSED, noted=noted)) == []


def test_how_far_was_looked_is_said_only_of_words_many_share(office: Office) -> None:
    assert LOOK_AHEAD >= 500
    for _ in range(3):
        applied(office, "餐饮店")
    found = asked(office, "餐饮店", of=OUTSIDER)
    assert (found.next, found.looked_at) == (None, None)


# --- the index ----------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_noted_again(office: Office) -> None:
    case = applied(office, "餐饮店")
    while index_due(office.engine):
        pass
    case.claim("check")
    case.release("check")
    with reading(office.engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.search_due)).scalar_one() == 0
        assert unnoted(connection) == 0


def test_a_command_that_fails_leaves_nothing_to_note(office: Office) -> None:
    applied(office, "餐饮店")
    while index_due(office.engine):
        pass
    with pytest.raises(RuntimeError), transaction(office.engine) as connection:
        connection.execute(tables.cases.update().values(title="别的"))
        raise RuntimeError
    assert index_due(office.engine) == 0


def test_beginning_anew_finds_the_same(office: Office) -> None:
    made = [applied(office, f"第{n}家餐饮店").id for n in range(5)]
    assert ids(asked(office, "餐饮店")) == made[::-1]
    with transaction(office.engine) as connection:
        begin_anew(connection)
    # Killed after a part: the rest is still due.
    assert index_due(office.engine, most=2) == 2
    assert index_due(office.engine, most=2) == 2
    assert index_due(office.engine) == 1
    assert ids(asked(office, "餐饮店")) == made[::-1]


def test_looking_takes_the_same_statements_however_many_cases_there_are(office: Office) -> None:
    said = []
    for _ in range(2):
        for _ in range(4):
            applied(office, "餐饮店")
        asked(office, "餐饮店")
        with counted(office.engine) as heard:
            asked(office, "餐饮店", noted=False, size=2)
        said.append(len(heard))
    assert said[0] == said[1]
    assert said[0] <= 12


def test_cases_of_many_blocks_are_found_from_the_newest_on(office: Office) -> None:
    """Ids far apart lie in blocks of their own."""
    made = []
    for n in range(4):
        case = applied(office, f"第{n}家餐饮店")
        made.append(case.id)
        if office.engine.dialect.name == "sqlite":
            spread(office, case.id, case.id + 50_000 * (n + 1))
            made[-1] = case.id + 50_000 * (n + 1)
    assert ids(asked(office, "餐饮店", size=3)) == made[::-1][:3]
    assert ids(asked(office, "第2家")) == [made[2]]
    assert ids(asked(office, "餐饮店", before=made[1])) == [made[0]]


def spread(office: Office, number: int, to: int) -> None:
    """Give a case another id, as if there were many before it."""
    with office.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        for table in tables.metadata.tables.values():
            if "case_id" in table.c:
                raw.execute(f'UPDATE "{table.name}" SET case_id = {to} WHERE case_id = {number}')
        raw.execute(f"UPDATE cases SET id = {to} WHERE id = {number}")
        raw.execute("PRAGMA foreign_keys=ON")


def test_the_day_of_the_office_counts(office: Office) -> None:
    # Half past midnight in Beijing is still the day before in London.
    office.now = office.now.replace(hour=16, minute=30)
    case = applied(office, "餐饮店")
    day = date(2026, 9, 9)
    assert ids(asked(office, "餐饮店", since=day, until=day)) == [case.id]
    assert ids(asked(office, "餐饮店", until=day - timedelta(days=1))) == []


def test_a_number_leads_to_its_case_however_many_hold_its_parts(office: Office, noted: bool) -> None:
    first = applied(office)
    year, last = first.row.number.split("-")[1:]
    for _ in range(5):
        applied(office, f"{year}年第{int(last)}号通知")
    mentions = applied(office, f"参见{first.row.number}号案件")
    assert ids(asked(office, first.row.number, noted=noted)) == [mentions.id, first.id]
    assert ids(asked(office, first.row.number, noted=noted, size=1)) == [mentions.id]
    assert first.id in ids(asked(office, f"{year}-{last}", noted=noted))
