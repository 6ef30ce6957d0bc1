from __future__ import annotations

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, insert

from workflows.database import transaction
from workflows.directory import (
    Belonging,
    LastAdministrator,
    admit,
    alter,
    changes_of,
    dismiss,
    is_last_administrator,
)
from workflows.errors import WorkflowError
from workflows.people import NoSuchPerson, actor_of, add_person, list_people
from workflows.tables import groups, organisations

AT = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
ADMIN = "process-admin"


@pytest.fixture
def office(engine: Engine) -> Engine:
    """甲 and 乙 keep the directory of one office, 丙 that of another."""
    with transaction(engine) as connection:
        for slug, users in (("t", ("jia", "yi")), ("u", ("bing",))):
            connection.execute(insert(organisations).values(slug=slug, name=slug))
            connection.execute(
                insert(groups).values(organisation=slug, kind="role", slug=ADMIN, name="管理员")
            )
            for user in users:
                add_person(connection, user=user, organisation=slug, name=user, password=None, roles=[ADMIN])
    return engine


def test_an_office_keeps_one_administrator_even_when_two_close_each_other(office: Engine) -> None:
    together, ended = Barrier(2), []

    def close(by: str, whom: str) -> None:
        together.wait(10)
        try:
            with transaction(office) as connection:
                dismiss(connection, user=whom, by=actor_of(connection, by), at=AT)
            ended.append("closed")
        except WorkflowError as error:
            ended.append(error.code)

    threads = [Thread(target=close, args=pair) for pair in (("jia", "yi"), ("yi", "jia"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert ended.count("closed") == 1
    with transaction(office) as connection:
        left = [one for one in list_people(connection, "t") if one.active]
        assert len(left) == 1
        assert is_last_administrator(connection, left[0])


def test_the_last_administrator_keeps_the_role(office: Engine) -> None:
    with transaction(office) as connection:
        by = actor_of(connection, "jia")
        dismiss(connection, user="yi", by=by, at=AT)
        with pytest.raises(LastAdministrator):
            alter(connection, user="jia", name="甲", belongs=Belonging(), by=by, at=AT)


def test_nobody_reaches_into_another_office(office: Engine) -> None:
    with transaction(office) as connection:
        by = actor_of(connection, "bing")
        for act in (dismiss, lambda *_, **facts: alter(*_, name="x", belongs=Belonging(), **facts)):
            with pytest.raises(NoSuchPerson):
                act(connection, user="jia", by=by, at=AT)
        assert changes_of(connection, "u") == []


def test_what_was_done_is_kept_in_order_with_before_and_after(office: Engine) -> None:
    with transaction(office) as connection:
        by = actor_of(connection, "jia")
        admit(connection, user="ding", name="丁", belongs=Belonging(), by=by, at=AT)
        alter(connection, user="ding", name="丁某", belongs=Belonging(roles=(ADMIN,)), by=by, at=AT)
        dismiss(connection, user="ding", by=by, at=AT)
        found = changes_of(connection, "t", user="ding")
    assert [(one.kind, dict(one.details)) for one in found] == [
        ("deactivated", {"roles": ([ADMIN], None)}),
        ("changed", {"name": ("丁", "丁某"), "roles": ([], [ADMIN])}),
        ("added", {"name": (None, "丁")}),
    ]
    assert {(one.changed_at, one.changed_by) for one in found} == {(AT, "jia")}
