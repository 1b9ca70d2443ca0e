"""Templates: escaped, strict, in the reader's language; components that say their state in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from jinja2 import UndefinedError

from services.chassis.web.formats import initials
from services.chassis.web.pages import Pages, Reader, content_policy
from services.chassis.web.places import local_path
from services.chassis.web.static import FOLDER, Assets
from services.chassis.web.words import choose_language
from tests.unit.architecture.source import ROOT

READER = Reader("en", "Europe/Kyiv", None)
TEMPLATES = ROOT / "services/chassis/web/templates"


@pytest.fixture
def pages() -> Pages:
    return Pages(Assets(), tier="lead_gen")


def component(pages: Pages, call: str, **context: object) -> str:
    """One component, as a page would write it."""
    environment = pages._environments["en"]
    source = '{% import "components.j2" as c with context %}' + call
    shared = {"asset": Assets().url, "fmt": READER.formats(), "csrf": "t0ken", **context}
    return environment.from_string(source).render(shared).strip()


def test_what_people_wrote_is_never_markup(pages: Pages) -> None:
    assert component(pages, "{{ c.status('ok', name) }}", name="<script>").count("<script>") == 0
    assert "&lt;script&gt;" in component(pages, "{{ c.button(name) }}", name="<script>")
    # Nor does it end an attribute.
    assert 'onx="' not in component(pages, "{{ c.field('note', 'Note', name) }}", name='" onx="')


def test_a_name_that_is_not_there_is_an_error(pages: Pages) -> None:
    with pytest.raises(UndefinedError):
        component(pages, "{{ nobody }}")


@pytest.mark.parametrize("kind", ["ok", "due", "late", "stuck", "waits", "missing", "info"])
def test_a_state_has_a_shape_and_a_word(pages: Pages, kind: str) -> None:
    shown = component(pages, "{{ c.status(kind, 'In words') }}", kind=kind)
    assert "#i-" in shown
    assert "In words" in shown


def test_every_icon_of_the_templates_is_in_the_sprite() -> None:
    known = set((ROOT / "services/chassis/web/assets/icons.txt").read_text(encoding="utf-8").split())
    named = re.compile(r"""(?:icon(?:_name)?(?:\(|=)|\("(?:ok|due|late|info)?", )["']([a-z-]+)["']""")
    used = {name for path in ROOT.glob("services/**/*.j2") for name in named.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 10
    assert used - known == set()


def test_a_key_is_told_to_screen_readers_and_shown(pages: Pages) -> None:
    shown = component(pages, "{{ c.button('Step back', key='⌫') }}")
    assert 'aria-keyshortcuts="Backspace"' in shown
    assert ">⌫</kbd>" in shown


def test_an_error_belongs_to_its_field(pages: Pages) -> None:
    shown = component(pages, "{{ c.field('phone', 'Phone', '12', error='is too short') }}")
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="phone-says"' in shown
    assert re.search(r'id="phone-says"[^>]*>.*is too short', shown)


def test_a_countdown_carries_its_absolute_end(pages: Pages) -> None:
    until = datetime.now(UTC) + timedelta(minutes=5)
    assert f'data-until="{READER.formats().iso(until)}"' in component(
        pages, "{{ c.countdown(at, 'Yours for') }}", at=until
    )


def test_no_template_carries_a_script_a_style_or_a_handler() -> None:
    """The policy of the pages would stop them."""
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son(?!e=)[a-z]+=|javascript:|\|\s*safe\b")
    found = {str(path): inline.findall(path.read_text(encoding="utf-8")) for path in ROOT.glob("services/**/*.j2")}
    assert found
    assert {path: hits for path, hits in found.items() if hits} == {}


def test_the_policy_names_no_other_origin_but_the_issuer_for_signing_out() -> None:
    assert "http" not in content_policy(None)
    assert "unsafe" not in content_policy(None)
    assert "form-action 'self' https://id.example;" in content_policy("https://id.example/realms/house")


def test_the_language_is_chosen_else_the_best_one_we_speak() -> None:
    assert choose_language("en", accepted="uk") == "en"
    assert choose_language(None, "uk", "en", accepted="en") == "uk"
    assert choose_language(None, accepted="de-DE, uk-UA;q=0.9, en-US;q=0.7") == "uk"
    assert choose_language("xx", accepted=";;q=,,") == "en"


@pytest.mark.parametrize(
    "asked", [None, "", "//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\nb", "/" + "a" * 3000]
)
def test_after_signing_in_nobody_is_sent_to_another_site(asked: str | None) -> None:
    assert local_path(asked) == "/"


def test_after_signing_in_the_page_comes_that_was_asked_for() -> None:
    assert local_path("/lead-gen/desk/?lead=1") == "/lead-gen/desk/?lead=1"


def test_without_built_assets_pages_still_come() -> None:
    assert Assets(FOLDER.with_name("nothing here")).url("desk.js") == "/static/desk.js"


@pytest.mark.parametrize(
    ("name", "letters"), [("Marta Hnatiuk", "MH"), ("caller-olia", "CO"), ("Софія М.", "СМ"), ("ops", "O"), ("—", "?")]
)
def test_somebody_in_two_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_worth_leaves_the_cents_out() -> None:
    assert READER.formats().worth("41300.40", "UAH") == "₴\N{NO-BREAK SPACE}41,300"
    assert READER.formats().worth("9800", "EUR") == "€\N{NO-BREAK SPACE}9,800"


def test_what_asks_once_works_without_a_script(pages: Pages) -> None:
    shown = component(pages, "{% call c.confirm('Lost', 'The deal ends.', key='X') %}<form></form>{% endcall %}")
    assert '<summary class="btn" data-key="X"' in shown
    assert "The deal ends." in shown


def test_hours_that_are_closed_cannot_be_chosen(pages: Pages) -> None:
    days = [("Fri 27", [("a", "10", "closed"), ("b", "11", "open")])]
    shown = component(pages, "{{ c.hours('at', 'Hours', days, 'b') }}", days=days)
    assert re.search(r'value="a"[^>]* disabled', shown)
    assert re.search(r'value="b"[^>]* checked', shown)
