"""What was typed, put back into a page's form."""

from __future__ import annotations

from services.chassis.web.page_markup import Markup
from services.chassis.web.typed_fields import Told, Typed, with_typed

PAGE = """<!doctype html><html><body><main>
<form method="post" action="/tier/desk/other"><input name="text" value="other"></form>
<form method="post" action="/tier/desk/act"><input type="hidden" name="id" value="1"><input name="text" value=""></form>
<details id="more"><summary>More</summary><div id="sheet" popover>
<form id="two" method="post" action="/tier/desk/act">
<input type="hidden" name="csrf" value="new"><input type="hidden" name="id" value="2">
<input type="hidden" name="seen" value="7"><input id="text" name="text" value="" class="form-control"><br>
<input name="row" value=""><input name="row" value=""><input type="checkbox" name="tick" value="1" checked>
<input type="radio" name="one" value="a" checked><input type="radio" name="one" value="b">
<select name="kind"><option value="x" selected>X</option><option>Y &amp; Z</option></select>
<select name="gone"><option value="x" selected>X</option></select>
<textarea name="long">old</textarea><input type="file" name="file"></form></div></details>
<input form="two" name="outside" value=""><a href="?view=all">All</a>
<form method="post"><button>Go</button></form></main>
<div id="line" role="status"></div></body></html>"""
SENT = [
    ("csrf", "old"), ("id", "2"), ("seen", "6"), ("text", 'a "b" <c>'), ("row", ""), ("row", "second"), ("one", "b"),
    ("kind", "Y & Z"), ("gone", "w"), ("long", "\nline & line"), ("outside", "here"),
]  # fmt: skip
TOLD = Told(
    "<b>No</b>",
    {"text": "too long"},
    '<input type="hidden" name="sent_from" value="/tier/desk/page">',
    "/tier/desk/page?a=1",
)


def given_back(*, afresh: bool = False, path: str = "/tier/desk/act") -> Markup | None:
    text = with_typed(PAGE, Typed(path, SENT, apart={"csrf"}, afresh=afresh), TOLD)
    return Markup(text) if text is not None else None


def field(markup: Markup, name: str, at: int = 0) -> str:
    two = next(tag for tag in markup.tags if tag.get("id") == "two")
    return [tag for tag in markup.tags if tag.get("name") == name and two in tag.around()][at].get("value")


def test_each_field_is_as_it_was_sent() -> None:
    markup = given_back()
    assert markup is not None
    assert field(markup, "text") == 'a "b" <c>'
    assert [field(markup, "row", 0), field(markup, "row", 1)] == ["", "second"]
    chosen = {tag.get("value") or tag.text() for tag in markup.tags if {"checked", "selected"} & set(tag.attributes)}
    assert chosen == {"b", "Y & Z", "x"}, "what is not offered any more changes nothing"
    assert '<textarea name="long">\n\nline &amp; line</textarea>' in markup.page
    assert 'name="outside" value="here"' in markup.page
    assert field(markup, "csrf") == "new"


def test_of_several_forms_to_one_place_it_is_the_one_with_the_same_hidden_fields() -> None:
    markup = given_back()
    assert markup is not None
    assert 'name="id" value="1"><input name="text" value="">' in markup.page
    assert '<input name="text" value="other">' in markup.page


def test_the_form_is_open_and_marked() -> None:
    markup = given_back()
    assert markup is not None
    sheet, more = (next(tag for tag in markup.tags if tag.get("id") == name) for name in ("sheet", "more"))
    assert "popover" not in sheet.attributes
    assert "open" in more.attributes
    assert (
        'class="form-control is-invalid" aria-invalid="true" aria-describedby="text-refused" autofocus' in markup.page
    )
    assert '<p id="text-refused" class="lr-s lr-late">too long</p><br>' in markup.page
    assert '<div id="line" role="status"><b>No</b></div>' in markup.page


def test_what_was_seen_is_told_again_unless_the_page_has_changed_for_the_reader() -> None:
    was, now = given_back(), given_back(afresh=True)
    assert was is not None
    assert now is not None
    assert (field(was, "seen"), field(now, "seen")) == ("6", "7")


def test_the_page_knows_its_place_although_the_browser_is_elsewhere() -> None:
    markup = given_back()
    assert markup is not None
    assert '<a href="/tier/desk/page?view=all">' in markup.page
    assert '<form method="post" action="/tier/desk/page?a=1"><input type="hidden" name="sent_from"' in markup.page
    assert markup.page.count('name="sent_from"') == 4


def test_a_page_without_such_a_form_gives_nothing_back() -> None:
    assert given_back(path="/tier/desk/gone") is None
