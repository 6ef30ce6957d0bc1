from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Connection, Engine, select, update

from tests.workflows.packages.offices import callee
from workflows.cases import Actor, NotPermitted
from workflows.database import reading, transaction
from workflows.definitions import NoSuchDefinition, PublicationRefused, load_version
from workflows.diagrams import DiagramRefused
from workflows.packages import load_packages
from workflows.packages.drafts import (
    DraftChanged,
    NoDraft,
    SecondPersonNeeded,
    WorkingCopy,
    check_diagram,
    check_draft,
    discard_draft,
    is_publishable,
    keep_draft,
    publish_draft,
    working_copy,
)
from workflows.packages.editions import bound_callers, edition, editions_of, regulations_of
from workflows.tables import organisations, versions

NOW = datetime(2026, 9, 7, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
KEY = "t.checking"
BROKEN = callee().replace('unit("window")', 'unit("nowhere")').replace("<bpmn:userTask", "<bpmn:scriptTask")
BROKEN = BROKEN.replace("</bpmn:userTask", "</bpmn:scriptTask")


def admin(user: str, *, organisation: str = "t", role: str = "process-admin") -> Actor:
    return Actor(user=user, organisation=organisation, keys=frozenset({f"person:{user}", f"role:{role}"}))


LI_SI, WANG_WU = admin("li.si"), admin("wang.wu")


@pytest.fixture
def office(engine: Engine, package: Path) -> Engine:
    with transaction(engine) as connection:
        load_packages(connection, package.parent, at=NOW, demo=False)
    return engine


def opened(engine: Engine, key: str = KEY) -> WorkingCopy:
    with reading(engine) as connection:
        return working_copy(connection, key, by=LI_SI)


def save(engine: Engine, diagram: str, *, base: str, by: Actor = LI_SI, at: datetime = LATER) -> WorkingCopy:
    with transaction(engine) as connection:
        return keep_draft(connection, KEY, diagram, base=base, by=by, at=at)


def release(engine: Engine, base: str, *, by: Actor = LI_SI, at: datetime = LATER) -> int:
    with transaction(engine) as connection:
        return publish_draft(connection, KEY, base=base, by=by, at=at)


def approver_of(engine: Engine, version: int) -> tuple[str, str | None]:
    with reading(engine) as connection:
        query = select(versions.c.author, versions.c.approver).where(versions.c.id == version)
        author, approver = connection.execute(query).one()
    return author, approver


def ask_for_a_second_person(connection: Connection) -> None:
    settings = orjson.dumps({"publication": {"second_person": True}}).decode()
    connection.execute(update(organisations).where(organisations.c.slug == "t").values(settings=settings))


def test_an_editor_starts_from_what_is_in_force_and_then_from_the_draft(office: Engine) -> None:
    first = opened(office)
    assert not first.is_draft
    kept = save(office, callee("另一种核对"), base=first.base)
    again = opened(office)
    assert (again.is_draft, again.author, again.base) == (True, "li.si", kept.base)
    assert "另一种核对" in again.bundle.diagram.decode()


def test_who_saves_second_is_told_and_overwrites_nothing(office: Engine) -> None:
    base = opened(office).base
    save(office, callee("甲"), base=base, by=LI_SI)
    with pytest.raises(DraftChanged) as caught:
        save(office, callee("乙"), base=base, by=WANG_WU)
    assert caught.value.facts["author"] == "li.si"
    assert "甲" in opened(office).bundle.diagram.decode()


def test_the_same_content_saved_by_another_is_still_another_saving(office: Engine) -> None:
    base = opened(office).base
    first = save(office, callee("甲"), base=base, by=LI_SI)
    save(office, callee("甲"), base=first.base, by=WANG_WU, at=LATER + timedelta(seconds=1))
    with pytest.raises(DraftChanged):
        save(office, callee("乙"), base=first.base, by=LI_SI)


def test_a_draft_may_be_broken_but_is_not_published_so(office: Engine) -> None:
    kept = save(office, BROKEN, base=opened(office).base)
    with reading(office) as connection:
        findings = check_draft(connection, kept)
    assert not is_publishable(findings)
    assert "look" in {finding.element_id for finding in findings}
    with pytest.raises(PublicationRefused):
        release(office, kept.base)
    assert opened(office).is_draft


def test_a_diagram_is_checked_without_being_saved(office: Engine) -> None:
    with reading(office) as connection:
        assert is_publishable(check_diagram(connection, KEY, callee("改"), by=LI_SI))
        assert not is_publishable(check_diagram(connection, KEY, BROKEN, by=LI_SI))
        assert [f.code for f in check_diagram(connection, KEY, "<a", by=LI_SI)] == ["diagram-refused"]
    assert not opened(office).is_draft


def test_what_cannot_be_read_as_a_diagram_is_not_kept(office: Engine) -> None:
    with pytest.raises(DiagramRefused):
        save(office, "<a", base=opened(office).base)


def test_a_draft_brings_the_files_it_newly_refers_to(office: Engine) -> None:
    """The form stands in another regulation of the organisation."""
    with_form = callee().replace(
        'name="candidates"', 'name="form" value="facts"/><spiffworkflow:property name="candidates"'
    )
    kept = save(office, with_form, base=opened(office).base)
    assert "forms/facts.json" in kept.bundle.files
    version = release(office, kept.base)
    with reading(office) as connection:
        loaded = load_version(connection, version)
    assert loaded.resources[loaded.process.key].schemas.keys() == {"facts"}


def test_publishing_ones_own_draft_leaves_it_without_an_approver(office: Engine) -> None:
    version = release(office, save(office, callee("改"), base=opened(office).base).base)
    assert approver_of(office, version) == ("li.si", None)
    assert not opened(office).is_draft


def test_whoever_publishes_the_draft_of_another_approves_it(office: Engine) -> None:
    kept = save(office, callee("改"), base=opened(office).base)
    assert approver_of(office, release(office, kept.base, by=WANG_WU)) == ("li.si", "wang.wu")


def test_where_a_second_person_is_asked_for_the_author_cannot_publish_alone(office: Engine) -> None:
    with transaction(office) as connection:
        ask_for_a_second_person(connection)
    kept = save(office, callee("改"), base=opened(office).base)
    with pytest.raises(SecondPersonNeeded):
        release(office, kept.base)
    assert approver_of(office, release(office, kept.base, by=WANG_WU)) == ("li.si", "wang.wu")


def test_what_is_published_is_what_the_approver_looked_at(office: Engine) -> None:
    seen = save(office, callee("甲"), base=opened(office).base)
    save(office, callee("乙"), base=seen.base)
    with pytest.raises(DraftChanged):
        release(office, seen.base, by=WANG_WU)


def test_a_draft_can_be_thrown_away(office: Engine) -> None:
    kept = save(office, callee("改"), base=opened(office).base)
    with transaction(office) as connection:
        discard_draft(connection, KEY, base=kept.base, by=LI_SI)
    assert not opened(office).is_draft
    with pytest.raises(NoDraft):
        release(office, opened(office).base)
    with transaction(office) as connection, pytest.raises(NoDraft):
        discard_draft(connection, KEY, base=opened(office).base, by=LI_SI)


@pytest.mark.parametrize(
    ("person", "refused"),
    [
        (admin("han", role="auditor"), NotPermitted),
        (admin("elsewhere", organisation="t2"), NoSuchDefinition),
    ],
)
def test_only_process_administrators_of_the_organisation_see_or_change_a_draft(
    office: Engine, person: Actor, refused: type[Exception]
) -> None:
    base = opened(office).base
    with transaction(office) as connection:
        with pytest.raises(refused):
            working_copy(connection, KEY, by=person)
        with pytest.raises(refused):
            keep_draft(connection, KEY, callee("改"), base=base, by=person, at=LATER)
        with pytest.raises(refused):
            publish_draft(connection, KEY, base=base, by=person, at=LATER)


def test_the_list_of_regulations_says_what_is_in_force_and_what_is_drafted(office: Engine) -> None:
    save(office, callee("改"), base=opened(office).base)
    with reading(office) as connection:
        found = {one.key: (one.number, one.drafted_by) for one in regulations_of(connection, "t")}
        assert regulations_of(connection, "t2") == []
    assert found == {"t.checking": (1, "li.si"), "t.intake": (1, None)}


def test_a_caller_stays_with_the_version_it_was_published_with(office: Engine) -> None:
    with reading(office) as connection:
        assert bound_callers(connection, KEY) == []
    release(office, save(office, callee("改"), base=opened(office).base).base)
    with reading(office) as connection:
        assert bound_callers(connection, KEY) == ["收件"]
        assert [(one.number, one.status) for one in editions_of(connection, KEY)] == [
            (2, "published"),
            (1, "retired"),
        ]
        assert "核对" in edition(connection, KEY, 1, organisation="t").bundle.diagram.decode()
