"""JSON that people send: no deeper and no longer in its numbers than anything that is meant."""

from __future__ import annotations

import json
import re

from services.chassis.errors import Invalid

MAX_DEPTH = 50
MAX_DIGITS = 100
# A string (one that never ends too), a bracket, or a number that is too long. Nothing here is ever looked at twice.
_PART = re.compile(rf'"(?:[^"\\]++|\\.)*+"?|[\[\]{{}}]|[-+.\deE]{{{MAX_DIGITS + 1},}}+', re.DOTALL)


def check_json(content: bytes | str, field: str = "body") -> None:
    """Raises Invalid for JSON that is nested deeper, or has a longer number, than a reader may be asked to take."""
    try:
        text = content if isinstance(content, str) else content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        return  # whoever parses it says so
    depth = 0
    for part in _PART.finditer(text):
        first = text[part.start()]
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Invalid(f"It is nested deeper than {MAX_DEPTH} levels", field=field)
        elif first in "]}":
            depth -= 1
        elif first != '"':
            raise Invalid(f"It has a number of more than {MAX_DIGITS} digits", field=field)


def string_map(text: str, field: str) -> dict[str, str]:
    """A JSON object of strings, as a field of a form. Raises Invalid."""
    check_json(text, field)
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Invalid(f"The {field} is not a JSON object: {error}", field=field) from None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise Invalid(f"The {field} must be an object of field names and column names", field=field)
    return given
