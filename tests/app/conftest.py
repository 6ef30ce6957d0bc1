"""An office behind the pages: its people, one small regulation, and a client for each person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, insert, select
from werkzeug.test import TestResponse

from app import create_app
from app.settings import Settings
from tests.app.installing import installed
from tests.app.rounds import Rounds, settle
from tests.drafting import (
    boundary,
    diagram,
    end,
    exclusive,
    flow,
    message,
    operator,
    path,
    start,
    timer,
    user,
)
from tests.workflows.forms.drafts import field, form, options
from workflows import tables
from workflows.calendar_store import seed_calendar
from workflows.clock import BEIJING
from workflows.clock_setting import create_controlled
from workflows.database import connect, sqlite_url, transaction
from workflows.definitions import Bundle, publish
from workflows.operators import CATALOGUE
from workflows.packages.parameters import parameters_of
from workflows.people import membership_rows
from workflows.validation import Surroundings

#: Monday 21 September 2026, ten in the morning.
MONDAY = datetime(2026, 9, 21, 10, 0, tzinfo=BEIJING)
KEY = "t.permit"

APPLICATION = form(
    field("kind", "radio", label="类别", values=options("新办", "变更"), validate={"required": True}),
    field("reason", label="变更理由", conditional={"hide": '=kind != "变更"'}, validate={"required": True}),
    field("applicant", label="申请人", validate={"required": True}, properties={"identity": "true"}),
    {
        "type": "dynamiclist",
        "id": "goods",
        "path": "goods",
        "label": "货物",
        "properties": {"minRows": 1, "maxRows": 3},
        "components": [field("title", label="品名", validate={"required": True})],
    },
    field("papers", "filepicker", label="材料", multiple=True),
)
CHECK = form(
    field("applicant", label="申请人", readonly=True),
    field("opinion", "textarea", label="审查意见", validate={"required": True}),
    field("ready", "checkbox", label="材料齐全"),
)
NOTICE = (
    "<title>受理通知书</title><h1>受理通知书</h1><p>{{ data.applicant }}:{{ data.opinion }}</p>"
    "<p>{{ organisation.name }} {{ today.year }}</p>"
)
REGISTERS = {
    "permits": {
        "name": "许可登记簿",
        "name_en": "Register of permits",
        "number": "许可〔{year}〕{n}号",
        "columns": [
            {"name": "who", "label": "申请人", "value": "applicant"},
            {"name": "kind", "label": "类别", "value": "kind"},
            {"name": "said", "label": "意见", "value": "opinion"},
            {"name": "at", "label": "决定时间", "value": "now()"},
        ],
    }
}
PERMIT = diagram(
    KEY,
    start(form="application", candidates='unit("window")'),
    operator("begin", "start-clock", clock='"decide"', limit="workdays(2)", provision='"t.1"'),
    user("check", form="check", clock="decide", notice="accepted", provision="t.1"),
    boundary("late", "check", timer('clock("decide")', "timeDate"), interrupting=False),
    user("urge"),
    end("urged"),
    user("decide", candidates='unit("chiefs")', exclude='performer("check")', clock="decide"),
    operator("stop", "stop-clock", clock='"decide"'),
    operator("enter", "enter-register", register='"permits"'),
    end(outcome="准予"),
    *path("start", "begin", "check", "decide", "stop", "enter", "end"),
    *path("late", "urge", "urged"),
    name="许可",
    properties={"title": '"许可（" + kind + "）"'},
)
#: Stops when the sum was left out: the gateway cannot decide on nothing. The window may ask for a recount.
REFUND = diagram(
    "t.refund",
    start(form="sum", candidates='unit("window")'),
    user("pay"),
    boundary(
        "recount",
        "pay",
        message("重新核算"),
        interrupting=False,
        form="sum",
        candidates='unit("window")',
        provision="t.1",
    ),
    user("count"),
    end("counted"),
    exclusive("much", default="much-end"),
    end("large", outcome="大额"),
    end(outcome="小额"),
    *path("start", "pay", "much", "end"),
    flow("much", "large", "amount > 1000"),
    *path("recount", "count", "counted"),
    name="退费",
)
SUM = form(field("amount", "number", label="金额"))
#: Who may let time stand still, give more of it, and set another limit.
SETTINGS = {
    "closing": "17:30",
    "time": {
        "procedures": [{"slug": "hearing", "name": "听证", "name_en": "Hearing"}],
        "suspension": {"by": ["unit:window"]},
        "extension": {"by": ["leader:window"], "times": 1, "bound": "10 workdays"},
        "orders": {"by": ["leader:window"]},
    },
    # Whoever may open a permit works at the counter.
    "counter": {
        "starts": [
            {
                "process": KEY,
                "data": {"kind": '"新办"', "applicant": "name", "goods": "[{title: asked}]"},
            }
        ],
        "places": [{"unit": "chiefs", "place": "201室", "contact": "0000-0000001"}],
    },
    "matters": [
        {"slug": "founding", "name": "某某许可", "unit": "window"},
        {"slug": "change", "name": "某某变更", "unit": "chiefs"},
    ],
}
#: user → organisation, units, units led, roles. Shen belongs to both units, so that recusal can be seen.
PEOPLE = {
    "zhang.san": ("t", ("window",), (), ()),
    "li.si": ("t", ("window",), (), ()),
    "shen": ("t", ("window", "chiefs"), (), ()),
    "wang.wu": ("t", ("chiefs",), ("window",), ()),
    "zhao.liu": ("t", (), (), ("process-admin",)),
    "han": ("t", (), (), ("auditor",)),
    "outsider": ("t", ("archive",), (), ()),
    "elsewhere": ("t2", ("window",), (), ("auditor", "process-admin")),
}


@dataclass
class Site:
    """The application with its office."""

    app: Flask
    engine: Engine

    def client(self, person: str | None = None) -> FlaskClient:
        """A browser, in which a person has signed in."""
        client = self.app.test_client()
        if person is not None:
            with client.session_transaction() as session:
                session["_user_id"] = person
                session["_fresh"] = True
        return client

    def now_is(self, moment: datetime) -> None:
        """Move the clock; nothing fires by itself."""
        with transaction(self.engine) as connection:
            create_controlled(connection, moment)

    def open_case(self, by: str = "zhang.san", **answers: str) -> str:
        """A case of the permit, opened on the page. Returns its number."""
        given = {"kind": "新办", "applicant": "张三某", "goods.0.title": "桌"} | answers
        answer = self.client(by).post(f"/start/{KEY}", data=given)
        assert answer.status_code == 302, answer.text
        return self.numbers()[-1]

    def consult(self, by: str = "zhang.san", **given: str) -> None:
        """Somebody asks something at the counter and is answered."""
        facts = {"decision": "consult", "asked": "要带哪些材料", "said": "带申请书"} | given
        answer = self.client(by).post("/counter", data={"token": "t", **facts})
        assert answer.status_code == 302, answer.text

    def open_refund(self, by: str = "zhang.san", amount: str = "5") -> str:
        """A case of the refund. Returns its number."""
        answer = self.client(by).post("/start/t.refund", data={"amount": amount})
        assert answer.status_code == 302, answer.text
        return self.numbers()[-1]

    def numbers(self) -> list[str]:
        return self.rows(select(tables.cases.c.number).order_by(tables.cases.c.id))

    def rows(self, query: object) -> list:
        with self.engine.connect() as connection:
            return list(connection.scalars(query))

    def task(self, element: str, case_number: str | None = None) -> str:
        """The address of an open task."""
        query = (
            select(tables.cases.c.number, tables.tasks.c.number)
            .join_from(tables.tasks, tables.cases, tables.tasks.c.case_id == tables.cases.c.id)
            .where(tables.tasks.c.element_id == element, tables.tasks.c.status == "open")
            .order_by(tables.cases.c.id.desc())
        )
        if case_number is not None:
            query = query.where(tables.cases.c.number == case_number)
        with self.engine.connect() as connection:
            case, number = connection.execute(query).first()
        return f"/cases/{case}/tasks/{number}"

    def clock(self, case_number: str | None = None) -> int:
        """Number of the newest clock of a case."""
        query = (
            select(tables.clocks.c.number)
            .join(tables.cases, tables.cases.c.id == tables.clocks.c.case_id)
            .where(tables.cases.c.number == (case_number or self.numbers()[-1]))
            .order_by(tables.clocks.c.anchored_at.desc())
        )
        return self.rows(query)[0]

    def check(self, by: str = "zhang.san", case_number: str | None = None) -> TestResponse:
        """Complete the first task of a case."""
        return self.client(by).post(
            self.task("check", case_number), data={"opinion": "齐全", "ready": "true"}
        )


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes) -> bytes:
    """A database with the office in it, to be copied for each test."""
    directory = tmp_path_factory.mktemp("settled")
    (directory / "guicheng.db").write_bytes(sqlite_template)
    engine = connect(sqlite_url(directory))
    _settle_in(engine)
    engine.dispose()
    return (directory / "guicheng.db").read_bytes()


def _settle_in(engine: Engine) -> None:
    with transaction(engine) as connection:
        for slug, name in (("t", "某某局"), ("t2", "另一局")):
            connection.execute(
                insert(tables.organisations).values(
                    slug=slug, name=name, name_en=f"Bureau {slug}", settings=orjson.dumps(SETTINGS).decode()
                )
            )
        units = {"window": "窗口", "chiefs": "局领导", "archive": "档案室"}
        connection.execute(
            insert(tables.groups),
            [
                {"organisation": "t", "kind": "unit", "slug": s, "name": n, "name_en": s}
                for s, n in units.items()
            ],
        )
        for name, (organisation, belongs, leads, roles) in PEOPLE.items():
            connection.execute(
                insert(tables.people).values(user=name, organisation=organisation, name=f"{name}某")
            )
            connection.execute(
                insert(tables.memberships), membership_rows(name, units=belongs, leads=leads, roles=roles)
            )
        connection.execute(
            insert(tables.provisions).values(
                id="t.1",
                organisation="t",
                article="第一条",
                kind="rule",
                summary_zh="及时审查",
                summary_en="Check",
            )
        )
        seed_calendar(connection)
        create_controlled(connection, MONDAY)
        publish_for(connection, KEY, PERMIT)
        publish_for(connection, "t.refund", REFUND)


def publish_for(connection: Connection, key: str, xml: str) -> None:
    forms = {"application": APPLICATION, "check": CHECK, "sum": SUM}
    files = {
        "diagram.bpmn": xml,
        "notices/accepted.html": NOTICE,
        "registers.json": orjson.dumps(REGISTERS).decode(),
    }
    files |= {f"forms/{name}.json": orjson.dumps(schema).decode() for name, schema in forms.items()}
    publish(
        connection,
        Bundle(files=files).with_parameters(parameters_of(SETTINGS)),
        key=key,
        organisation="t",
        surroundings=Surroundings(
            forms=forms,
            operators={name: one.signature for name, one in CATALOGUE.items()},
            notices=frozenset({"accepted"}),
            registers=frozenset(REGISTERS),
            provisions=frozenset({"t.1"}),
            units=frozenset({"window", "chiefs"}),
            roles=frozenset(),
        ),
        author="zhao.liu",
        approver=None,
        at=MONDAY - timedelta(days=30),
    )


@pytest.fixture
def site(settled: bytes, tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "guicheng.db").write_bytes(settled)
    settings = Settings(data=tmp_path, database=sqlite_url(tmp_path), secret="s" * 40, controlled_clock=True)
    # One test signs in and posts with its token; the others would only repeat it.
    with installed(settings, TESTING=False, WTF_CSRF_ENABLED=False) as app:
        yield Site(app=app, engine=app.extensions["guicheng"].engine)


@pytest.fixture(scope="module")
def rounds(sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rounds]:
    """The real offices with cases in them, for tests that only look."""
    directory = tmp_path_factory.mktemp("rounds")
    (directory / "guicheng.db").write_bytes(sqlite_template)
    engine = connect(sqlite_url(directory))
    with transaction(engine) as connection:
        create_controlled(connection, MONDAY + timedelta(days=3))
    settle(engine)
    engine.dispose()
    app = create_app(
        Settings(data=directory, database=sqlite_url(directory), secret="s" * 40, controlled_clock=True)
    )
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    found = app.extensions["guicheng"]
    yield Rounds(app=app, engine=found.engine)
    found.engine.dispose()
