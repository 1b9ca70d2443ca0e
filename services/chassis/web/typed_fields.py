"""What somebody typed, put into a page's form: every field as it was sent, and what is wrong beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlsplit

from services.chassis.web.page_markup import Edits, Markup, Tag

_FIELDS: Final = frozenset({"input", "textarea", "select"})
_TICKED: Final = frozenset({"checkbox", "radio"})
_UNTOUCHED: Final = frozenset({"file", "password", "submit", "button", "image", "reset"})


@dataclass(frozen=True)
class Typed:
    """A form as it was sent to `path`: its fields in their order, and what was wrong with which.

    `apart` are fields that say nothing of what was typed. With `afresh`, hidden fields are those of the page as it is
    now: whoever was told that somebody else was first has seen what they send it on top of.
    """

    path: str
    fields: Sequence[tuple[str, str]]
    apart: Collection[str] = ()
    afresh: bool = False

    def values(self, name: str) -> list[str]:
        """All that was sent under this name."""
        return [value for key, value in self.fields if key == name]


@dataclass(frozen=True)
class Told:
    """What is said of it, as markup: a line for the page, a note for each field, and a field for every form."""

    line: str
    notes: Mapping[str, str]
    field: str
    page: str
    """The path and query of the page, for what points to the page it stands on."""


def with_typed(page: str, typed: Typed, told: Told) -> str | None:
    """The page with its form as it was sent, open and marked; none if the page has no such form."""
    markup = Markup(page)
    form = _form_of(markup, typed)
    if form is None:
        return None
    edits, fields = Edits(), _fields_of(markup, form)
    _fill_in(edits, markup, fields, typed)
    _mark(edits, fields, told.notes)
    for around in form.around():
        if "popover" in around.attributes:
            edits.change(around, without=("popover",))
        if around.name == "details":
            edits.change(around, {"open": None})
    _stay(edits, markup, told)
    return edits.made(page)


def _form_of(markup: Markup, typed: Typed) -> Tag | None:
    """The form that was sent: it goes there, and of several the one whose hidden fields and names fit best."""
    forms = [tag for tag in markup.tags if tag.name == "form" and tag.get("method").lower() == "post"]
    fitting = [(_fit(_fields_of(markup, form), typed), form) for form in forms if _goes_to(markup, form, typed.path)]
    best = max((fit for fit, _ in fitting), default=0)
    return next((form for fit, form in fitting if fit == best), None) if best else None


def _goes_to(markup: Markup, form: Tag, path: str) -> bool:
    buttons = [tag for tag in _of_form(markup, form) if tag.name == "button" and "formaction" in tag.attributes]
    return path in {urlsplit(form.get("action")).path, *(urlsplit(one.get("formaction")).path for one in buttons)}


def _of_form(markup: Markup, form: Tag) -> list[Tag]:
    name = form.get("id")
    return [
        tag for tag in markup.tags
        if (tag.get("form") == name if "form" in tag.attributes else form in tag.around())
    ]  # fmt: skip


def _fields_of(markup: Markup, form: Tag) -> list[Tag]:
    return [
        tag for tag in _of_form(markup, form)
        if tag.name in _FIELDS and tag.get("name") and "disabled" not in tag.attributes
    ]  # fmt: skip


def _fit(fields: Sequence[Tag], typed: Typed) -> int:
    """How much of it is the form's: a hidden field of the same value says more than a field of the same name."""
    names = {name for name, _ in typed.fields if name not in typed.apart}
    shown = {tag.get("name") for tag in fields} & names
    same = [tag for tag in fields if tag.get("type") == "hidden" and tag.get("value") in typed.values(tag.get("name"))]
    return len(shown) + 100 * len([tag for tag in same if tag.get("name") not in typed.apart])


def _fill_in(edits: Edits, markup: Markup, fields: Sequence[Tag], typed: Typed) -> None:
    left = {name: typed.values(name) for name, _ in typed.fields if name not in typed.apart}
    for tag in fields:
        name, kind = tag.get("name"), tag.get("type").lower()
        if name in typed.apart or kind in _UNTOUCHED or (kind == "hidden" and typed.afresh):
            continue
        if kind in _TICKED:
            _tick(edits, tag, "checked", chosen=(tag.get("value") or "on") in typed.values(name))
        elif tag.name == "select":
            options = [one for one in markup.tags if one.name == "option" and tag in one.around()]
            _choose(edits, options, left.get(name, []), several="multiple" in tag.attributes)
        elif left.get(name):
            _write(edits, tag, left[name].pop(0))


def _choose(edits: Edits, options: Sequence[Tag], left: list[str], *, several: bool) -> None:
    chosen = set(left) if several else {left.pop(0)} if left else set()
    values = [one.get("value") if "value" in one.attributes else one.text() for one in options]
    if not chosen <= set(values):  # it is not offered any more
        return
    for one, value in zip(options, values, strict=True):
        _tick(edits, one, "selected", chosen=value in chosen)


def _tick(edits: Edits, tag: Tag, attribute: str, *, chosen: bool) -> None:
    edits.change(tag, {attribute: None} if chosen else {}, () if chosen else (attribute,))


def _write(edits: Edits, tag: Tag, text: str) -> None:
    if tag.name == "textarea":
        # A browser drops the first line break of a text area.
        edits.put(tag.ends, tag.closes, f"\n{escape(text)}")
    else:
        edits.change(tag, {"value": text})


def _mark(edits: Edits, fields: Sequence[Tag], notes: Mapping[str, str]) -> None:
    """A note behind the first field of each name; the first of all has the focus."""
    marked: set[str] = set()
    for tag in fields:
        name = tag.get("name")
        if name not in notes or name in marked or tag.get("type") == "hidden":
            continue
        says = f"{tag.get('id') or name}-refused"
        changes: dict[str, str | None] = {"aria-invalid": "true", "aria-describedby": says}
        changes["class"] = f"{tag.get('class')} is-invalid".strip()
        edits.change(tag, changes if marked else {**changes, "autofocus": None})
        edits.put(tag.after(), tag.after(), f'<p id="{escape(says)}" class="lr-s lr-late">{notes[name]}</p>')
        marked.add(name)


def _stay(edits: Edits, markup: Markup, told: Told) -> None:
    """The page says what was refused, and knows its own place, though the browser is where the form was sent to."""
    for tag in markup.tags:
        if tag.get("id") == "line":
            edits.put(tag.ends, tag.closes, told.line)
        if tag.name == "form" and tag.get("method").lower() == "post":
            edits.put(tag.ends, tag.ends, told.field)
        for name in ("href", "action"):
            if tag.get(name).startswith("?"):
                edits.change(tag, {name: f"{urlsplit(told.page).path}{tag.get(name)}"})
        if tag.name == "form" and not tag.get("action"):
            edits.change(tag, {"action": told.page})
