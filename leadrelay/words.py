"""Collects what people are shown into one catalogue for each language, `services/chassis/web/locale/*/leadrelay.po`.

    python -m leadrelay.words             collects, and lists what has no translation yet
    python -m leadrelay.words --check     says whether anything is missing, and writes nothing

What is collected: `_()` and `ngettext()` in templates and code, and the sentences of refusals where they are raised.
These are in a context of their own, and a value in an f-string becomes a place with a name: `{offer.state}` is
`%(state)s`. There are no line numbers and no dates in the file, so it changes only when words do; a sentence that has
changed is untranslated until somebody has seen it, never guessed.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from services.chassis.sentences import VALUES
from services.chassis.web.formats import DEFAULT_LANGUAGE, LOCALES
from services.chassis.web.words import LEAST_SHAPE, PLACE, REFUSAL, VALUE, catalogue_file

ROOT = Path(__file__).resolve().parent.parent
# For whoever writes pages, in development: it stays English.
_LEFT_OUT = "components_page.j2"
_PAGE_WORDS = {"_": 1, "gettext": 1, "ngettext": 2}
_REFUSALS = {
    "Invalid", "NotFound", "Conflict", "Forbidden", "Unauthorized", "PreconditionFailed", "PreconditionRequired",
    "TooSlow", "TooLarge", "Unsupported", "Unavailable", "ValueError", "TypedNumberError", "FileRefusedError",
    "NotEnoughError", "NotMergeableError", "CellNumberError", "NoCallingDayError", "AmbiguousNumberError", "said",
}  # fmt: skip
"""What is raised with a sentence for people, and `said`, which marks one that is raised from elsewhere."""
# What is wrong in a form or a file is raised here; elsewhere a ValueError is for programmers.
_JUDGES = {"domain", "schemas", "desk", "contacts", "business_time.py", "currencies.py", "meanings.py", "imports"}
# What is late, why, and what is safe to do; what an act of operators changes; what became of a row of a file: whatever
# is written in these files is told.
_TELLING = re.compile(
    r"services/(chassis/lateness|\w+/domain/(late|late_outcomes|failures)"
    r"|\w+/actions/(operator_acts|restarts)|lead_gen/domain/(import_rows|import_country|matching))\.py"
)
# Where `str.format` fills in a sentence that is marked by `said`.
_FILLED = re.compile(r"\{(\w*)\}")
_TEMPLATE_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}


class Words(NamedTuple):
    """One thing that is said: in English, with a plural perhaps, and where."""

    text: str
    plural: str | None
    place: str
    context: str | None = None


def words_of_sources(root: Path = ROOT) -> Iterator[Words]:
    """Everything that people are shown, file by file."""
    for folder in ("services", "leadrelay"):
        for file in sorted((root / folder).rglob("*")):
            place = file.relative_to(root).as_posix()
            if file.suffix == ".j2" and file.name != _LEFT_OUT:
                yield from words_of_template(file, place)
            elif file.suffix == ".py":
                yield from words_of_code(file.read_text(encoding="utf-8"), place)
    yield from (Words(value, None, "services/chassis/sentences.py", VALUE) for value in VALUES)


def words_of_template(file: Path, place: str) -> Iterator[Words]:
    """The words of a page."""
    with file.open("rb") as source:
        for _line, _name, found, _notes in babel_extract(source, list(_PAGE_WORDS), [], _TEMPLATE_OPTIONS):
            text, plural = (found[0], found[1]) if isinstance(found, tuple) else (found, None)
            if text:
                yield Words(text, plural, place)


def words_of_code(source: str, place: str) -> Iterator[Words]:
    """What code says on pages, and the sentences with which it refuses, in the order of the file."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    judges = bool(_JUDGES & set(place.split("/")))
    refuses = place.startswith("services/")
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = _called(call.func)
        texts = [_sentence(given) for given in call.args]
        if name in _PAGE_WORDS and texts[0]:
            yield Words(texts[0], texts[1] if _PAGE_WORDS[name] == 2 else None, place)
        elif (refuses or name == "said") and name in _REFUSALS and (judges or name != "ValueError"):
            # A single word is a code.
            yield from (Words(text, None, place, REFUSAL) for text in _said(call, name) if " " in text)
    if _TELLING.fullmatch(place):
        yield from (Words(text, None, place, REFUSAL) for text in _told(tree))


def _told(tree: ast.Module) -> Iterator[str]:
    """The sentences of a file that says nothing else: no docstrings, no SQL, no names."""
    parts = {id(part) for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for part in text.values}
    parts |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts |= {id(given.value) for node in ast.walk(tree) if isinstance(node, ast.Call) for given in node.keywords}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in parts:
            text = _sentence(node) or ""
            if re.match(r"(?!SELECT)[^\s\\]+ [^\n\\]*$", text) and len(PLACE.sub("", text).strip()) >= LEAST_SHAPE:
                yield text


