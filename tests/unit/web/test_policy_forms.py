"""Policies as forms: every field has words, what a form shows it also reads, and mistakes stand where they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from services.account_mgmt.desk import policy_words as words_3
from services.account_mgmt.domain import policy as tier_3
from services.chassis.web.formats import Formats, locale_of, zone_of
from services.chassis.web.policy_forms.faults import Faults, faults_of
from services.chassis.web.policy_forms.fields import Drawing, Field
from services.chassis.web.policy_forms.lengths import apart, together
from services.chassis.web.policy_forms.reading import NUMBER, THERE, UNIT, read
from services.chassis.web.policy_forms.saying import Saying
from services.chassis.web.policy_forms.shapes import Group, Leaf, Many, Shape, Table, shapes_of
from services.chassis.web.policy_forms.words import Sections, Words, in_language, words_at
from services.conversion.desk import policy_words as words_2
from services.conversion.domain import policy as tier_2
from services.lead_gen.desk import policy_words as words_1
from services.lead_gen.domain import policy as tier_1

NOW = datetime(2026, 11, 27, 12, 8, tzinfo=UTC)
TIERS = [(tier_1, words_1), (tier_2, words_2), (tier_3, words_3)]
each_tier = pytest.mark.parametrize(("policy", "words"), TIERS, ids=["lead_gen", "conversion", "account_mgmt"])


def _same(text: str) -> str:
    return text


def paths(shape: Shape, path: str) -> Iterator[tuple[str, Shape]]:
    """Every path that needs words, with what stands there."""
    yield path, shape
    match shape:
        case Group():
            for part, one in shape.parts.items():
                yield from paths(one, f"{path}.{part}")
        case Many() | Table() if not isinstance(shape.item, Leaf):
            yield from (pair for pair in paths(shape.item, path) if pair[0] != path)
        case _:
            pass


def wordless(path: str, shape: Shape, words: Words | None) -> str | None:
    """What is lacking for people to understand a field; none if they can."""
    if words is None:
        return f"{path} has no words"
    if not words.label or words.label == path.rpartition(".")[2] or "_" in words.label:
        return f"{path} has no label"
    if not words.help.endswith("."):
        return f"{path} has no sentence that helps"
    leaf = shape.item if isinstance(shape, Table | Many) else shape
    if isinstance(leaf, Leaf) and leaf.kind in ("whole", "number") and words.look not in ("share", "ticked"):
        return None if words.unit or words.key else f"{path} has no unit"
    keys = shape.keys if isinstance(shape, Table) else ()
    chosen = (
        leaf.choices
        if isinstance(leaf, Leaf)
        else leaf.item.choices
        if isinstance(leaf, Many) and isinstance(leaf.item, Leaf)
        else ()
    )
    if nameless := [one for one in (*keys, *chosen) if one not in words.names]:
        return f"{path} has no words for {nameless}"
    if isinstance(shape, Table) and not (shape.keys or words.rows or words.key):
        return f"{path}: what do its rows go by?"
    return f"{path}: what is a row called?" if isinstance(shape, Many) and not (words.row or words.look) else None


@each_tier
def test_every_field_of_a_policy_has_a_label_help_and_a_unit_in_words(policy: ModuleType, words: ModuleType) -> None:
    known = words_at(words.SECTIONS)
    needed = {path: shape for name, shape in shapes_of(policy.Policy).items() for path, shape in paths(shape, name)}
    assert [lack for path, shape in needed.items() if (lack := wordless(path, shape, known.get(path)))] == []
    assert known.keys() - needed.keys() == set()


def sent(fields: Sequence[Field]) -> list[tuple[str, str | UploadFile]]:
    """What a browser sends of these fields as they are drawn."""
    found: list[tuple[str, str | UploadFile]] = []
    for one in fields:
        match one.kind:
            case "length":
                found += [(f"{one.name}.{NUMBER}", one.value), (f"{one.name}.{UNIT}", one.unit)]
            case "ticked":
                found += [(one.name, value) for value in one.ticked]
            case "yes":
                found += [(one.name, "1")] if one.value else []
            case "group" | "many" | "table" | "named" | "pair":
                found += [(f"{one.name}.{THERE}", "1")] if one.kind == "group" and one.value else []
                found += sent(one.fields)
            case _:
                found.append((one.name, one.value))
    return found


def form_of(
    policy: BaseModel, sections: Sections, **changed: str
) -> tuple[dict[str, Shape], dict[str, Words], FormData]:
    shapes, words = shapes_of(type(policy)), words_at(sections)
    names = [name for section in sections for name in section.top]
    pairs = sent(Drawing(words).draw(shapes, policy.model_dump(), names))
    typed = {name: changed.pop(name) for name, _ in pairs if name in changed}
    return shapes, words, FormData([*((name, typed.get(name, value)) for name, value in pairs), *changed.items()])


@each_tier
@pytest.mark.parametrize("preset", ["standard", "demo"])
def test_a_form_that_is_sent_as_it_is_drawn_changes_nothing(policy: ModuleType, words: ModuleType, preset: str) -> None:
    before: BaseModel = policy.PRESETS[preset]
    shapes, known, form = form_of(before, words.SECTIONS)
    typed = read(shapes, known, form)
    assert type(before).model_validate(typed.fields) == before
    # And so does one that is drawn again with what was sent.
    again = Drawing(known, typed=form).draw(shapes, before.model_dump(), list(shapes))
    assert type(before).model_validate(read(shapes, known, FormData(sent(again))).fields) == before


def faults(policy: BaseModel, sections: Sections, **changed: str) -> Faults:
    shapes, words, form = form_of(policy, sections, **changed)
    typed = read(shapes, words, form)
    with pytest.raises(ValidationError) as refused:
        type(policy).model_validate(typed.fields)
    return faults_of(refused.value, typed, words, _same)


def test_each_mistake_stands_at_its_field() -> None:
    found = faults(
        tier_1.STANDARD, words_1.SECTIONS,
        **{"max_attempts": "many", "gaps.1.number": "400", "gaps.1.unit": "day", "closes": "08:00", "window": ""},
    )  # fmt: skip
    assert found.other == []
    assert found.at == {
        "max_attempts": "This is a whole number, such as 3.",
        "gaps.1.number": "Must be between 0.001 seconds and 365 days.",
        "closes": "Must be later than opens, 09:00.",
        "window": "This is needed.",
    }


def test_a_mistake_of_several_fields_stands_at_one_of_them_by_its_label() -> None:
    found = faults(tier_3.STANDARD, words_3.SECTIONS, **{"shortest_interval.number": "900"})
    assert found.at == {"shortest_interval.number": "“Shortest rhythm” is longer than “Longest rhythm”."}
    found = faults(tier_2.STANDARD, words_2.SECTIONS, **{"commission.closed": "1", "discount_limit.manager": "40"})
    assert found.at.keys() == {"commission", "discount_limit"}


def test_what_is_left_empty_is_not_there() -> None:
    shapes, words, form = form_of(
        tier_2.STANDARD, words_2.SECTIONS, **{"loss_reasons.0.key": "", "loss_reasons.0.value.text": ""}
    )
    fields = dict(form.multi_items()) | {"loss_reasons.0.value.rest.number": "", "stale_after.offer.number": ""}
    typed = read(shapes, words, FormData(fields))
    assert len(typed.fields["loss_reasons"]) == len(tier_2.STANDARD.loss_reasons) - 1
    assert "offer" not in typed.fields["stale_after"]
    assert typed.fields["overflow_owner"] is None


def test_rows_that_go_by_the_same_name_are_told() -> None:
    shapes, words, form = form_of(tier_2.STANDARD, words_2.SECTIONS, **{"loss_reasons.1.key": "price"})
    assert read(shapes, words, form).twice == ["loss_reasons.1.key"]


@pytest.mark.parametrize(
    ("length", "number", "unit"),
    [(timedelta(minutes=45), "45", "minute"), (timedelta(hours=36), "36", "hour"), (timedelta(days=14), "14", "day"),
     (timedelta(seconds=1.5), "1.5", "second"), (timedelta(0), "0", "minute")],
)  # fmt: skip
def test_a_length_is_written_in_the_largest_unit_that_divides_it(length: timedelta, number: str, unit: str) -> None:
    assert apart(length) == (number, unit)
    assert together(number, unit) == length


def test_what_is_no_length_is_left_to_the_check() -> None:
    assert together("soon", "day") == "soon"
    assert together("1" * 400, "week") == "1" * 400
    assert together("2,5", "hour") == timedelta(minutes=150)


def test_a_length_in_a_unit_that_nobody_knows_is_left_to_the_check() -> None:
    assert together("3", "fortnight") == "3"


def saying(policy: Any, sections: Sections) -> Saying:
    words: Mapping[str, Words] = words_at(in_language(sections, _same))
    return Saying(shapes_of(policy), words, Formats(locale_of("en"), zone_of("Europe/Kyiv"), NOW), _same)


def test_a_difference_says_what_was_and_what_becomes() -> None:
    before = tier_2.STANDARD.model_dump()
    reasons = {**before["loss_reasons"], "too_far": {"text": "too far away", "rest": None}}
    del reasons["price"]
    after = {**before, "max_offers": 5, "loss_reasons": reasons, "commission": {**before["commission"], "closed": 6}}
    names = [name for section in words_2.SECTIONS for name in section.top]
    found = {
        one.labels: (one.was, one.now) for one in saying(tier_2.Policy, words_2.SECTIONS).changes(before, after, names)
    }
    assert found == {
        ("Managers asked",): ("3\N{NO-BREAK SPACE}managers", "5\N{NO-BREAK SPACE}managers"),
        ("Reasons for losing a deal", "too expensive", "Reason"): ("too expensive", None),
        ("Reasons for losing a deal", "too expensive", "Sleeps for"): ("90 days", None),
        ("Reasons for losing a deal", "too far away", "Reason"): (None, "too far away"),
        ("Reasons for losing a deal", "too far away", "Sleeps for"): (None, "lost for good"),
        ("Rates", "For the sale"): ("5%", "6%"),
    }
