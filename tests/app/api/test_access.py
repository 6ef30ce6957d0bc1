"""Every address of the interface and every kind of person: who gets what. A new address needs a row."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.app.api.conftest import Programs
from tests.app.conftest import KEY
from workflows.database import transaction
from workflows.tables import queues, tasks, visits

OK, NEW, BAD, WHO, NO, NONE, GONE, WRONG = 200, 201, 400, 401, 403, 404, 409, 422
#: Own unit; its leader; one who is kept out of a task; another unit; process admin; auditor; another
#: organisation, with every role there; nobody.
EVERYBODY = ("zhang.san", "wang.wu", "shen", "outsider", "zhao.liu", "han", "elsewhere", None)
CASE = "/cases/t-2026-00001"
TASK = f"{CASE}/tasks/CHECK"
READERS = (OK, OK, NO, NO, OK, OK, NONE, WHO)
WATCHERS = (NO, NO, NO, NO, OK, OK, NONE, WHO)
#: The person who is kept out may still be shown the other task, as on the page.
TASK_READERS = (OK, OK, NO, NO, OK, OK, NONE, WHO)
#: endpoint → (method, path, statuses in the order of EVERYBODY)
ADDRESSES: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "api_definitions.listed": ("GET", "/definitions", (OK,) * 7 + (WHO,)),
    "api_definitions.start": (
        "GET",
        f"/definitions/{KEY}/start",
        (OK, NONE, OK, NONE, NONE, NONE, NONE, WHO),
    ),
    "api_definitions.versions": ("GET", f"/definitions/{KEY}/versions", WATCHERS),
    "api_definitions.diagram": ("GET", f"/definitions/{KEY}/versions/1/diagram", WATCHERS),
    "api_cases.listed": ("GET", "/cases", (OK,) * 7 + (WHO,)),
    "api_cases.opened": ("POST", "/cases", (WRONG,) * 7 + (WHO,)),
    "api_cases.shown": ("GET", CASE, READERS),
    "api_cases.cancelled": ("POST", f"{CASE}/cancel", (WRONG,) * 7 + (WHO,)),
    "api_cases.corrected": ("PUT", f"{CASE}/data", (WRONG,) * 7 + (WHO,)),
    "api_tasks.listed": ("GET", "/tasks", (OK,) * 7 + (WHO,)),
    "api_tasks.shown": ("GET", TASK, TASK_READERS),
    "api_tasks.claimed": ("POST", f"{TASK}/claim", (OK, NO, NO, NO, NO, NO, NONE, WHO)),
    "api_tasks.released": ("POST", f"{TASK}/release", (OK, NO, NO, NO, NO, NO, NONE, WHO)),
    "api_tasks.completed": ("POST", f"{TASK}/complete", (WRONG, NO, NO, NO, NO, NO, NONE, WHO)),
    "api_drafts.shown": ("GET", f"{TASK}/draft", (NONE, NONE, NO, NO, NONE, NONE, NONE, WHO)),
    "api_drafts.saved": ("PUT", f"{TASK}/draft", (WRONG,) * 7 + (WHO,)),
    "api_drafts.deleted": ("DELETE", f"{TASK}/draft", (OK, OK, NO, NO, OK, OK, NONE, WHO)),
    "api_drafts.writing": ("GET", f"{TASK}/writers", (OK, NO, NO, NO, NO, NO, NONE, WHO)),
    "api_drafts.foretold": ("POST", f"{TASK}/forecast", (OK, NO, NO, NO, NO, NO, NONE, WHO)),
    "api_drafts.earlier": ("GET", f"{TASK}/earlier", (OK, NO, NO, NO, NO, NO, NONE, WHO)),
    "api_drafts.start_foretold": (
        "POST",
        f"/definitions/{KEY}/start/forecast",
        (OK, NONE, OK, NONE, NONE, NONE, NONE, WHO),
    ),
    "api_drafts.start_shown": ("GET", f"/definitions/{KEY}/start/draft", (NONE,) * 7 + (WHO,)),
    "api_drafts.start_saved": ("PUT", f"/definitions/{KEY}/start/draft", (WRONG,) * 7 + (WHO,)),
    "api_drafts.start_deleted": (
        "DELETE",
        f"/definitions/{KEY}/start/draft",
        (OK, NONE, OK, NONE, NONE, NONE, NONE, WHO),
    ),
    "api_verbs.handed_over": ("POST", f"{TASK}/hand-over", (WRONG,) * 7 + (WHO,)),
    "api_verbs.taken_back": ("POST", f"{TASK}/take-back", (GONE, NO, NO, NO, NO, NO, NONE, WHO)),
    "api_verbs.accepted": ("POST", f"{TASK}/accept", (GONE, GONE, NO, NO, GONE, GONE, NONE, WHO)),
    "api_verbs.declined": ("POST", f"{TASK}/decline", (WRONG,) * 7 + (WHO,)),
    "api_verbs.lent": ("POST", f"{TASK}/lend", (WRONG,) * 7 + (WHO,)),
    "api_verbs.given_back": ("POST", f"{TASK}/give-back", (GONE, GONE, NO, NO, GONE, GONE, NONE, WHO)),
    "api_verbs.urged": ("POST", f"{TASK}/urge", (WRONG,) * 7 + (WHO,)),
    "api_verbs.listed_steps": ("GET", f"{TASK}/earlier-steps", TASK_READERS),
    "api_verbs.sent_back": ("POST", f"{TASK}/send-back", (WRONG,) * 7 + (WHO,)),
    "api_verbs.withdrawn": ("POST", f"{TASK}/withdraw", (NO,) * 6 + (NONE, WHO)),
    "api_verbs.in_bulk": ("POST", "/tasks/bulk", (WRONG,) * 7 + (WHO,)),
    "api_signatures.listed": ("GET", "/signatures", (OK,) * 7 + (WHO,)),
    "api_signatures.shown": ("GET", f"{TASK}/signatures", TASK_READERS),
    "api_signatures.asked": ("POST", f"{TASK}/countersign", (WRONG,) * 7 + (WHO,)),
    "api_signatures.added": ("POST", f"{TASK}/add-signer", (WRONG,) * 7 + (WHO,)),
    "api_signatures.signed": ("POST", f"{TASK}/sign", (WRONG,) * 7 + (WHO,)),
    "api_signatures.called_off": ("POST", f"{TASK}/call-off", (WRONG,) * 7 + (WHO,)),
    "api_copies.listed": ("GET", "/copies", (OK,) * 7 + (WHO,)),
    "api_copies.read": ("POST", "/copies/1/read", (NONE,) * 7 + (WHO,)),
    "api_copies.of_case": ("GET", f"{CASE}/copies", READERS),
    "api_copies.sent": ("POST", f"{CASE}/copies", (WRONG,) * 7 + (WHO,)),
    "api_comments.listed": ("GET", f"{CASE}/comments", READERS),
    "api_comments.added": ("POST", f"{CASE}/comments", (WRONG,) * 7 + (WHO,)),
    "api_comments.withdrawn": (
        "POST",
        f"{CASE}/comments/1/withdraw",
        (NONE, NONE, NO, NO, NONE, NONE, NONE, WHO),
    ),
    "api_pulse.shown": ("GET", "/pulse", (OK,) * 7 + (WHO,)),
    "api_home.shown": ("GET", "/home", (OK,) * 7 + (WHO,)),
    "api_home.member": ("GET", "/home/members/li.si", (NONE, OK, NONE, NONE, NONE, NONE, NONE, WHO)),
    "api_notifications.listed": ("GET", "/notifications", (OK,) * 7 + (WHO,)),
    "api_notifications.read": ("POST", "/notifications/1/read", (NONE,) * 7 + (WHO,)),
    "api_notifications.read_all": ("POST", "/notifications/read", (WRONG,) * 7 + (WHO,)),
    "api_notifications.settings": ("GET", "/notifications/settings", (OK,) * 7 + (WHO,)),
    "api_notifications.set_settings": ("PUT", "/notifications/settings", (WRONG,) * 7 + (WHO,)),
    "api_webhook.shown": ("GET", "/notifications/webhook", (NO, NO, NO, NO, NONE, NO, NONE, WHO)),
    "api_webhook.changed": ("PUT", "/notifications/webhook", (WRONG,) * 7 + (WHO,)),
    "api_webhook.secret_changed": (
        "POST",
        "/notifications/webhook/secret",
        (NO, NO, NO, NO, NONE, NO, NONE, WHO),
    ),
    "api_webhook.change_ended": (
        "POST",
        "/notifications/webhook/secret/end",
        (NO, NO, NO, NO, NONE, NO, NONE, WHO),
    ),
    "api_webhook.tried": ("POST", "/notifications/webhook/try", (NO, NO, NO, NO, NONE, NO, NONE, WHO)),
    "api_letters.listed": ("GET", "/letters", (NO, NO, NO, NO, OK, NO, OK, WHO)),
    "api_letters.all_retried": ("POST", "/letters/retry", (NO, NO, NO, NO, OK, NO, OK, WHO)),
    "api_letters.retried": ("POST", "/letters/1-2/retry", (NO, NO, NO, NO, NONE, NO, NONE, WHO)),
    "api_letters.given_up": ("POST", "/letters/1-2/give-up", (WRONG,) * 7 + (WHO,)),
    "api_absences.listed": ("GET", "/absences", (OK,) * 7 + (WHO,)),
    "api_absences.entered": ("POST", "/absences", (WRONG,) * 7 + (WHO,)),
    "api_people.listed": ("GET", "/people", (NO, NO, NO, NO, OK, NO, OK, WHO)),
    "api_people.read": ("GET", "/people/li.si", (NO, NO, NO, NO, OK, NO, NONE, WHO)),
    "api_people.added": ("POST", "/people", (NO, NO, NO, NO, WRONG, NO, WRONG, WHO)),
    "api_people.changed": ("PUT", "/people/li.si", (NO, NO, NO, NO, WRONG, NO, WRONG, WHO)),
    "api_departures.listed": ("GET", "/departures", (NO, NO, NO, NO, OK, NO, OK, WHO)),
    "api_departures.read": ("GET", "/people/li.si/departure", (NO, NO, NO, NO, NONE, NO, NONE, WHO)),
    "api_departures.work": ("GET", "/people/li.si/open-work", (NO, NO, NO, NO, OK, NO, NONE, WHO)),
    "api_departures.entered": ("PUT", "/people/li.si/departure", (NO, NO, NO, NO, WRONG, NO, WRONG, WHO)),
    "api_departures.called_off": (
        "DELETE",
        "/people/li.si/departure",
        (NO, NO, NO, NO, NONE, NO, NONE, WHO),
    ),
    "api_chart.shown": ("GET", "/chart", (OK,) * 7 + (WHO,)),
    "api_absences.ended": ("POST", "/absences/1/end", (NONE,) * 7 + (WHO,)),
    "api_timers.listed": ("GET", f"{CASE}/timers", READERS),
    "api_clocks.shown": ("GET", f"{CASE}/clocks/CLOCK", READERS),
    "api_clocks.suspended": ("POST", f"{CASE}/clocks/suspend", (WRONG,) * 7 + (WHO,)),
    "api_clocks.resumed": ("POST", f"{CASE}/clocks/resume", (WRONG,) * 7 + (WHO,)),
    "api_clocks.asked": ("POST", f"{CASE}/clocks/decide/requests", (WRONG,) * 7 + (WHO,)),
    "api_clocks.extended": ("POST", f"{CASE}/clocks/decide/extend", (WRONG,) * 7 + (WHO,)),
    "api_clocks.refused": ("POST", f"{CASE}/clocks/decide/refuse", (WRONG,) * 7 + (WHO,)),
    "api_clocks.limited": ("POST", f"{CASE}/clocks/decide/limit", (WRONG,) * 7 + (WHO,)),
    "api_history.listed": ("GET", f"{CASE}/events", READERS),
    "api_proofs.shown": ("GET", f"{CASE}/proof", WATCHERS),
    "api_deposits.notices": ("GET", f"{CASE}/notices", READERS),
    "api_deposits.entries": ("GET", f"{CASE}/entries", READERS),
    "api_messages.listed": ("GET", f"{CASE}/messages", READERS),
    "api_messages.sent": ("POST", f"{CASE}/messages/1", (GONE, GONE, NO, NO, GONE, GONE, NONE, WHO)),
    "api_incidents.listed": ("GET", f"{CASE}/incidents", READERS),
    "api_incidents.retried": (
        "POST",
        f"{CASE}/incidents/1/retry",
        (GONE, GONE, NO, NO, GONE, GONE, NONE, WHO),
    ),
    "api_attachments.uploaded": ("POST", "/attachments", (WRONG,) * 7 + (WHO,)),
    "api_attachments.listed": ("GET", f"{CASE}/attachments", READERS),
    "api_attachments.downloaded": ("GET", f"{CASE}/attachments/x", (NONE,) * 7 + (WHO,)),
    "api_materials.listed": ("GET", f"{CASE}/materials", READERS),
    "api_materials.matters": ("GET", "/matters", (OK,) * 7 + (WHO,)),
    "api_materials.shown": ("GET", "/matters/x", (NONE,) * 7 + (WHO,)),
    "api_calendar.shown": ("GET", "/calendar/2027", (OK,) * 7 + (WHO,)),
    "api_calendar.previewed": ("POST", "/calendar/preview", (WRONG,) * 7 + (WHO,)),
    "api_calendar.applied": ("POST", "/calendar/batches", (WRONG,) * 7 + (WHO,)),
    "api_calendar.batch": ("GET", "/calendar/batches/1", (NO, NO, NO, NO, NONE, NONE, NONE, WHO)),
    "api_calendar.undone": ("POST", "/calendar/batches/1/undo", (WRONG,) * 7 + (WHO,)),
    "api_clock.shown": ("GET", "/clock", (NO, NO, NO, NO, OK, NO, OK, WHO)),
    "api_clock.moved": ("PUT", "/clock", (NO, NO, NO, NO, WRONG, NO, WRONG, WHO)),
    "api_search.listed": ("GET", "/search?q=t-2026", (OK,) * 7 + (WHO,)),
    "api_passed.to_me": ("GET", "/tasks/passed-to-me", (OK,) * 7 + (WHO,)),
    "api_passed.by_me": ("GET", "/tasks/passed-by-me", (OK,) * 7 + (WHO,)),
    "api_deadlines.listed": ("GET", "/deadlines", (OK,) * 7 + (WHO,)),
    "api_grounds.listed": ("GET", "/grounds", (NO, NO, NO, NO, OK, OK, OK, WHO)),
    "api_grounds.verified": ("POST", "/grounds/1/verify", (WRONG,) * 7 + (WHO,)),
    "api_grounds.dismissed": ("POST", "/grounds/1/dismiss", (WRONG,) * 7 + (WHO,)),
    "api_visits.registered": ("POST", "/visits", (WRONG,) * 7 + (WHO,)),
    "api_visits.listed": ("GET", "/visits", (OK, NO, OK, NO, OK, OK, OK, WHO)),
    "api_visits.looked_up": ("POST", "/visits/lookup", (OK, NO, OK, NO, NO, NO, NO, WHO)),
    "api_visits.shown": ("GET", "/visits/VISIT", (OK, NO, OK, NO, OK, OK, NONE, WHO)),
    "api_visits.voided": ("POST", "/visits/VISIT/void", (WRONG,) * 7 + (WHO,)),
    "api_visits.received": ("POST", "/visits/VISIT/receive", (GONE, NO, GONE, NO, GONE, GONE, NONE, WHO)),
    "api-docs.openapi_json": ("GET", "/openapi.json", (OK,) * 8),
}
#: The same with a body there is nothing wrong with: who may change a case by hand.
CHANGES = {
    ("POST", f"{CASE}/cancel"): {"reason": "撤回"},
    ("PUT", f"{CASE}/data"): {"data": {"kind": "变更"}, "reason": "选错"},
}


def keep_out(programs: Programs, person: str) -> None:
    """Somebody must not have a hand in this case: excluded from its task."""
    with transaction(programs.site.engine) as connection:
        connection.execute(tasks.update().values(excluded=f'["{person}"]'))


def test_every_address_has_a_row(programs: Programs) -> None:
    rules = {rule.endpoint for rule in programs.site.app.url_map.iter_rules()}
    assert {rule for rule in rules if rule.startswith("api")} == ADDRESSES.keys()


@pytest.mark.parametrize("endpoint", sorted(ADDRESSES))
def test_each_person_gets_what_is_theirs(programs: Programs, endpoint: str) -> None:
    programs.open_case()
    keep_out(programs, "shen")
    method, path, expected = ADDRESSES[endpoint]
    path = path.replace("CHECK", programs.task("check").rsplit("/", 1)[-1])
    path = path.replace("CLOCK", str(programs.site.clock()))
    if "VISIT" in path:
        programs.site.consult()
        path = path.replace("VISIT", programs.site.rows(select(visits.c.number))[0])
    found = {}
    for person in EVERYBODY:
        options = {"json": {}} if method != "GET" and "attachments" not in path else {}
        answer = programs.call(person, method, path, **options)
        found[person] = answer.status_code
        assert answer.status_code in (200, 201) or "张三某" not in answer.text
    assert found == dict(zip(EVERYBODY, expected, strict=True))


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_only_process_administrators_of_the_office_change_a_case_by_hand(
    programs: Programs, method: str, path: str
) -> None:
    programs.open_case()
    keep_out(programs, "shen")
    # Whoever may comes last: the others find the case as it was.
    last = sorted(EVERYBODY, key=lambda who: who == "zhao.liu")
    found = {who: programs.call(who, method, path, json=CHANGES[method, path]).status_code for who in last}
    assert found == dict(zip(EVERYBODY, (NO, NO, NO, NO, OK, NO, NONE, WHO), strict=True))


@pytest.mark.parametrize(
    ("act", "body", "allowed"),
    [
        ("suspend", {"procedure": "hearing", "document": "听证通知书"}, {"zhang.san"}),
        (
            "decide/requests",
            {"limit": "2 workdays", "reason": "案情复杂", "approver": "wang.wu"},
            {"zhang.san"},
        ),
        ("decide/limit", {"limit": "1 workdays", "reason": "某领导批示"}, {"wang.wu"}),
    ],
)
def test_only_those_whom_the_organisation_names_touch_a_clock(
    programs: Programs, act: str, body: dict[str, str], allowed: set[str]
) -> None:
    programs.open_case()
    keep_out(programs, "shen")
    # Whoever may comes last: the others find the case as it was.
    last = sorted((one for one in EVERYBODY if one not in allowed | {"wang.wu"}), key=str) + sorted(allowed)
    found = {who: programs.call(who, "POST", f"{CASE}/clocks/{act}", json=body).status_code for who in last}
    assert {who for who, status in found.items() if status == OK} == allowed
    assert set(found.values()) <= {OK, NO, NONE, WHO}


def test_identities_are_for_those_who_may_know_them_and_never_in_the_history(programs: Programs) -> None:
    number = programs.open_case()
    programs.call(
        "zhang.san", "POST", programs.task("check") + "/complete", json={"data": {"opinion": "齐全"}}
    )

    def data(person: str) -> object:
        return programs.call(person, "GET", f"/cases/{number}").json["data"]["applicant"]

    assert data("zhang.san") == data("li.si") == "张三某"
    assert data("han") == data("zhao.liu") == "〔已隐去〕"
    for person in ("zhang.san", "han"):
        history = programs.call(person, "GET", f"/cases/{number}/events")
        assert "张三某" not in history.text
        assert history.json["items"][0]["data"]["applicant"] == "〔已隐去〕"


def test_lists_hold_what_is_ones_own(programs: Programs) -> None:
    number = programs.open_case("zhang.san")

    def cases(person: str) -> list[str]:
        found = programs.call(person, "GET", "/cases").json["items"]
        return [one["number"] for one in found]

    assert cases("zhang.san") == cases("zhao.liu") == cases("han") == [number]
    assert cases("li.si") == cases("elsewhere") == cases("outsider") == []
    keys = {
        person: {one["key"] for one in programs.call(person, "GET", "/definitions").json["items"]}
        for person in ("zhang.san", "outsider", "han", "elsewhere")
    }
    assert keys == {
        "zhang.san": {"t.permit", "t.refund"},
        "outsider": set(),
        "han": {"t.permit", "t.refund"},
        "elsewhere": set(),
    }


def test_whose_task_it_is_by_name_sees_the_form_and_not_the_case(programs: Programs) -> None:
    """People who are asked to answer a complaint do not read it."""
    number = programs.open_case()
    with transaction(programs.site.engine) as connection:
        named = connection.execute(
            queues.insert().values(organisation="t", candidates='["person:outsider"]')
        ).inserted_primary_key[0]
        connection.execute(tasks.update().values(queue_id=named))
    shown = programs.call("outsider", "GET", programs.task("check"))
    assert set(shown.json["answers"]) == {"opinion", "ready"}
    assert shown.json["mine"] is True
    assert "张三某" not in shown.text
    for part in ("", "/events", "/timers", "/entries", "/attachments"):
        assert programs.call("outsider", "GET", f"/cases/{number}{part}").status_code == 403
    given = {"data": {"opinion": "无异议"}}
    assert (
        programs.call("outsider", "POST", programs.task("check") + "/complete", json=given).status_code == 200
    )