def _called(func: ast.expr) -> str:
    """What is called by its plain name; `words_for(request)("...")` and `asked.words("...")` are `_("...")`."""
    if isinstance(func, ast.Call) and isinstance(func.func, ast.Name):
        return "_" if func.func.id == "words_for" else ""
    if isinstance(func, ast.Attribute):
        return {"words": "_", "said": "said"}.get(func.attr, "")
    return func.id if isinstance(func, ast.Name) else ""


def _said(call: ast.Call, name: str) -> Iterator[str]:
    """The sentence of a refusal; both, where one of two is said."""
    given = call.args[0]
    for choice in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
        text = _sentence(choice) or ""
        yield _FILLED.sub(_place_of, text) if name == "said" else text


def _place_of(found: re.Match[str]) -> str:
    return f"%({found[1] or 'value'})s"


def _sentence(node: ast.expr) -> str | None:
    """The text of a literal; values in it as places with names, no two of them alike."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts: list[str] = []
    names: list[str] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            name = _name(part.value)
            names.append(name)
            parts.append(f"%({name}{names.count(name) if names.count(name) > 1 else ''})s")
        else:
            parts.append(str(part.value) if isinstance(part, ast.Constant) else "")
    text = "".join(parts)
    return text if re.search(r"[A-Za-z]{2}", re.sub(r"%\(\w+\)s", "", text)) else None


def _name(value: ast.expr) -> str:
    """What a value is called: `offer.state` is `state`, and what is made of something is called like that."""
    match value:
        case (
            ast.Call(func=ast.Attribute(value=ast.Constant()), args=[given, *_])
            | ast.Call(func=ast.Name(), args=[given, *_])
        ):
            return _name(given)
        case ast.Call(func=func):
            return _name(func.value if isinstance(func, ast.Attribute) else func)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name.strip("_").lower()
    return next((_name(part) for part in ast.walk(value) if isinstance(part, ast.Attribute | ast.Name)), "value")


def collected(language: str, root: Path = ROOT) -> Catalog:
    """The catalogue of a language as it should be now: every sentence of the sources, with the translation it has."""
    known = read_catalogue(language)
    fresh = Catalog(locale=LOCALES[language].partition("_")[0])
    for words in words_of_sources(root):
        key = (words.text, words.plural) if words.plural else words.text
        if fresh.get(words.text, words.context) is None or words.plural:
            before = known.get(words.text, words.context)
            same = before is not None and before.pluralizable == bool(words.plural) and "fuzzy" not in before.flags
            fresh.add(key, before.string if same and before else None, context=words.context)
        message = fresh.get(words.text, words.context)
        assert message is not None  # noqa: S101 - it was added above
        message.locations = sorted({*message.locations, (words.place, 0)})
    return fresh


def read_catalogue(language: str) -> Catalog:
    """The catalogue as it lies in the sources; an empty one before the first time."""
    file = catalogue_file(language)
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as source:
        return read_po(source, locale=language)


def as_text(catalogue: Catalog) -> str:
    """The file's text: by place, without what changes by itself."""
    out = io.BytesIO()
    write_po(out, catalogue, width=0, omit_header=True, sort_by_file=True, include_lineno=False)
    head = (
        f"# The words of the pages, by `make words`. Only the lines `msgstr` are written by people.\n"
        f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale_identifier}\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return head + out.getvalue().decode().strip() + "\n"


def untranslated(catalogue: Catalog) -> list[Message]:
    """What has no translation, or not for every number."""
    return [
        message
        for message in catalogue
        if message.id and not (all(message.string) if isinstance(message.string, list | tuple) else message.string)
    ]


def main() -> int:
    """See the module's docstring. Returns 1 if something is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    asked = parser.parse_args()
    wrong = 0
    for language in LOCALES.keys() - {DEFAULT_LANGUAGE}:
        catalogue = collected(language)
        file, text = catalogue_file(language), as_text(catalogue)
        missing = untranslated(catalogue)
        for message in missing:
            place = message.locations[0][0] if message.locations else ""
            print(f"{place}: {message.id if isinstance(message.id, str) else message.id[0]}")
        is_new = not file.exists() or file.read_text(encoding="utf-8") != text
        if is_new and not asked.check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        wrong += len(missing) + (is_new and asked.check)
        print(f"{language}: {len(list(catalogue)) - 1} sentences, {len(missing)} without a translation")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
