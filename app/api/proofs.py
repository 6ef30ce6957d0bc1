"""Proof of a case: its chain of events, and that the diagram really does what they say."""

from __future__ import annotations

from typing import Any

from app.api.describing import noun, operation
from app.api.looking import check_watcher, readable
from app.api.shapes import Shape, flag, many, text, whole
from app.installation import installation
from workflows.database import reading
from workflows.verification import verify

blueprint = noun("proofs", "Proof that the record was not altered and that the recorded path is real.")


class DivergenceShape(Shape):
    """Where the record and its re-execution part ways."""

    seq = whole("Number of the event.", 2)
    what = text("The part of it, or the table, that differs.", "steps")


class ProofShape(Shape):
    """Outcome of a verification."""

    case = text("Number of the case.", "office-2026-00001")
    proven = flag("Whether chain and re-execution agree with the record in everything.")
    events = whole("Events that were checked.", 7)
    divergences = many(DivergenceShape)


@operation(blueprint, "GET", "/cases/<case_number>/proof", name="verifyCase", refuses=(403, 404))
@blueprint.response(200, ProofShape)
def shown(case_number: str) -> dict[str, Any]:
    """Verify a case; for auditors and process administrators."""
    with reading(installation().engine) as connection:
        case = readable(connection, case_number)
        check_watcher(case_number)
        verdict = verify(connection, case.id)
    return {
        "case": verdict.number,
        "proven": verdict.proven,
        "events": verdict.events,
        "divergences": [{"seq": one.seq, "what": one.what} for one in verdict.divergences],
    }
