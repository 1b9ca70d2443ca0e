"""Pages: whatever people are called, every letter of it is shown, or honestly not."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from services.chassis.typesetting import set_page, showable

SHOWN = [
    "Łódź źrebię ćma — Ґудзик, їжак’", "深圳市物流有限公司", "東京株式会社", "서울 물류", "شركة النقل", "חברת הובלה",
    "บริษัท", "हिन्दी", "ქართული", "Հայերեն", "😀🚚👨\u200d👩\u200d👧🇺🇦", "№ ₴ € ₿ ✓ → ≥ ①",
]  # fmt: skip
PAGE = """#let data = json(bytes(sys.inputs.data))
#set text(font: data.fonts)
#data.text"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    template = tmp_path / "page.typ"
    template.write_text(PAGE)
    return template


@pytest.mark.parametrize("text", SHOWN)
def test_every_script_that_customers_write_in_has_its_letters(page: Path, text: str) -> None:
    assert showable(text) == text
    # An archived page is refused if one letter of it has no glyph.
    assert set_page(page, {"text": text}, datetime(2026, 5, 4, tzinfo=UTC), archive=True)


@pytest.mark.parametrize("text", ["a\x00b", "a\x07b", "a\ue000b", "a\u1820b", "a\U00012000b", "a\ud800b"])
def test_what_no_font_can_show_is_a_question_mark_and_never_a_box(page: Path, text: str) -> None:
    assert showable(text) == "a?b"
    pdf = set_page(page, {"text": text}, datetime(2026, 5, 4, tzinfo=UTC), archive=True)
    assert "a?b" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_pages_set_at_once_are_the_same_page(page: Path) -> None:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    with ThreadPoolExecutor(4) as threads:
        pages = set(threads.map(lambda text: set_page(page, {"text": text}, at), ["漢字 Ґ 😀"] * 8))
    assert len(pages) == 1
