"""A query names what its route knows, and nothing else: a filter that is misspelt would find everybody."""

from __future__ import annotations

import inspect
from collections.abc import Collection

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from services.chassis.http.paging import Page

_OF_LISTS = frozenset({"limit", "after"})
_FEW = 5
"""Refused parameters that are named at once."""


def known_parameters(route: APIRoute) -> frozenset[str]:
    """The parameters that a route and all it depends on read from the query; of a list, also those of every list.

    A list that is always whole needs neither `limit` nor `after`, and whoever walks through lists need not know that.
    """
    fields = get_flat_params(route.dependant)
    found = frozenset(field.alias for field in fields if isinstance(field.field_info, params.Query))
    is_list = inspect.isclass(route.response_model) and issubclass(route.response_model, Page)
    return found | _OF_LISTS if is_list else found


def check_query(request: Request, known: Collection[str]) -> None:
    """Raise RequestValidationError, which is a 422, for parameters that this route does not know."""
    if not (unknown := [name for name in request.query_params if name not in known]):
        return
    reason = f"unknown parameter; this address takes {', '.join(sorted(known)) or 'none'}"
    raise RequestValidationError([_refusal(name, reason) for name in unknown[:_FEW]])


def _refusal(name: str, reason: str) -> dict[str, object]:
    return {"type": "unknown_parameter", "loc": ("query", name), "msg": reason}
