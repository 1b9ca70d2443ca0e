"""A page's macros are made once for what they see, and again where they see something else."""

from __future__ import annotations

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment, PackageLoader, meta

from services.chassis.web.templating import MODULES, PageEnvironment

MACROS = "{{ made() or '' }}{% macro line() %}[{{ name }} {{ who }}]{% endmacro %}"
PART = "{% import 'macros' as m with context %}{{ m.line() }}"


def drawn(page: str, **known: object) -> tuple[str, int]:
    """The page, and how often its macros were made."""
    times: list[None] = []
    templates = PageEnvironment(loader=DictLoader({"macros": MACROS, "part": PART, "page": page}))
    text = templates.get_template("page").render({MODULES: {}, "made": lambda: times.append(None), **known})
    return text, len(times)


def test_many_parts_of_a_page_share_the_macros_that_were_made_for_it() -> None:
    page = "{% include 'part' %}{% include 'part' %}{% import 'macros' as m with context %}{{ m.line() }}"
    assert drawn(page, name="Anna", who=1) == ("[Anna 1]" * 3, 1)


def test_macros_are_made_anew_where_a_name_they_ask_for_means_something_else() -> None:
    each = "{% for name in ('Anna', 'Olia', 'Anna') %}{% include 'part' %}{% endfor %}"
    page = each + "{% set who = 2 %}{% include 'part' %}"
    assert drawn(page, name="Ira", who=1) == ("[Anna 1][Olia 1][Anna 1][Ira 2]", 3)


def test_what_an_import_imports_counts_too() -> None:
    outer = "{% import 'macros' as m with context %}{% macro twice() %}{{ m.line() }}{{ m.line() }}{% endmacro %}"
    page = "{% for name in ('a', 'b') %}{% import 'outer' as o with context %}{{ o.twice() }}{% endfor %}"
    loader = DictLoader({"macros": MACROS, "outer": outer, "page": page})
    known = {MODULES: {}, "made": lambda: None, "who": 1, "name": "c"}
    assert PageEnvironment(loader=loader).get_template("page").render(known) == "[a 1][a 1][b 1][b 1]"


def test_a_page_is_never_drawn_with_what_another_page_knew() -> None:
    templates = PageEnvironment(loader=DictLoader({"macros": MACROS, "page": PART}))
    for name in ("Anna", "Olia"):
        known = {MODULES: {}, "made": lambda: None, "name": name, "who": 1}
        assert templates.get_template("page").render(known) == f"[{name} 1]"


@pytest.mark.parametrize("service", ["lead_gen", "conversion", "account_mgmt", "ops"])
def test_what_every_template_asks_for_is_what_jinja_finds_in_it(service: str) -> None:
    loader = ChoiceLoader(
        [PackageLoader(f"services.{service}", "desk/templates"), PackageLoader("services.chassis.web")]
    )
    pages = PageEnvironment(loader=loader, extensions=["jinja2.ext.i18n"])
    plain = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for environment in (pages, plain):
        environment.filters |= {"initials": str, "translated": str}
    for name in pages.list_templates():
        pages.get_template(name)
        syntax = plain.parse(loader.get_source(plain, name)[0])
        found = meta.find_undeclared_variables(syntax), set(meta.find_referenced_templates(syntax))
        assert pages.own_and_others(name) == found, name
