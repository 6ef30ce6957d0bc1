"""Forms over the interface offer the people and units the organisation has now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from tests import drafting
from tests.app.api.conftest import Programs
from tests.app.conftest import MONDAY
from tests.workflows.forms.drafts import field, form
from workflows.database import transaction
from workflows.definitions import Bundle, publish
from workflows.people import deactivate_person
from workflows.validation import Surroundings

KEY = "t.hand-over"
FORMS = {
    "to": form(
        field("who", "select", label="交给谁", properties={"options": 'people(unit("chiefs"))'}),
        field("within", "number", label="几日内", properties={"default": "parameters.days"}),
    ),
    "from": form(field("units", "checklist", label="涉及部门", properties={"options": "units()"})),
}
HAND_OVER = drafting.diagram(
    KEY,
    drafting.start(form="to", candidates='unit("window")'),
    drafting.user("take", form="from"),
    drafting.user("wait"),
    drafting.end(),
    *drafting.path("start", "take", "wait", "end"),
    name="交接",
)


@pytest.fixture
def handing(programs: Programs) -> Programs:
    files = {f"forms/{name}.json": orjson.dumps(schema).decode() for name, schema in FORMS.items()}
    bundle = Bundle(files={"diagram.bpmn": HAND_OVER, **files}).with_parameters({"days": 3})
    with transaction(programs.site.engine) as connection:
        publish(
            connection,
            bundle,
            key=KEY,
            organisation="t",
            surroundings=Surroundings(
                forms=FORMS, units=frozenset({"window", "chiefs"}), parameters=frozenset({"days"})
            ),
            author="zhao.liu",
            approver=None,
            at=MONDAY - timedelta(days=1),
        )
    return programs


def offered(schema: Any, key: str) -> dict[str, str]:
    """Value → label of what a field offers."""
    (found,) = (one for one in schema["components"] if one["key"] == key)
    return {option["value"]: option["label"] for option in found["values"]}


def test_the_start_form_offers_who_is_there_and_proposes_what_is_configured(handing: Programs) -> None:
    start = handing.call("zhang.san", "GET", f"/definitions/{KEY}/start").json
    assert offered(start["form"], "who") == {
        "shen": "shen某（局领导、窗口）",
        "wang.wu": "wang.wu某（局领导、窗口）",
    }
    assert start["answers"]["within"] == 3
    with transaction(handing.site.engine) as connection:
        deactivate_person(connection, "wang.wu")
    start = handing.call("zhang.san", "GET", f"/definitions/{KEY}/start").json
    assert set(offered(start["form"], "who")) == {"shen"}


def test_a_task_offers_the_units_and_only_they_are_accepted(handing: Programs) -> None:
    body = {"definition": KEY, "data": {"who": "shen"}}
    assert handing.call("zhang.san", "POST", "/cases", json=body).status_code == 201
    path = handing.task("take")
    task = handing.call("zhang.san", "GET", path).json
    assert offered(task["form"], "units") == {"archive": "档案室", "chiefs": "局领导", "window": "窗口"}
    complete = f"{path}/complete"
    refused = handing.call("zhang.san", "POST", complete, json={"data": {"units": ["nowhere"]}})
    assert refused.status_code == 422
    done = handing.call("zhang.san", "POST", complete, json={"data": {"units": ["archive"]}})
    assert done.status_code == 200


def test_whoever_is_not_offered_cannot_be_named_when_a_case_is_opened(handing: Programs) -> None:
    body = {"definition": KEY, "data": {"who": "zhang.san"}}
    assert handing.call("zhang.san", "POST", "/cases", json=body).status_code == 422


def test_the_pages_offer_the_same_and_show_names_afterwards(handing: Programs) -> None:
    browser = handing.site.client("zhang.san")
    assert "shen某（局领导、窗口）" in browser.get(f"/start/{KEY}").text
    assert browser.post(f"/start/{KEY}", data={"who": "shen"}).status_code == 302
    path = handing.task("take")
    assert "档案室" in browser.get(path).text
    assert browser.post(path, data={"units": ["archive"]}).status_code == 302
    assert "档案室" in browser.get(path).text
    assert "shen某" in browser.get(handing.task("wait")).text
