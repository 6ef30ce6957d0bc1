from tests.drafting import *
from tests.office import *
import pytest


@pytest.fixture
def office(sqlite_engine):
    return Office(sqlite_engine).settle_in()


def test_boundary(office):
    key = office.publish(
        diagram(
            "t.b",
            start(),
            user("a"),
            boundary("b", "a", timer("days(3)")),
            user("late"),
            end(),
            end("end2"),
            *path("start", "a", "end"),
            *path("b", "late", "end2"),
        )
    )
    case = office.start(key)
    print(case.open(), case.armed(), case.trail())
    case.do("a")
    print(case.status, case.trail(), case.timers(None))
    assert ended(case)
    case = office.start(key)
    case.wait(days=5)
    print(case.open(), case.armed(), case.trail(), case.tasks(None))
    case.do("late")
    assert ended(case)
