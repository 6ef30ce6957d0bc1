from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, insert

from workflows.cases.receipts import find_receipt, issue_receipt, receipt_of
from workflows.database import transaction
from workflows.history import GENESIS
from workflows.tables import cases, definitions, organisations, register_entries, versions

AT = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
NUMBER = "登记〔2026〕1号"


def two_offices(engine: Engine) -> list[int]:
    """A case in each of two offices, both entered in a register under the same number."""
    found = []
    with transaction(engine) as connection:
        for slug in ("t", "u"):
            connection.execute(insert(organisations).values(slug=slug, name=slug))
            made = insert(definitions).values(key=f"{slug}.x", organisation=slug, name="x")
            definition = connection.execute(made).inserted_primary_key[0]
            made = insert(versions).values(
                definition_id=definition,
                status="published",
                content_hash="",
                bundle=b"",
                calls="{}",
                author="",
                created_at=AT,
            )
            version = connection.execute(made).inserted_primary_key[0]
            made = insert(cases).values(
                number=f"{slug}-2026-00001",
                organisation=slug,
                definition_id=definition,
                version_id=version,
                status="open",
                seq=0,
                head=GENESIS,
                data="{}",
                opened_at=AT,
                opened_by="li.si",
            )
            case_id = connection.execute(made).inserted_primary_key[0]
            connection.execute(
                insert(register_entries).values(
                    organisation=slug,
                    register="book",
                    number=NUMBER,
                    entered_at=AT,
                    entry="{}",
                    case_id=case_id,
                    seq=1,
                )
            )
            found.append(case_id)
    return found


def test_a_register_number_of_two_offices_means_the_case_whose_code_it_is(engine: Engine) -> None:
    case_ids = two_offices(engine)
    with transaction(engine) as connection:
        given = [issue_receipt(connection, case_id, by="li.si", at=AT) for case_id in case_ids]
        for receipt in given:
            assert find_receipt(connection, number=NUMBER, code=receipt.shown_code) == receipt
        assert find_receipt(connection, number="t-2026-00001", code=given[1].code) is None


def test_a_new_receipt_replaces_the_old_one(engine: Engine) -> None:
    case_id = two_offices(engine)[0]
    with transaction(engine) as connection:
        old = issue_receipt(connection, case_id, by="li.si", at=AT)
        new = issue_receipt(connection, case_id, by="li.si", at=AT)
        assert receipt_of(connection, case_id) == new
        assert find_receipt(connection, number=NUMBER, code=old.code) is None


def test_without_a_receipt_no_code_opens_a_case(engine: Engine) -> None:
    case_id = two_offices(engine)[0]
    with transaction(engine) as connection:
        assert receipt_of(connection, case_id) is None
        for code in ("", "........", "AAAAAAAA"):
            assert find_receipt(connection, number=NUMBER, code=code) is None
