"""One reference of a bank on several transfers: none is lost, and none is booked twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.bank.arrivals import Earlier, Register, Verdict, arrivals
from services.account_mgmt.domain.bank.transfers import Transfer

ONE = Transfer(1, "DE1", date(2026, 11, 20), Decimal(150), "EUR", payer_iban="DE02", reference="DUP1")
ANOTHER_DAY = replace(ONE, booked_on=date(2026, 11, 21))
ANOTHER_SUM = replace(ONE, amount=Decimal(151))
ANOTHER = replace(ANOTHER_SUM, booked_on=date(2026, 11, 21))
SOMEBODY = replace(ONE, payer_iban="DE03")
TRANSFERS = st.lists(st.sampled_from([ONE, ANOTHER_DAY, ANOTHER_SUM, ANOTHER, SOMEBODY, replace(ONE, reference="X")]))


def judged(now: list[Transfer], before: list[Transfer]) -> list[Verdict]:
    rows = arrivals(now)
    register = Register(rows)
    written = [Earlier.model_validate({name: getattr(one, name) for name in Earlier.model_fields}) for one in before]
    of = [[one for one in written if one.reference == row.transfer.reference] for row in rows]
    return [register.judge(row, earlier) for row, earlier in zip(rows, of, strict=True)]


@given(TRANSFERS)
def test_all_of_a_first_file_are_new_and_all_are_known_when_it_comes_again(rows: list[Transfer]) -> None:
    assert set(judged(rows, [])) <= {"new"}
    assert set(judged(rows, rows)) <= {"known"}


@given(TRANSFERS, TRANSFERS)
def test_whatever_is_more_than_what_came_before_is_never_taken_as_known(
    more: list[Transfer], rows: list[Transfer]
) -> None:
    verdicts = judged(rows + more, rows)
    assert sum(one != "known" for one in verdicts) == len(more)


@given(TRANSFERS)
def test_every_transfer_has_a_key_of_its_own(rows: list[Transfer]) -> None:
    found = arrivals(rows)
    assert len({row.key for row in found}) == len({row.spare for row in found}) == len(rows)


def test_a_reference_that_comes_again_with_one_thing_changed_is_for_a_person() -> None:
    for changed in (ANOTHER_DAY, ANOTHER_SUM, SOMEBODY):
        assert judged([changed], [ONE]) == ["doubtful"]


def test_a_bank_that_counts_anew_every_day_is_understood() -> None:
    assert judged([ANOTHER], [ONE]) == ["new"]


def test_a_file_that_holds_the_earlier_one_too_shows_that_they_are_two() -> None:
    assert judged([ONE, ANOTHER_SUM], [ONE]) == ["known", "new"]


def test_a_payer_whom_one_of_the_files_does_not_name_is_the_same() -> None:
    assert judged([replace(ONE, payer_iban="")], [ONE]) == ["known"]
