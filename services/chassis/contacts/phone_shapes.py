"""Plain numbers of one country, read by the country's own patterns many times faster than by the general parser.

The patterns and their use follow phonenumbers' metadata and its `parse` and `is_valid_number`; whatever is not plain
(extensions, vanity letters, other scripts, shared calling codes) is left to the library. A property test holds the
two to the same answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import phonenumbers
from phonenumbers import PhoneMetadata

_DROP = str.maketrans("", "", " ().-")
_TYPES = (
    "mobile",
    "fixed_line",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)


@dataclass(frozen=True)
class Shapes:
    """One country's calling code, and the one pattern of its plain numbers; its group is the national number."""

    code: str
    plain: re.Pattern[str]

    def read(self, text: str) -> str | None:
        """E.164 of a plain, valid number of this country; None when only the library can tell."""
        found = self.plain.fullmatch(text.translate(_DROP))
        return f"+{self.code}{found[1]}" if found else None


@cache
def shapes_of(region: str) -> Shapes | None:
    """The shapes of a region; None where its calling code is shared or its trunk prefix has exceptions."""
    metadata: Any = PhoneMetadata.metadata_for_region(region)
    if metadata is None or len(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[metadata.country_code]) != 1:
        return None
    trunk = metadata.national_prefix or ""
    if metadata.national_prefix_transform_rule or (metadata.national_prefix_for_parsing or "") != trunk:
        return None
    general = metadata.general_desc
    code, any_shape = metadata.country_code, general.national_number_pattern
    # The library takes a calling or trunk prefix off only if the number is none with it.
    is_national = rf"(?!(?:{any_shape})$)"
    prefixes = [rf"\+{code}", rf"(?>{metadata.international_prefix or '(?!)'}){code}"]
    dials_out = rf"(?!{metadata.international_prefix or '(?!)'})"
    prefixes += [rf"{dials_out}{is_national}{prefix}" for prefix in (str(code), trunk) if prefix]
    # A trunk prefix behind the calling code and the like is rare and full of exceptions.
    plain = rf"(?:{'|'.join(prefixes)})(?!0|{trunk or '0'})((?=(?:{any_shape})$)(?:{_kinds(metadata)}))"
    return Shapes(str(code), re.compile(plain))


def _kinds(metadata: Any) -> str:
    """The pattern of a number of any kind: the shape and one of the lengths of its kind."""
    kinds = []
    for kind in _TYPES:
        description = getattr(metadata, kind)
        if description is not None and description.national_number_pattern:
            sizes = set(description.possible_length or metadata.general_desc.possible_length)
            for size in sorted(sizes & set(metadata.general_desc.possible_length)):
                kinds.append(rf"(?=\d{{{size}}}$)(?:{description.national_number_pattern})")
    return "|".join(kinds) or "(?!)"
