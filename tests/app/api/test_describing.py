"""The description is true: what it promises of each operation is what the running interface answers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from tests.app.api.conftest import GIVEN, Call, Programs
from tests.app.conftest import KEY
from tests.app.drafts import BODIES as BODIES_OF_DRAFTS
from tests.app.drafts import GOOD as GOOD_OF_DRAFTS
from tests.app.drafts import REFUSED as REFUSED_OF_DRAFTS
from tests.app.ladders import late_case
from tests.app.telling import GOOD as GOOD_OF_TELLING
from tests.app.telling import REFUSED as REFUSED_OF_TELLING
from tests.notices import NOTICE_2027

PDF = b"%PDF-1.4 nothing much"
ABSENT = "t-2026-99999"


def of_case(person: str, method: str, rest: str = "", **options: Any) -> Call:
    """A call about a fresh case of the permit."""
    return lambda office: office.call(person, method, f"/cases/{office.open_case()}{rest}", **options)


def of_task(person: str, act: str, before: Callable[[Programs], object] = lambda office: None) -> Call:
    def call(office: Programs) -> TestResponse:
        office.open_case()
        before(office)
        options = {"json": {"data": {"opinion": "齐全"}}} if act == "/complete" else {}
        method = "POST" if act else "GET"
        return office.call(person, method, office.task("check") + act, **options)

    return call


def plain(person: str, method: str, path: str, **options: Any) -> Call:
    return lambda office: office.call(person, method, path, **options)


def upload(office: Programs, content: bytes = PDF, name: str = "执照.pdf") -> TestResponse:
    return office.call("zhang.san", "POST", "/attachments", data={"file": (io.BytesIO(content), name)})


def download(office: Programs) -> TestResponse:
    paper = upload(office).json["id"]
    number = office.open_case(papers=[paper])
    return office.call("zhang.san", "GET", f"/cases/{number}/attachments/{paper}")


def of_ground(person: str, act: str, **options: Any) -> Call:
    """A decision on the ground of a late case."""
    return lambda office: (
        late_case(office.site),
        office.call(person, "POST", f"/grounds/1/{act}", **options),
    )[1]


def retry(office: Programs) -> TestResponse:
    number = office.stopped_case()
    given = {"data": {"amount": 5}, "reason": "补登金额"}
    assert office.call("zhao.liu", "PUT", f"/cases/{number}/data", json=given).status_code == 200
    return office.call("zhao.liu", "POST", f"/cases/{number}/incidents/1/retry")


def incidents(office: Programs) -> TestResponse:
    return office.call("zhang.san", "GET", f"/cases/{office.stopped_case()}/incidents")


def recount(office: Programs, by: str = "zhang.san", **data: Any) -> TestResponse:
    """The window asks for a recount, as the list of messages says how."""
    path = f"/cases/{office.site.open_refund()}/messages"
    (waits,) = office.call("zhang.san", "GET", path).json["items"]
    return office.call(by, "POST", f"{path}/{waits['number']}", json={"data": {"amount": 7} | data})


def claim_first(office: Programs) -> None:
    assert office.call("zhang.san", "POST", office.task("check") + "/claim").status_code == 200


#: What a verb needs, where it needs something.
WORDS = {
    "hand-over": {"to": "li.si", "reason": "明日外出"},
    "lend": {"to": "li.si", "reason": "请核对"},
    "decline": {"reason": "手上案件过多"},
    "give-back": {"opinion": "无误"},
    "urge": {"reason": "来电催问"},
    "countersign": {"to": ["li.si", "outsider"], "mode": "all", "reason": "数额较大，请核"},
    "add-signer": {"to": "shen", "reason": "涉及经费"},
    "sign": {"agrees": False, "opinion": "缺批文"},
    "call-off": {"reason": "改为口头征求意见"},
    "send-back": {"step": "check", "reason": "材料与申请不一致"},
    "withdraw": {"reason": "意见写错"},
}


#: What goes with copies of a case.
COPIED = {"to": ["outsider", "li.si"], "note": "请了解"}


def copied(person: str, method: str, path: str) -> Call:
    """A call when the first case has been copied."""

    def call(office: Programs) -> TestResponse:
        number = office.open_case()
        sent = office.call("zhang.san", "POST", f"/cases/{number}/copies", json=COPIED)
        assert sent.status_code == 200, sent.text
        return office.call(person, method, path)

    return call


def signed_on(office: Programs) -> None:
    """Two colleagues are asked to sign on the task."""
    asked = office.call("zhang.san", "POST", f"{office.task('check')}/countersign", json=WORDS["countersign"])
    assert asked.status_code == 200, asked.text


def asked_to_sign(office: Programs) -> TestResponse:
    office.open_case()
    signed_on(office)
    return office.call("outsider", "GET", "/signatures")


def looked_at(person: str, what: str, *before: str) -> Call:
    """Something of a task is read, after verbs of its holder."""

    def call(office: Programs) -> TestResponse:
        office.open_case()
        for earlier in before:
            office.call("zhang.san", "POST", f"{office.task('check')}/{earlier}", json=WORDS[earlier])
        return office.call(person, "GET", f"{office.task('check')}/{what}")

    return call


def passing(person: str, verb: str, *before: str, **words: Any) -> Call:
    """A verb upon a fresh task, after verbs of its holder."""

    def call(office: Programs) -> TestResponse:
        office.open_case()
        task = office.task("check")
        for earlier in before:
            done = office.call("zhang.san", "POST", f"{task}/{earlier}", json=WORDS[earlier])
            assert done.status_code == 200, done.text
        given = WORDS.get(verb, {}) | words
        return office.call(person, "POST", f"{task}/{verb}", **({"json": given} if given else {}))

    return call


def going_back(person: str, verb: str, *, claimed: bool = False, **words: str) -> Call:
    """Sending back what was checked, or withdrawing it, perhaps after somebody has taken it on."""

    def call(office: Programs) -> TestResponse:
        office.open_case()
        check = office.task("check")
        done = office.call("zhang.san", "POST", f"{check}/complete", json={"data": {"opinion": "齐全"}})
        assert done.status_code == 200, done.text
        decide = office.task("decide")
        if claimed:
            assert office.call("wang.wu", "POST", f"{decide}/claim").status_code == 200
        method = "GET" if verb == "earlier-steps" else "POST"
        task = check if verb == "withdraw" else decide
        given = WORDS.get(verb, {}) | words
        return office.call(person, method, f"{task}/{verb}", **({"json": given} if given else {}))

    return call


def in_bulk(office: Programs) -> TestResponse:
    numbers = [office.open_case() for _ in range(2)]
    tasks = [{"case": number, "number": int(office.task("check").rsplit("/")[-1])} for number in numbers]
    body = {"verb": "claim", "tasks": [*tasks, {"case": numbers[0], "number": 99}]}
    return office.call("zhang.san", "POST", "/tasks/bulk", json=body)


def gazetted(office: Programs) -> TestResponse:
    """The notice of 2027, previewed and confirmed."""
    seen = office.call("zhao.liu", "POST", "/calendar/preview", json={"text": NOTICE_2027})
    body = {"text": NOTICE_2027, "version": (seen.json or {}).get("version", "0"), "note": "按通知导入"}
    return office.call("zhao.liu", "POST", "/calendar/batches", json=body)


def undone(office: Programs) -> TestResponse:
    return office.call("zhao.liu", "POST", "/calendar/batches/1/undo", json={"note": "文号有误"})


def away(office: Programs, by: str = "zhang.san", **given: Any) -> TestResponse:
    body = {"since": "2026-09-21T09:00", "until": "2026-09-23T17:30", "reason": "errand", **given}
    return office.call(by, "POST", "/absences", json=body)


def noted(office: Programs, rest: str = "", *, by: str = "zhang.san", method: str = "POST") -> TestResponse:
    """A note, and what is done with it."""
    number = office.open_case()
    path = f"/cases/{number}/comments"
    made = office.call("zhang.san", "POST", path, json=NOTE)
    return (
        office.call(by, method, path + rest.format(made.json["number"])) if rest or method == "GET" else made
    )


def leaving(office: Programs, then: str = "") -> TestResponse:
    """A colleague leaves, and what is done with that."""
    path = "/people/li.si/departure"
    made = office.call("zhao.liu", "PUT", path, json=LEAVING)
    return office.call("zhao.liu", then, path) if then else made


NEWCOMER = {"user": "sun.qi", "name": "孙七", "units": ["window"], "skills": ["调解"]}
MOVING = {"name": "李四", "units": ["archive"], "from_day": "2026-10-08"}
LEAVING = {
    "last_day": "2026-09-30",
    "successor": "shen",
    "choices": [{"case_id": 1, "number": 2, "successor": None}],
}
NOTE = {"text": "@li.si 周二来补材料"}
REASON = {"reason": "申请人撤回"}
CORRECTION = {"data": {"kind": "变更"}, "reason": "选错"}
LATER = {"now": "2026-09-24T10:00:00+08:00"}
VERSIONS = f"/definitions/{KEY}/versions"
HEARING = {"procedure": "hearing", "document": "听证通知书", "expected": "5 workdays"}
MORE = {"limit": "3 workdays", "reason": "案情复杂", "approver": "wang.wu"}
ORDERED = {"limit": "1 workdays", "reason": "某领导批示"}


def suspended(office: Programs) -> str:
    number = office.open_case()
    answer = office.call("zhang.san", "POST", f"/cases/{number}/clocks/suspend", json=HEARING)
    assert answer.status_code == 200, answer.text
    return number


def resume(office: Programs) -> TestResponse:
    path = f"/cases/{suspended(office)}/clocks/resume"
    return office.call("zhang.san", "POST", path, json={"reason": "听证结束"})


def decide(office: Programs, act: str, given: dict[str, Any], by: str = "wang.wu") -> TestResponse:
    """Somebody decides an application of a colleague."""
    path = f"/cases/{office.open_case()}/clocks/decide"
    asked = office.call("zhang.san", "POST", f"{path}/requests", json=MORE)
    assert asked.status_code == 200, asked.text
    return office.call(by, "POST", f"{path}/{act}", json={"request": asked.json["request"], **given})


VISITOR = {"name": "张三某", "phone": "00000000018"}
VISIT = {**VISITOR, "asked": "办一件许可", "decision": "own"}
PASSED = {**VISITOR, "asked": "找领导", "decision": "unit", "unit": "chiefs", "place": "201室"}


def visited(person: str, method: str, rest: str = "", given: dict[str, Any] = VISIT, **options: Any) -> Call:
    """A call about a visit that was just taken down."""

    def call(office: Programs) -> TestResponse:
        made = office.call("zhang.san", "POST", "/visits", json=given)
        assert made.status_code == 201, made.text
        return office.call(person, method, f"/visits/{made.json['number']}{rest}", **options)

    return call


def visit_struck_out_twice(office: Programs) -> TestResponse:
    visited("zhang.san", "POST", "/void", json=REASON)(office)
    return office.call("zhang.san", "POST", "/visits/20260921-001/void", json=REASON)


def visit_of_yesterday(office: Programs) -> TestResponse:
    visited("zhang.san", "GET")(office)
    office.call("zhao.liu", "PUT", "/clock", json=LATER)
    return office.call("zhang.san", "POST", "/visits/20260921-001/void", json=REASON)


#: Operation → a call that succeeds.
GOOD: dict[str, Call] = {
    **GOOD_OF_TELLING,
    **GOOD_OF_DRAFTS,
    "listDefinitions": plain("zhang.san", "GET", "/definitions"),
    "getStart": plain("zhang.san", "GET", f"/definitions/{KEY}/start"),
    "listVersions": plain("han", "GET", VERSIONS),
    "getDiagram": plain("han", "GET", f"{VERSIONS}/1/diagram"),
    "listCases": lambda office: (office.open_case(), office.call("zhang.san", "GET", "/cases"))[1],
    "openCase": plain("zhang.san", "POST", "/cases", json={"definition": KEY, "data": GIVEN}),
    "getCase": of_case("zhang.san", "GET"),
    "cancelCase": of_case("zhao.liu", "POST", "/cancel", json=REASON),
    "setData": of_case("zhao.liu", "PUT", "/data", json=CORRECTION),
    "listTasks": lambda office: (office.open_case(), office.call("li.si", "GET", "/tasks?box=units"))[1],
    "getTask": of_task("zhang.san", ""),
    "claimTask": of_task("zhang.san", "/claim"),
    "releaseTask": of_task("zhang.san", "/release", claim_first),
    "completeTask": of_task("zhang.san", "/complete"),
    "handOverTask": passing("zhang.san", "hand-over"),
    "takeTaskBack": passing("zhang.san", "take-back", "hand-over"),
    "acceptTask": passing("li.si", "accept", "hand-over"),
    "declineTask": passing("li.si", "decline", "hand-over"),
    "lendTask": passing("zhang.san", "lend"),
    "giveTaskBack": passing("li.si", "give-back", "lend"),
    "urgeTask": passing("wang.wu", "urge"),
    "askSignatures": passing("zhang.san", "countersign"),
    "addSigner": passing("outsider", "add-signer", "countersign"),
    "sign": passing("outsider", "sign", "countersign", "add-signer"),
    "callOffSignatures": passing("zhang.san", "call-off", "countersign"),
    "getSignatures": looked_at("outsider", "signatures", "countersign"),
    "listSignatures": asked_to_sign,
    "copyCase": of_case("zhang.san", "POST", "/copies", json=COPIED),
    "listCopiesOfCase": copied("zhang.san", "GET", "/cases/t-2026-00001/copies"),
    "listCopies": copied("outsider", "GET", "/copies?unread=true"),
    "readCopy": copied("outsider", "POST", "/copies/1/read"),
    "listEarlierSteps": going_back("wang.wu", "earlier-steps"),
    "sendTaskBack": going_back("wang.wu", "send-back"),
    "withdrawTask": going_back("zhang.san", "withdraw"),
    "passTasks": in_bulk,
    "listTasksPassedToMe": plain("li.si", "GET", "/tasks/passed-to-me"),
    "listTasksPassedByMe": plain("zhang.san", "GET", "/tasks/passed-by-me"),
    "searchCases": lambda office: (office.open_case(), office.call("zhang.san", "GET", "/search?q=许可"))[1],
    "listAbsences": lambda office: (away(office), office.call("li.si", "GET", "/absences"))[1],
    "enterAbsence": lambda office: away(office),
    "endAbsence": lambda office: (away(office), office.call("zhang.san", "POST", "/absences/1/end"))[1],
    "listComments": lambda office: noted(office, method="GET"),
    "addComment": lambda office: noted(office),
    "withdrawComment": lambda office: noted(office, "/{}/withdraw"),
    "getPulse": lambda office: office.call("zhang.san", "GET", f"/pulse?case={office.open_case()}"),
    "getHome": lambda office: (late_case(office.site), office.call("zhao.liu", "GET", "/home"))[1],
    "getMemberTasks": lambda office: (
        office.open_case(),
        claim_first(office),
        office.call("wang.wu", "GET", "/home/members/zhang.san"),
    )[2],
    "listTimers": of_case("zhang.san", "GET", "/timers"),
    "getClockProof": lambda office: office.call(
        "zhang.san", "GET", f"/cases/{office.open_case()}/clocks/{office.site.clock()}"
    ),
    "suspendClocks": of_case("zhang.san", "POST", "/clocks/suspend", json=HEARING),
    "resumeClocks": resume,
    "requestExtension": of_case("zhang.san", "POST", "/clocks/decide/requests", json=MORE),
    "extendClock": lambda office: decide(office, "extend", {"decision": "同意"}),
    "refuseExtension": lambda office: decide(office, "refuse", {"reason": "可以按期办结"}),
    "setLimit": of_case("wang.wu", "POST", "/clocks/decide/limit", json=ORDERED),
    "listEvents": of_case("zhang.san", "GET", "/events"),
    "verifyCase": of_case("han", "GET", "/proof"),
    "listNotices": of_case("zhang.san", "GET", "/notices"),
    "listEntries": of_case("zhang.san", "GET", "/entries"),
    "listIncidents": incidents,
    "retryIncident": retry,
    "listMessages": lambda office: office.call(
        "li.si", "GET", f"/cases/{office.site.open_refund()}/messages"
    ),
    "sendMessage": lambda office: recount(office),
    "uploadFile": upload,
    "listFiles": of_case("zhang.san", "GET", "/attachments"),
    "downloadFile": download,
    "listMaterials": of_case("zhang.san", "GET", "/materials"),
    "listMatters": plain("zhang.san", "GET", "/matters"),
    "getMatter": plain("zhang.san", "GET", "/matters/founding"),
    "listPeople": plain("zhao.liu", "GET", "/people"),
    "getPerson": plain("zhao.liu", "GET", "/people/li.si"),
    "addPerson": plain("zhao.liu", "POST", "/people", json=NEWCOMER),
    "changePerson": plain("zhao.liu", "PUT", "/people/li.si", json=MOVING),
    "getOpenWork": plain("zhao.liu", "GET", "/people/li.si/open-work"),
    "enterDeparture": lambda office: leaving(office),
    "listDepartures": lambda office: (leaving(office), office.call("zhao.liu", "GET", "/departures"))[1],
    "getDeparture": lambda office: leaving(office, "GET"),
    "callOffDeparture": lambda office: leaving(office, "DELETE"),
    "getChart": plain("outsider", "GET", "/chart?on=2026-09-30"),
    "listDeadlines": lambda office: (late_case(office.site), office.call("han", "GET", "/deadlines"))[1],
    "listGrounds": lambda office: (late_case(office.site), office.call("han", "GET", "/grounds"))[1],
    "verifyGround": of_ground("wang.wu", "verify", json=REASON),
    "dismissGround": of_ground("wang.wu", "dismiss", json=REASON),
    "getCalendarYear": plain("zhang.san", "GET", "/calendar/2026"),
    "previewCalendar": plain("zhao.liu", "POST", "/calendar/preview", json={"text": NOTICE_2027}),
    "changeCalendar": lambda office: gazetted(office),
    "getCalendarBatch": lambda office: (gazetted(office), office.call("han", "GET", "/calendar/batches/1"))[
        1
    ],
    "undoCalendarBatch": lambda office: (gazetted(office), undone(office))[1],
    "registerVisit": plain("zhang.san", "POST", "/visits", json=VISIT),
    "listVisits": lambda office: (
        visited("zhang.san", "GET")(office),
        office.call("han", "GET", "/visits?day=2026-09-21"),
    )[1],
    "lookUpVisitor": lambda office: (
        visited("zhang.san", "GET")(office),
        office.call("li.si", "POST", "/visits/lookup", json=VISITOR),
    )[1],
    "getVisit": visited("zhang.san", "GET"),
    "voidVisit": visited("zhang.san", "POST", "/void", json=REASON),
    "receiveVisit": visited("wang.wu", "POST", "/receive", PASSED),
    "getClock": plain("zhao.liu", "GET", "/clock"),
    "setClock": plain("zhao.liu", "PUT", "/clock", json=LATER),
}


def closed(office: Programs) -> TestResponse:
    number = office.open_case()
    office.call("zhao.liu", "POST", f"/cases/{number}/cancel", json=REASON)
    return office.call("zhao.liu", "POST", f"/cases/{number}/cancel", json=REASON)


def twice(office: Programs) -> TestResponse:
    office.open_case()
    task = office.task("check")
    for _ in range(2):
        answer = office.call("zhang.san", "POST", f"{task}/complete", json={"data": {"opinion": "齐全"}})
    return answer


#: (operation, status, code, call): one of each kind of refusal an operation may meet beside 401.
REFUSED: list[tuple[str, int, str, Call]] = [
    *REFUSED_OF_TELLING,
    *REFUSED_OF_DRAFTS,
    ("getStart", 404, "no-such-definition", plain("outsider", "GET", f"/definitions/{KEY}/start")),
    (
        "addPerson",
        409,
        "person-exists",
        plain("zhao.liu", "POST", "/people", json=NEWCOMER | {"user": "han"}),
    ),
    (
        "addPerson",
        422,
        "no-such-group",
        plain("zhao.liu", "POST", "/people", json=NEWCOMER | {"roles": ["x"]}),
    ),
    ("addPerson", 422, "unusable-name", plain("zhao.liu", "POST", "/people", json=NEWCOMER | {"user": "孙"})),
    (
        "changePerson",
        422,
        "unusable-day",
        plain("zhao.liu", "PUT", "/people/li.si", json=MOVING | {"from_day": "2026-09-01"}),
    ),
    (
        "changePerson",
        409,
        "last-administrator",
        plain("zhao.liu", "PUT", "/people/zhao.liu", json=MOVING),
    ),
    ("getPerson", 404, "no-such-person", plain("zhao.liu", "GET", "/people/elsewhere")),
    ("getDeparture", 404, "not-leaving", plain("zhao.liu", "GET", "/people/li.si/departure")),
    (
        "enterDeparture",
        422,
        "unusable-successor",
        plain("zhao.liu", "PUT", "/people/li.si/departure", json=LEAVING | {"successor": "elsewhere"}),
    ),
    (
        "enterDeparture",
        409,
        "last-administrator",
        plain("zhao.liu", "PUT", "/people/zhao.liu/departure", json=LEAVING),
    ),
    ("callOffDeparture", 404, "not-leaving", plain("zhao.liu", "DELETE", "/people/li.si/departure")),
    ("listVersions", 403, "not-permitted", plain("zhang.san", "GET", VERSIONS)),
    ("listVersions", 404, "no-such-definition", plain("elsewhere", "GET", VERSIONS)),
    ("getDiagram", 403, "not-permitted", plain("zhang.san", "GET", f"{VERSIONS}/1/diagram")),
    ("getDiagram", 404, "no-such-version", plain("elsewhere", "GET", f"{VERSIONS}/1/diagram")),
    ("registerVisit", 403, "not-permitted", plain("wang.wu", "POST", "/visits", json=VISIT)),
    (
        "registerVisit",
        422,
        "visit-invalid",
        plain("zhang.san", "POST", "/visits", json={**VISIT, "decision": "consult"}),
    ),
    ("registerVisit", 422, "request-invalid", plain("zhang.san", "POST", "/visits", json=VISITOR)),
    ("listVisits", 403, "not-permitted", plain("wang.wu", "GET", "/visits")),
    ("listVisits", 422, "request-invalid", plain("han", "GET", "/visits?day=someday")),
    ("lookUpVisitor", 403, "not-permitted", plain("han", "POST", "/visits/lookup", json=VISITOR)),
    ("lookUpVisitor", 422, "request-invalid", plain("han", "POST", "/visits/lookup", json={"kind": "ghost"})),
    ("getVisit", 403, "not-permitted", visited("wang.wu", "GET")),
    ("getVisit", 404, "no-such-visit", visited("elsewhere", "GET")),
    ("voidVisit", 403, "not-permitted", visited("han", "POST", "/void", json=REASON)),
    ("voidVisit", 404, "no-such-visit", plain("zhang.san", "POST", "/visits/1/void", json=REASON)),
    ("voidVisit", 409, "visit-struck-out", visit_struck_out_twice),
    ("voidVisit", 409, "visit-too-old", visit_of_yesterday),
    ("voidVisit", 422, "reason-missing", visited("li.si", "POST", "/void", json={"reason": " "})),
    ("receiveVisit", 403, "not-permitted", visited("zhang.san", "POST", "/receive", PASSED)),
    ("receiveVisit", 404, "no-such-visit", visited("elsewhere", "POST", "/receive", PASSED)),
    ("receiveVisit", 409, "nothing-to-receive", visited("zhang.san", "POST", "/receive")),
    ("listCases", 422, "request-invalid", plain("zhang.san", "GET", "/cases?status=lost")),
    ("openCase", 404, "no-such-definition", plain("han", "POST", "/cases", json={"definition": KEY})),
    ("openCase", 422, "form-invalid", plain("zhang.san", "POST", "/cases", json={"definition": KEY})),
    ("openCase", 422, "request-invalid", plain("zhang.san", "POST", "/cases", json={"data": 3})),
    ("cancelCase", 409, "case-ended", closed),
    ("cancelCase", 422, "reason-missing", of_case("zhao.liu", "POST", "/cancel", json={"reason": " "})),
    ("cancelCase", 403, "not-permitted", of_case("zhang.san", "POST", "/cancel", json=REASON)),
    ("setData", 422, "request-invalid", of_case("zhao.liu", "PUT", "/data", json={"data": {}})),
    ("setData", 403, "not-permitted", of_case("zhang.san", "PUT", "/data", json=CORRECTION)),
    ("listTasks", 422, "request-invalid", plain("zhang.san", "GET", "/tasks?box=all&size=0")),
    ("claimTask", 409, "task-claimed-by-another", of_task("li.si", "/claim", claim_first)),
    ("claimTask", 403, "not-permitted", of_task("han", "/claim")),
    ("claimTask", 404, "no-such-task", of_case("zhang.san", "POST", "/tasks/99/claim")),
    ("releaseTask", 409, "task-claimed-by-another", of_task("li.si", "/release", claim_first)),
    ("sendMessage", 409, "message-not-awaited", lambda office: recount(office, "han")),
    ("sendMessage", 403, "not-permitted", lambda office: recount(office, "outsider")),
    ("sendMessage", 422, "form-invalid", lambda office: recount(office, amount="七")),
    ("completeTask", 409, "task-not-open", twice),
    ("completeTask", 403, "not-permitted", of_task("wang.wu", "/complete")),
    ("handOverTask", 403, "not-permitted", passing("zhang.san", "hand-over", to="wang.wu")),
    ("handOverTask", 404, "no-such-person", passing("zhang.san", "hand-over", to="elsewhere")),
    ("handOverTask", 409, "already-offered", passing("zhang.san", "hand-over", "hand-over")),
    ("handOverTask", 422, "to-yourself", passing("zhang.san", "hand-over", to="zhang.san")),
    ("handOverTask", 422, "reason-missing", passing("zhang.san", "hand-over", reason=" ")),
    ("takeTaskBack", 409, "not-offered", passing("zhang.san", "take-back")),
    ("acceptTask", 409, "not-offered", passing("shen", "accept", "hand-over")),
    ("acceptTask", 403, "not-permitted", passing("outsider", "accept", "hand-over")),
    ("declineTask", 422, "reason-missing", passing("li.si", "decline", "hand-over", reason=" ")),
    ("lendTask", 409, "task-lent", passing("li.si", "lend", "lend", to="shen")),
    ("lendTask", 422, "request-invalid", passing("zhang.san", "lend", who="li.si")),
    ("giveTaskBack", 409, "not-lent", passing("zhang.san", "give-back")),
    ("urgeTask", 403, "not-permitted", passing("outsider", "urge")),
    ("askSignatures", 403, "not-permitted", passing("wang.wu", "countersign")),
    ("askSignatures", 404, "no-such-person", passing("zhang.san", "countersign", to=["elsewhere"])),
    ("askSignatures", 409, "signatures-under-way", passing("zhang.san", "countersign", "countersign")),
    ("askSignatures", 422, "own-signature", passing("zhang.san", "countersign", to=["zhang.san"])),
    ("askSignatures", 422, "request-invalid", passing("zhang.san", "countersign", to=[])),
    ("addSigner", 409, "already-asked", passing("li.si", "add-signer", "countersign", to="outsider")),
    ("addSigner", 409, "no-signatures-awaited", passing("zhang.san", "add-signer")),
    ("addSigner", 403, "not-permitted", passing("wang.wu", "add-signer", "countersign")),
    ("sign", 409, "no-signatures-awaited", passing("wang.wu", "sign", "countersign")),
    ("sign", 403, "not-permitted", passing("outsider", "sign")),
    ("sign", 422, "opinion-missing", passing("outsider", "sign", "countersign", opinion=" ")),
    ("callOffSignatures", 403, "not-permitted", passing("outsider", "call-off", "countersign")),
    ("callOffSignatures", 422, "reason-missing", passing("zhang.san", "call-off", "countersign", reason=" ")),
    ("completeTask", 409, "signatures-awaited", of_task("zhang.san", "/complete", signed_on)),
    ("copyCase", 403, "not-permitted", of_case("outsider", "POST", "/copies", json=COPIED)),
    ("copyCase", 404, "no-such-person", of_case("zhang.san", "POST", "/copies", json=COPIED | {"to": ["x"]})),
    ("copyCase", 422, "note-missing", of_case("zhang.san", "POST", "/copies", json=COPIED | {"note": " "})),
    ("readCopy", 404, "no-such-copy", copied("wang.wu", "POST", "/copies/1/read")),
    ("listEarlierSteps", 403, "not-permitted", going_back("outsider", "earlier-steps")),
    ("sendTaskBack", 403, "not-permitted", going_back("li.si", "send-back")),
    ("sendTaskBack", 409, "no-way-back", going_back("wang.wu", "send-back", step="decide")),
    ("sendTaskBack", 422, "reason-missing", going_back("wang.wu", "send-back", reason=" ")),
    ("withdrawTask", 403, "not-permitted", going_back("li.si", "withdraw")),
    ("withdrawTask", 409, "task-claimed-by-another", going_back("zhang.san", "withdraw", claimed=True)),
    ("listComments", 403, "not-permitted", of_case("outsider", "GET", "/comments")),
    (
        "addComment",
        422,
        "mentioned-cannot-read",
        of_case("han", "POST", "/comments", json={"text": "@outsider"}),
    ),
    ("addComment", 422, "comment-unusable", of_case("han", "POST", "/comments", json={"text": " "})),
    ("withdrawComment", 403, "not-your-comment", lambda office: noted(office, "/{}/withdraw", by="li.si")),
    ("withdrawComment", 404, "no-such-comment", of_case("han", "POST", "/comments/9/withdraw")),
    (
        "getPulse",
        403,
        "not-permitted",
        lambda office: office.call("outsider", "GET", f"/pulse?case={office.open_case()}"),
    ),
    ("getPulse", 404, "no-such-case", plain("zhang.san", "GET", f"/pulse?case={ABSENT}")),
    ("getPulse", 422, "request-invalid", plain("zhang.san", "GET", "/pulse?" + 21 * "watch=x&")),
    ("getMemberTasks", 404, "no-such-person", plain("li.si", "GET", "/home/members/zhang.san")),
    ("enterAbsence", 403, "not-permitted", lambda office: away(office, user="li.si")),
    ("enterAbsence", 404, "no-such-person", lambda office: away(office, substitute="nobody")),
    ("enterAbsence", 409, "absence-overlaps", lambda office: (away(office), away(office))[1]),
    ("enterAbsence", 422, "unusable-absence", lambda office: away(office, until="2020-01-01T00:00")),
    ("endAbsence", 404, "no-such-absence", plain("zhang.san", "POST", "/absences/7/end")),
    (
        "endAbsence",
        403,
        "not-permitted",
        lambda office: (away(office), office.call("li.si", "POST", "/absences/1/end"))[1],
    ),
    ("passTasks", 422, "request-invalid", plain("zhang.san", "POST", "/tasks/bulk", json={"tasks": []})),
    (
        "completeTask",
        422,
        "form-invalid",
        lambda office: (
            office.open_case(),
            office.call("zhang.san", "POST", office.task("check") + "/complete", json={}),
        )[1],
    ),
    ("listMaterials", 403, "not-permitted", of_case("outsider", "GET", "/materials")),
    ("getMatter", 404, "no-such-matter", plain("zhang.san", "GET", "/matters/none")),
    ("getClockProof", 404, "no-such-clock", of_case("zhang.san", "GET", "/clocks/99")),
    ("getClockProof", 403, "not-permitted", of_case("outsider", "GET", "/clocks/99")),
    (
        "suspendClocks",
        409,
        "no-clock-to-suspend",
        lambda office: office.call(
            "li.si", "POST", f"/cases/{suspended(office)}/clocks/suspend", json=HEARING
        ),
    ),
    (
        "suspendClocks",
        409,
        "clock-suspended",
        lambda office: office.call(
            "li.si",
            "POST",
            f"/cases/{suspended(office)}/clocks/suspend",
            json={**HEARING, "clocks": ["decide"]},
        ),
    ),
    (
        "suspendClocks",
        422,
        "no-such-procedure",
        of_case("zhang.san", "POST", "/clocks/suspend", json={**HEARING, "procedure": "picnic"}),
    ),
    (
        "suspendClocks",
        422,
        "document-missing",
        of_case("zhang.san", "POST", "/clocks/suspend", json={**HEARING, "document": " "}),
    ),
    ("suspendClocks", 422, "request-invalid", of_case("zhang.san", "POST", "/clocks/suspend", json={})),
    (
        "resumeClocks",
        409,
        "clock-not-suspended",
        of_case("zhang.san", "POST", "/clocks/resume", json={"clocks": ["decide"], "reason": "误"}),
    ),
    (
        "requestExtension",
        422,
        "no-such-approver",
        of_case("zhang.san", "POST", "/clocks/decide/requests", json={**MORE, "approver": "li.si"}),
    ),
    (
        "requestExtension",
        422,
        "extension-too-long",
        of_case("zhang.san", "POST", "/clocks/decide/requests", json={**MORE, "limit": "99 workdays"}),
    ),
    (
        "requestExtension",
        422,
        "invalid-period",
        of_case("zhang.san", "POST", "/clocks/decide/requests", json={**MORE, "limit": "soon"}),
    ),
    (
        "requestExtension",
        404,
        "no-such-clock",
        of_case("zhang.san", "POST", "/clocks/nothing/requests", json=MORE),
    ),
    ("extendClock", 403, "not-permitted", lambda office: decide(office, "extend", {}, by="li.si")),
    ("extendClock", 403, "own-application", lambda office: decide(office, "extend", {}, by="zhang.san")),
    (
        "extendClock",
        404,
        "no-such-extension-request",
        of_case("wang.wu", "POST", "/clocks/decide/extend", json={"request": 99}),
    ),
    ("refuseExtension", 422, "reason-missing", lambda office: decide(office, "refuse", {"reason": " "})),
    ("setLimit", 403, "not-permitted", of_case("zhang.san", "POST", "/clocks/decide/limit", json=ORDERED)),
    (
        "setLimit",
        422,
        "reason-missing",
        of_case("wang.wu", "POST", "/clocks/decide/limit", json={**ORDERED, "reason": ""}),
    ),
    ("listEvents", 422, "request-invalid", of_case("zhang.san", "GET", "/events?size=9999")),
    ("verifyCase", 403, "not-permitted", of_case("zhang.san", "GET", "/proof")),
    ("retryIncident", 409, "incident-not-open", of_case("zhao.liu", "POST", "/incidents/7/retry")),
    ("uploadFile", 422, "request-invalid", plain("zhang.san", "POST", "/attachments")),
    ("uploadFile", 415, "file-type-refused", lambda office: upload(office, b"MZ\x90")),
    ("uploadFile", 400, "file-empty", lambda office: upload(office, b"")),
    ("downloadFile", 404, "no-such-file", of_case("zhang.san", "GET", "/attachments/x")),
    ("listGrounds", 403, "not-permitted", plain("zhang.san", "GET", "/grounds")),
    ("listGrounds", 422, "request-invalid", plain("han", "GET", "/grounds?status=perhaps")),
    ("verifyGround", 403, "not-permitted", of_ground("han", "verify", json=REASON)),
    ("verifyGround", 404, "no-such-ground", plain("han", "POST", "/grounds/9/verify", json=REASON)),
    ("verifyGround", 422, "reason-missing", of_ground("wang.wu", "verify", json={"reason": " "})),
    ("dismissGround", 422, "request-invalid", plain("han", "POST", "/grounds/1/dismiss", json={})),
    ("getCalendarYear", 400, "year-beyond-calendar", plain("han", "GET", "/calendar/1999")),
    (
        "previewCalendar",
        403,
        "not-permitted",
        plain("han", "POST", "/calendar/preview", json={"text": NOTICE_2027}),
    ),
    (
        "previewCalendar",
        422,
        "unusable-notice",
        plain("zhao.liu", "POST", "/calendar/preview", json={"text": "2027-01-01 也许 元旦"}),
    ),
    (
        "previewCalendar",
        409,
        "nothing-changes",
        lambda office: (
            gazetted(office),
            office.call("zhao.liu", "POST", "/calendar/preview", json={"text": NOTICE_2027}),
        )[1],
    ),
    (
        "changeCalendar",
        409,
        "calendar-changed",
        plain(
            "zhao.liu",
            "POST",
            "/calendar/batches",
            json={"text": NOTICE_2027, "version": "another", "note": "按通知导入"},
        ),
    ),
    ("getCalendarBatch", 404, "no-such-calendar-batch", plain("han", "GET", "/calendar/batches/7")),
    (
        "undoCalendarBatch",
        403,
        "not-permitted",
        plain("han", "POST", "/calendar/batches/1/undo", json={"note": "?"}),
    ),
    (
        "undoCalendarBatch",
        409,
        "calendar-changed",
        lambda office: (gazetted(office), undone(office), undone(office))[2],
    ),
    ("getClock", 403, "not-permitted", plain("zhang.san", "GET", "/clock")),
    (
        "setClock",
        400,
        "time-unusable",
        plain("zhao.liu", "PUT", "/clock", json={"now": "2020-01-01T00:00:00Z"}),
    ),
    ("setClock", 422, "request-invalid", plain("zhao.liu", "PUT", "/clock", json={"now": "soon"})),
    ("setClock", 403, "not-permitted", plain("zhang.san", "PUT", "/clock", json=LATER)),
]


def described(office: Programs) -> dict[str, Any]:
    answer = office.site.client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of each operation."""
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation


