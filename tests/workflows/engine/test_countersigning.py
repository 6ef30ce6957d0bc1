"""A regulation itself may demand signatures: a step that several people do, all or as many as it says."""

from __future__ import annotations

import pytest

from tests import drafting as d
from tests.office import LI_SI, WANG_WU, ZHANG_SAN, Case, Office, ended
from workflows.cases import NotPermitted

SIGNERS = {"zhang.san": ZHANG_SAN, "li.si": LI_SI, "wang.wu": WANG_WU}


def signed(office: Office, until: str = "") -> Case:
    """Each of the signers says yes or no, all at the same time, and a gateway asks whether nobody said no."""
    loop = d.each("signers", item="signer", collect="ok", into="answers", until=until)
    office.publish(
        d.diagram(
            "t.signed",
            d.start(),
            d.user("sign", candidates="person(signer)", form="facts", loop=loop),
            d.exclusive("agreed", default="agreed-refused"),
            d.end("granted", outcome="准予"),
            d.end("refused", outcome="不予"),
            *d.path("start", "sign", "agreed", "refused"),
            d.flow("agreed", "granted", "every answer in answers satisfies answer = true"),
            properties={"input.signers": "签署人"},
        )
    )
    return office.start("t.signed", signers=list(SIGNERS))


def test_everybody_signs_before_the_case_goes_on(office: Office) -> None:
    case = signed(office)
    assert case.open() == ["sign", "sign", "sign"]
    with pytest.raises(NotPermitted):
        case.do("sign", by=LI_SI, ok=True)
    case.do("sign", by=LI_SI, which=1, ok=True)
    case.do("sign", by=ZHANG_SAN, ok=True)
    assert case.open() == ["sign"]
    case.do("sign", by=WANG_WU, ok=True)
    assert (ended(case), case.outcome) == (True, "准予")


@pytest.mark.parametrize(("answer", "outcome"), [(True, "准予"), (False, "不予")])
def test_one_signature_is_enough_and_the_others_are_asked_no_more(
    office: Office, *, answer: bool, outcome: str
) -> None:
    case = signed(office, until="numberOfCompletedInstances >= 1")
    case.do("sign", by=LI_SI, which=1, ok=answer)
    assert (ended(case), case.outcome) == (True, outcome)
    assert [task.status for task in case.tasks(None)] == ["cancelled", "completed", "cancelled"]


def test_one_who_refuses_settles_it(office: Office) -> None:
    case = signed(office, until="not(ok)")
    case.do("sign", by=ZHANG_SAN, ok=True)
    assert case.open() == ["sign", "sign"]
    case.do("sign", by=LI_SI, ok=False)
    assert (ended(case), case.outcome) == (True, "不予")
