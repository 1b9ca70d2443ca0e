"""The mails an installation begins with read well in every language, whatever is not known of the lead."""

from __future__ import annotations

import itertools
import re

import pytest

from services.conversion.domain.mail_fields import MAIL_FIELDS
from services.conversion.domain.templates import EXAMPLE
from services.conversion.seed_texts import PLAYBOOKS, TEMPLATES

_GLUED = re.compile(r"\w(Olena|Anna|Wind|Leadrelay)")
_UNNATURAL = re.compile(
    r"  | [,.!?:;)]|\(\s*\)|[,:;–—-][,.!?]|[–—-]\n|\n{3}|[{}|]|^[\W\n]|\b(для|у|for|of|If) [,.!?\n]"
)


@pytest.mark.parametrize(
    ("name", "language"), [(name, language) for name, words in TEMPLATES.items() for language in words]
)
def test_a_seed_mail_reads_well_whatever_is_not_known(name: str, language: str) -> None:
    subject, body = TEMPLATES[name][language]
    named = [field for field in MAIL_FIELDS.names if field in subject + body]
    for count in range(len(named) + 1):
        for absent in itertools.combinations(named, count):
            values = {field: None if field in absent else value for field, value in EXAMPLE.items()}
            said = MAIL_FIELDS.fill(subject, values), MAIL_FIELDS.fill(body, values)
            for text in said:
                assert not _UNNATURAL.search(text) and not _GLUED.search(text), (absent, text)
            greeting = said[1].partition("\n")[0]
            olena = "" if "contact_name" in absent else ", Olena Koval" if language == "uk" else " Olena Koval"
            assert greeting == (f"Добрий день{olena}!" if language == "uk" else f"Good day{olena},")
            signed = [EXAMPLE[field] for field in ("manager", "seller") if field not in absent]
            assert said[1].rstrip("\n").split("\n")[-1 - len(signed) :] == [
                "З повагою" if language == "uk" else "With kind regards",
                *signed,
            ]


def test_seed_texts_name_nothing_unknown() -> None:
    for words in TEMPLATES.values():
        for subject, body in words.values():
            assert [*MAIL_FIELDS.faults(subject), *MAIL_FIELDS.faults(body)] == []
    for playbook in PLAYBOOKS.values():
        steps = [*playbook.main, *playbook.positive, *playbook.negative]
        assert all("{" not in (step.text or "") for step in steps)
