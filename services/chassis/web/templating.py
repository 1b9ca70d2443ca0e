"""Jinja2 as the pages use it: each set of macros is made once for a page, however many of its parts import it.

`{% import "components.j2" as c with context %}` runs the whole file, so that its macros see what the page knows. A page
of twenty parts did that forty times, which took most of its time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping
from types import CodeType
from typing import Any

from jinja2 import BaseLoader, BytecodeCache, Environment, Template, meta, nodes, pass_context
from jinja2.bccache import Bucket
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from services.chassis.sentences import one_stop

MODULES = "made_modules"
"""The name by which a page knows the macros that were made for it: give it an empty dict."""
_ABSENT = object()
# How the code that Jinja makes of a template looks up a name from outside.
_LOOKED_UP = re.compile(r"\bresolve\('(\w+)'\)")


def filled_in(gettext: Callable[[str], str]) -> Callable[..., Markup]:
    """`_` of a page: its values are escaped, and a name that ends with a full stop brings no second one."""

    def said(sentence: str, /, **values: Any) -> Markup:
        return Markup(one_stop(gettext(sentence), values)) % values  # noqa: S704 - a sentence of ours, values escaped

    return said


def counted_in(ngettext: Callable[[str, str, int], str], written: Callable[[int], str] = str) -> Callable[..., Markup]:
    """`ngettext` of a page, likewise; it knows the number as `num`, `written` as the reader writes it."""

    def said(one: str, many: str, number: int, /, **values: Any) -> Markup:
        known = {"num": written(number), **values}
        return Markup(one_stop(ngettext(one, many, number), known)) % known  # noqa: S704 - as above

    return said


def told_on_pages(told: Callable[[str], str]) -> Callable[[Context, str], str]:
    """The filter for a sentence that was made elsewhere: the page's words, the reader's form of sums and times."""

    @pass_context
    def said(context: Context, sentence: str) -> str:
        written: str = context["fmt"].written(told(sentence))
        return written

    return said


class PageTemplate(Template):
    """A template that is run anew only for a page that knows something else by the names it asks for."""

    environment: PageEnvironment

    def make_module(
        self, vars: dict[str, Any] | None = None, shared: bool = False, locals: Mapping[str, Any] | None = None
    ) -> TemplateModule:
        """Its macros, for what is known where it is imported."""
        known = {**(vars or {}), **(locals or {})}
        made: dict[str | None, list[tuple[list[Any], TemplateModule]]] | None = known.get(MODULES)
        names = self.environment.asks_for(self.name)
        if made is None or names is None:
            return super().make_module(vars, shared, locals)
        seen = [known.get(name, _ABSENT) for name in names]
        before = made.setdefault(self.name, [])
        for values, module in before:
            if all(one is other for one, other in zip(values, seen, strict=True)):
                return module
        module = super().make_module(vars, shared, locals)
        before.append((seen, module))
        return module


class CompiledOnce(BytecodeCache):
    """The code of templates, for every environment of the process that has the same."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of this very text, if it is known."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of this text."""
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


class PageEnvironment(Environment):
    """Templates that do not change while the program runs."""

    template_class = PageTemplate

    def __init__(self, loader: BaseLoader, **options: Any) -> None:
        super().__init__(loader=loader, auto_reload=False, cache_size=-1, **options)
        self._texts = loader
        self._names: dict[str, tuple[str, ...] | None] = {}
        self._parsed: dict[str, tuple[set[str], set[str | None]]] = {}

    def knows_as(self, other: PageEnvironment) -> None:
        """The templates are those of `other`, and ask for the same names."""
        self._names = other._names

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain dict: Jinja's chain of two is copied for every part of a page, slowly."""
        return {**self.globals, **(d or {})}

    def asks_for(self, template: str | None) -> tuple[str, ...] | None:
        """The names that a template, and what it imports or includes, looks up; None if that cannot be told."""
        if template is None:
            return None
        if template not in self._names:
            self._names[template] = self._asked(template)
        return self._names[template]

    def _asked(self, template: str) -> tuple[str, ...] | None:
        names: set[str] = set()
        waiting, known = [template], {template}
        while waiting:
            own, others = self.own_and_others(waiting.pop())
            names |= own
            if None in others:
                return None
            waiting += [other for other in others - known if other is not None]
            known |= {other for other in others if other is not None}
        return tuple(sorted(names))

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        """As inherited; what a template asks for is read off on the way, which would take as long once more."""
        others = set(meta.find_referenced_templates(source))
        code = super()._generate(source, name, filename, defer_init)
        if name is not None:
            self._parsed[name] = set(_LOOKED_UP.findall(code)) - self.globals.keys(), others
        return code

    def own_and_others(self, template: str) -> tuple[set[str], set[str | None]]:
        """The names that one template looks up by itself, and the templates it names; read once, for all that ask."""
        if template not in self._parsed:
            syntax = self.parse(self._texts.get_source(self, template)[0])
            found = meta.find_undeclared_variables(syntax), set(meta.find_referenced_templates(syntax))
            self._parsed[template] = found
        return self._parsed[template]