def promised(description: dict[str, Any], name: str, status: int) -> dict[str, Any]:
    """Content by media type that an operation promises for a status."""
    (operation,) = (one for _, _, one in operations(description) if one["operationId"] == name)
    answer = operation["responses"][str(status)]
    if "$ref" in answer:
        answer = description["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]
    content: dict[str, Any] = answer["content"]
    return content


def check(description: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": description["components"]}
    Draft202012Validator(whole).validate(value)


def test_the_description_is_openapi_3_1_and_every_schema_in_it_is_one(programs: Programs) -> None:
    description = described(programs)
    assert description["openapi"] == "3.1.0"
    for name, schema in description["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        for field, part in schema["properties"].items():
            for example in part.get("examples", ()):
                check(description, part, example)
            assert part.get("description") or part.get("items") or name == "Problem", (name, field)


def test_every_operation_has_a_call_here_and_every_address_is_described(programs: Programs) -> None:
    description = described(programs)
    named = {operation["operationId"] for _, _, operation in operations(description)}
    assert named == GOOD.keys()
    rules = {
        rule.rule.replace("<int:", "{").replace("<int(signed=True):", "{").replace("<", "{").replace(">", "}")
        for rule in programs.site.app.url_map.iter_rules()
        if rule.endpoint.startswith("api_")
    }
    assert rules == description["paths"].keys()


@pytest.mark.parametrize("name", GOOD)
def test_a_good_call_is_answered_as_described(programs: Programs, name: str) -> None:
    answer = GOOD[name](programs)
    assert answer.status_code < 300, answer.text
    content = promised(described(programs), name, answer.status_code)
    if "application/json" in content:
        check(described(programs), content["application/json"]["schema"], answer.json)
    else:
        assert answer.mimetype in content or "application/octet-stream" in content


@pytest.mark.parametrize(
    ("name", "status", "code", "call"), REFUSED, ids=lambda value: "" if callable(value) else str(value)
)
def test_a_refusal_is_a_problem_as_described(
    programs: Programs, name: str, status: int, code: str, call: Call
) -> None:
    answer = call(programs)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    check_problem(programs, name, answer)
    by_field = code in ("form-invalid", "request-invalid", "visit-invalid")
    assert ("errors" in answer.json) == by_field


def check_problem(office: Programs, name: str, answer: TestResponse) -> None:
    content = promised(described(office), name, answer.status_code)
    assert answer.mimetype == "application/problem+json"
    check(described(office), content["application/problem+json"]["schema"], answer.json)
    assert answer.json["status"] == answer.status_code
    assert answer.json["detail"]


def test_whoever_is_unknown_gets_401_from_every_operation(programs: Programs) -> None:
    programs.open_case()
    for method, path, operation in operations(described(programs)):
        answer = programs.call(None, method, address(path, "t-2026-00001"))
        assert answer.status_code == 401, path
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        check_problem(programs, operation["operationId"], answer)


def test_a_case_that_is_not_there_and_one_of_another_office_are_the_same_404(programs: Programs) -> None:
    number = programs.open_case()
    for method, path, operation in operations(described(programs)):
        if "{case_number}" not in path:
            continue
        body = BODIES.get(operation["operationId"])
        for person, wanted in (("zhao.liu", ABSENT), ("elsewhere", number)):
            answer = programs.call(person, method, address(path, wanted), json=body)
            assert answer.status_code == 404, (path, answer.text)
            assert "张三某" not in answer.text
            check_problem(programs, operation["operationId"], answer)


#: What operations on a case are sent, so that only the case is at fault.
BODIES = {
    "addComment": NOTE,
    "cancelCase": REASON,
    "setData": CORRECTION,
    "completeTask": {"data": {}},
    **BODIES_OF_DRAFTS,
    "suspendClocks": HEARING,
    "resumeClocks": {"reason": "听证结束"},
    "requestExtension": MORE,
    "extendClock": {"request": 1},
    "refuseExtension": {"request": 1, "reason": "可以按期办结"},
    "setLimit": ORDERED,
    "handOverTask": WORDS["hand-over"],
    "lendTask": WORDS["lend"],
    "declineTask": WORDS["decline"],
    "giveTaskBack": WORDS["give-back"],
    "urgeTask": WORDS["urge"],
    "askSignatures": WORDS["countersign"],
    "addSigner": WORDS["add-signer"],
    "sign": WORDS["sign"],
    "callOffSignatures": WORDS["call-off"],
    "copyCase": COPIED,
    "sendTaskBack": WORDS["send-back"],
    "withdrawTask": WORDS["withdraw"],
}


def address(path: str, number: str) -> str:
    filled = path.removeprefix("/api/v1").replace("{case_number}", number).replace("{key}", KEY)
    return (
        filled.replace("{number}", "1")
        .replace("{identifier}", "1")
        .replace("{year}", "2027")
        .replace("{name}", "decide")
    )


def test_errors_are_named_by_field_in_the_language_asked_for(programs: Programs) -> None:
    body = {"definition": KEY, "data": GIVEN | {"applicant": "", "goods": [{"title": ""}]}}
    chinese = programs.call("zhang.san", "POST", "/cases", json=body).json
    english = programs.call("zhang.san", "POST", "/cases", json=body, headers={"Accept-Language": "en"}).json
    assert chinese["errors"] == {"applicant": "必填", "goods.0.title": "必填"}
    assert english["errors"]["applicant"] == "Required"


def test_what_a_schema_does_not_know_is_refused_by_name(programs: Programs) -> None:
    answer = programs.call("zhang.san", "POST", "/cases", json={"definition": KEY, "dat": {}})
    assert answer.json["errors"] == {"dat": "Unknown field."}
    broken = programs.call(
        "zhang.san", "POST", "/cases", data="{", headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400
    assert broken.json["code"] == "request-invalid"


DEEP: Any = "x"
for _ in range(400):
    DEEP = [DEEP]
#: What no form asks for and no database can hold.
STRANGE: list[Any] = [
    10**30,
    "\ud800",
    "a\x00b",
    DEEP,
    float("nan"),
    -1.5e300,
    True,
    None,
    [],
    {},
    {"$identity": "x"},
]


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("key", [None, "a"])
def test_whatever_is_sent_is_refused_as_described_or_accepted(
    programs: Programs, value: Any, key: str | None
) -> None:
    """Nothing a program sends is a mistake of ours."""
    headers = {"Idempotency-Key": key} if key else {}
    programs.open_case()
    correction = {"data": {"kind": value, "unknown": value}, "reason": "试"}
    sent = [
        ("openCase", "POST", "/cases", {"definition": KEY, "data": GIVEN | {"applicant": value}}),
        ("openCase", "POST", "/cases", {"definition": value, "data": value}),
        ("completeTask", "POST", programs.task("check") + "/complete", {"data": {"opinion": value}}),
        ("setData", "PUT", "/cases/t-2026-00001/data", correction),
        ("setData", "PUT", "/cases/t-2026-00001/data", {"data": {}, "reason": value}),
    ]
    for name, method, path, body in sent:
        person = "zhao.liu" if name == "setData" else "zhang.san"
        answer = programs.call(person, method, path, json=body, headers=headers)
        assert answer.status_code in (200, 201, 404, 409, 422), (name, answer.text)
        if answer.status_code > 299:
            check_problem(programs, name, answer)
