"""What each person learns of a case by asking every address there is: pages, programs, prints, searches."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.app.rounds import Rounds, said
from workflows.database import transaction
from workflows.tables import cases, events, outbox, receipts, tasks
from workflows.visits.registering import note_case, visit_row

#: One has ended, taken down by somebody who said himself that he has an interest; one lies with the
#: department that handles it; one waits for the statement of the one complained about.
ENDED, HANDLED, WAITING = COMPLAINTS = ("hrss-2026-00001", "hrss-2026-00002", "hrss-2026-00003")
APPLICATION = "fuxin-2026-00001"
#: Words of the cases, by what they are.
IDENTITY = {"甲身份甲", "00000000017", "11111111111111111X", "甲住址甲"}
CONTENT = {"甲事项甲", "甲诉求甲"}
EVIDENCE = {"甲证据甲", "甲证据正文甲"}
REQUEST = {"甲要求甲"}
ORDER = {"甲责令甲", "甲补救甲"}
STATEMENT = {"甲说明甲", "甲说明材料甲", "甲说明正文甲", "甲改正甲"}
HANDLING = {"甲意见甲", "甲核查甲", "甲结果甲"}
FINDING = {"甲事实甲", "甲责任甲", "甲核实甲", "甲回复甲"}
OPINION = {"甲处理甲"}
NOTES = {"甲备注甲"}
CASE = CONTENT | EVIDENCE | REQUEST | ORDER | STATEMENT | HANDLING | FINDING | OPINION | NOTES
#: Who learns what of the complaints.
LEARNS: dict[str | None, set[str]] = {
    "hrss.complaint-office": IDENTITY | CASE,
    # Complained about: what is asked of him now, and what he himself answered.
    "hrss.official": REQUEST | STATEMENT,
    # Has an interest: of the one he took down, the step he did; of neither, anything else.
    "hrss.complaint-office-2": NOTES,
    # Handle it: what it is about, not whose it is.
    "hrss.social-insurance": CONTENT | HANDLING,
    "hrss.social-insurance-head": CONTENT | HANDLING,
    # Have no part in it.
    "hrss.employment": set(),
    "hrss.employment-head": set(),
    "hrss.bureau-leader": set(),
    # Read the ledger of honours.
    "hrss.party-group": OPINION,
    "hrss.discipline": OPINION,
    # Watch over it, without knowing whose it is.
    "hrss.auditor": CASE,
    "hrss.process-admin": CASE,
    # Another organisation, whatever one is there.
    "fuxin.window": set(),
    "fuxin.process-admin": set(),
    "fuxin.auditor": set(),
    None: set(),
}
#: The words of the application, and who learns which.
APPLICANT = {"乙身份乙", "00000000018", "乙受托乙"}
MATTER = {"乙审查乙", "乙材料乙", "乙材料正文乙", "乙清单乙", "乙清单正文乙"}
LEARNS_OF_APPLICATION: dict[str | None, set[str]] = {
    "fuxin.window": APPLICANT | MATTER,
    "fuxin.window-2": APPLICANT | MATTER,
    "fuxin.handler": APPLICANT | MATTER,
    "fuxin.handler-elderly-care": APPLICANT | MATTER,
    "fuxin.approval-office": MATTER,
    "fuxin.bureau-leader": MATTER,
    "fuxin.auditor": MATTER,
    "fuxin.process-admin": MATTER,
    "hrss.complaint-office": set(),
    "hrss.auditor": set(),
    "hrss.process-admin": set(),
    None: set(),
}
STRANGERS = [
    *((person, case) for person in ("fuxin.window", "fuxin.auditor") for case in (WAITING, ENDED)),
    ("fuxin.process-admin", WAITING),
    ("hrss.complaint-office", APPLICATION),
    ("hrss.process-admin", APPLICATION),
]


def learnt(rounds: Rounds, person: str | None, numbers: tuple[str, ...], words: set[str]) -> set[str]:
    """The words that occur in anything a person is answered."""
    addresses = [address for number in numbers for address in rounds.case_addresses(number)]
    # Searched for by a part of them, so that what was typed in is not taken for an answer.
    addresses += rounds.list_addresses(*numbers, *(word[:-1] for word in sorted(words & OPINION)))
    found: set[str] = set()
    for address in addresses:
        answer = rounds.ask(person, address)
        assert answer.status_code < 500, address
        text = said(answer)
        found |= {word for word in words if word in text}
    return found


@pytest.mark.parametrize("person", LEARNS)
def test_of_a_complaint_everybody_learns_what_is_theirs_to_know(rounds: Rounds, person: str | None) -> None:
    assert learnt(rounds, person, COMPLAINTS, IDENTITY | CASE) == LEARNS[person]


@pytest.mark.parametrize("person", LEARNS_OF_APPLICATION)
def test_of_an_application_everybody_learns_what_is_theirs_to_know(
    rounds: Rounds, person: str | None
) -> None:
    found = learnt(rounds, person, (APPLICATION,), APPLICANT | MATTER)
    assert found == LEARNS_OF_APPLICATION[person]


@pytest.mark.parametrize(("person", "case"), STRANGERS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_for_another_organisation_there_is_no_such_case(
    rounds: Rounds, person: str, case: str, method: str
) -> None:
    body = {"reason": "试", "data": {"a": 1}}
    for address in rounds.case_addresses(case, method):
        options = {"json": body} if method != "GET" and address.startswith("/api/") else {}
        assert rounds.ask(person, address, method, **options).status_code in (404, 422), address


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("case", [WAITING, APPLICATION])
def test_nobody_signed_in_is_answered_about_a_case(rounds: Rounds, case: str, method: str) -> None:
    for address in rounds.case_addresses(case, method):
        answer = rounds.ask(None, address, method)
        assert answer.status_code in (302, 401), address
        assert answer.status_code == 401 or answer.headers["Location"].startswith("/sign-in")


def state(rounds: Rounds) -> list[object]:
    with rounds.engine.connect() as connection:
        rows = connection.execute(select(tasks)).all()
        held = [(row.case_id, row.number, row.assignee, row.status) for row in rows]
        return [*held, connection.execute(select(func.count()).select_from(events)).scalar_one()]


#: What is sent to an address of a task, by its last word, so that nothing but the person is at fault.
SAID = {
    "complete": {"data": {"情况说明": "代写"}},
    "hand-over": {"to": "hrss.complaint-office", "reason": "试"},
    "lend": {"to": "hrss.complaint-office", "reason": "试"},
    "decline": {"reason": "试"},
    "countersign": {"to": ["hrss.complaint-office"], "reason": "试"},
    "add-signer": {"to": "hrss.complaint-office", "reason": "试"},
    "sign": {"agrees": "yes"},
    "call-off": {"reason": "试"},
    "send-back": {"step": "register", "reason": "试"},
}


@pytest.mark.parametrize(
    "person",
    [p for p in LEARNS if p not in ("hrss.complaint-office", "hrss.official", None)],
)
def test_nobody_else_takes_releases_or_does_a_task_of_a_complaint(rounds: Rounds, person: str) -> None:
    before = state(rounds)
    for case in (WAITING, ENDED):
        for address in rounds.case_addresses(case, "POST"):
            # Whoever watches over the office may urge, and everybody put aside what they had begun to write
            # themselves: that is no hand in the work.
            if "/tasks/" not in address or address.endswith(("/urge", "/discard", "/fetch-back")):
                continue
            said = SAID.get(address.rsplit("/", 1)[1], {})
            options = {"json": said} if address.startswith("/api/") else {"data": said}
            answer = rounds.ask(person, address, "POST", **options)
            assert answer.status_code in (403, 404, 409), address
    assert state(rounds) == before


def test_whoever_has_an_interest_finds_nothing_in_the_inbox_and_the_lists(rounds: Rounds) -> None:
    person = "hrss.complaint-office-2"
    for address in ("/?box=mine", "/?box=units", "/api/v1/tasks?box=units", "/api/v1/cases"):
        assert WAITING not in said(rounds.ask(person, address)), address
    assert rounds.ask(person, f"/cases/{ENDED}").status_code == 403
    assert rounds.ask(person, f"/cases/{ENDED}/receipt").status_code == 403
    assert rounds.ask("hrss.complaint-office", f"/cases/{ENDED}").status_code == 200


def test_in_the_register_the_line_of_a_case_with_an_interest_is_only_a_number(rounds: Rounds) -> None:
    office = said(rounds.ask("hrss.complaint-office", "/registers/complaints"))
    recused = said(rounds.ask("hrss.complaint-office-2", "/registers/complaints"))
    assert "2026-投诉-0001" in office
    assert "2026-投诉-0001" not in recused
    assert WAITING in recused
    nothing = said(rounds.ask("hrss.complaint-office-2", "/registers/complaints?q=2026-投诉-0001"))
    assert WAITING not in nothing


def test_the_title_of_a_complaint_says_nothing_of_it(rounds: Rounds) -> None:
    titles = rounds.column(cases, "title")
    assert not any(word in title for title in titles for word in IDENTITY | CASE)


# --- visits at the counter ---------------------------------------------------------------------------------

#: Of a visit that led to the complaint that waits, and of one that was passed to a department.
VISITOR = {"丙身份丙", "00000000016", "22222222222222222X"}
VISITED = {"丙所问丙"}
GUEST = {"丁身份丁", "00000000015"}
GUESTED = {"丁所问丁", "丁告知丁"}
LEARNS_OF_VISITS: dict[str | None, set[str]] = {
    "hrss.complaint-office": VISITOR | VISITED | GUEST | GUESTED,
    # Has an interest in the complaint: of that visit, its number alone.
    "hrss.complaint-office-2": GUEST | GUESTED,
    # Are to get in touch with whoever was passed to them.
    "hrss.social-insurance": GUEST | GUESTED,
    "hrss.social-insurance-head": GUEST | GUESTED,
    # Belongs to that department; of the complaint about himself he learns nothing by the visit.
    "hrss.official": GUEST | GUESTED,
    # Watch over it, without knowing who it was.
    "hrss.auditor": VISITED | GUESTED,
    "hrss.process-admin": VISITED | GUESTED,
    "hrss.employment": set(),
    "hrss.bureau-leader": set(),
    "hrss.party-group": set(),
    "fuxin.window": set(),
    "fuxin.auditor": set(),
    "fuxin.process-admin": set(),
    None: set(),
}


@pytest.fixture(scope="module")
def visits(rounds: Rounds) -> list[str]:
    """Numbers of the two visits."""
    led = {"name": "丙身份丙", "phone": "00000000016", "identity": "22222222222222222X", "asked": "丙所问丙"}
    passed = {"name": "丁身份丁", "phone": "00000000015", "asked": "丁所问丁", "said": "丁告知丁"}
    where = {"decision": "unit", "unit": "social-insurance", "place": "201室"}
    found = []
    for body in (led | {"decision": "own"}, passed | where):
        answer = rounds.ask("hrss.complaint-office", "/api/v1/visits", "POST", json=body)
        assert answer.status_code == 201, answer.text
        found.append(answer.json["number"])
    case_id = rounds.column(cases, "id", number=WAITING)[0]
    with transaction(rounds.engine) as connection:
        note_case(connection, visit_row(connection, found[0], organisation="hrss"), case_id)
    return found


def told_of_visits(rounds: Rounds, person: str | None, numbers: list[str]) -> str:
    """Everything a person is answered about visits, by pages and programs, asked for or searched."""
    addresses = ["/counter/visits", "/counter/passed", "/counter/passed?all=yes"]
    addresses += ["/api/v1/visits", "/api/v1/visits?passed=true"]
    for number in numbers:
        page = f"/counter/visits/{number}"
        addresses += [page, f"{page}/slip", f"{page}/case", f"/api/v1/visits/{number}"]
    answers = [("", rounds.ask(person, address)) for address in addresses]
    for word in sorted(VISITOR | GUEST | VISITED):
        sought = {"q": word, "everyday": "yes" if word not in VISITED else ""}
        answers.append((word, rounds.ask(person, "/counter/visits", "POST", data=sought)))
        for name in ("phone", "name", "identity"):
            answers.append(("", rounds.ask(person, "/counter/lookup", "POST", data={name: word})))
            answers.append(("", rounds.ask(person, "/api/v1/visits/lookup", "POST", json={name: word})))
    assert all(answer.status_code < 500 for _, answer in answers)
    # What was typed in stands in its field again: that is no answer.
    return "".join(said(answer).replace(f'value="{word}"', "") for word, answer in answers)


@pytest.mark.parametrize("person", LEARNS_OF_VISITS)
def test_of_visits_everybody_learns_what_is_theirs_to_know(
    rounds: Rounds, visits: list[str], person: str | None
) -> None:
    told = told_of_visits(rounds, person, visits)
    words = VISITOR | VISITED | GUEST | GUESTED
    assert {word for word in words if word in told} == LEARNS_OF_VISITS[person]


def test_of_a_visit_with_an_interest_only_the_number_is_listed(rounds: Rounds, visits: list[str]) -> None:
    person = "hrss.complaint-office-2"
    assert visits[0] in said(rounds.ask(person, "/counter/visits"))
    assert WAITING not in told_of_visits(rounds, person, visits)
    for word in VISITOR | VISITED:
        answer = rounds.ask(person, "/counter/visits", "POST", data={"q": word})
        assert visits[0] not in said(answer)
    assert rounds.ask(person, f"/counter/visits/{visits[0]}/slip").status_code == 403


def test_the_letter_about_a_visit_says_nothing_of_it(rounds: Rounds, visits: list[str]) -> None:
    letters = "".join(rounds.column(outbox, "body"))
    assert visits[1] in letters
    assert not any(word in letters for word in VISITOR | VISITED | GUEST | GUESTED)


# --- the public page ---------------------------------------------------------------------------------------


def receipt_page(rounds: Rounds, person: str | None, number: str) -> str:
    """Everything the holder of a receipt can open, documents included."""
    case_id = rounds.column(cases, "id", number=number)[0]
    code = rounds.column(receipts, "code", case_id=case_id)[0]
    client = rounds.client(person)
    shown = client.post("/public", data={"number": number, "code": code}, follow_redirects=True)
    assert shown.status_code == 200
    text = said(shown)
    for identifier in range(1, 60):
        for address in (f"/public/case/notices/{identifier}", f"/public/case/documents/{identifier}"):
            text += said(client.get(address))
    return text


@pytest.mark.parametrize("person", [None, "hrss.official", "fuxin.window"])
def test_with_the_receipt_an_applicant_sees_the_case_and_the_papers_addressed_to_them(
    rounds: Rounds, person: str | None
) -> None:
    """Signed in or not, with an account of another organisation or the same: no account adds anything."""
    shown = receipt_page(rounds, person, APPLICATION)
    assert "乙身份乙" in shown
    assert not any(word in shown for word in ("乙审查乙", "乙材料正文乙", "00000000018"))
    complaint = receipt_page(rounds, person, ENDED)
    assert "甲回复甲" in complaint
    hidden = (CASE - {"甲回复甲"} - EVIDENCE) | {"甲证据正文甲", "00000000017", "11111111111111111X"}
    assert not any(word in complaint for word in hidden)


def test_a_receipt_opens_one_case_and_a_wrong_code_none(rounds: Rounds) -> None:
    code = rounds.column(receipts, "code", case_id=rounds.column(cases, "id", number=APPLICATION)[0])[0]
    for person in (None, "hrss.official"):
        answer = rounds.client(person).post("/public", data={"number": WAITING, "code": code})
        assert answer.status_code == 404
        assert not any(word in said(answer) for word in IDENTITY | CASE)
