"""An applicant learns nothing of what is no business of theirs."""

from __future__ import annotations

from sqlalchemy import Engine

from tests.drafting import call, diagram, end, path, start, user
from tests.office import Office
from workflows.database import reading
from workflows.reading.public_face import PublicStep, public_face

INNER = diagram(
    "office.inner",
    start(),
    user("secret"),
    user("open", public="核实情况"),
    end(),
    *path("start", "secret", "open", "end"),
)
OUTER = diagram(
    "office.outer",
    start(),
    user("first"),
    call("inner", "office.inner"),
    end(),
    *path("start", "first", "inner", "end"),
    properties={"public": "true"},
)


def test_a_step_of_a_process_that_is_not_public_is_named_only_in_words_of_its_own(engine: Engine) -> None:
    office = Office(engine).settle_in()
    office.publish(INNER)
    case = office.start(office.publish(OUTER))

    def steps() -> tuple[PublicStep, ...]:
        with reading(engine) as connection:
            return public_face(connection, case.id, now=office.now).steps

    assert steps() == (PublicStep(said="first"),)
    case.do("first")
    assert steps() == (PublicStep(said=""),)
    case.do("secret")
    assert steps() == (PublicStep(said="核实情况"),)
