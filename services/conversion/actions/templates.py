"""Mail templates and the files that go with them."""

from __future__ import annotations

from collections.abc import Collection

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.edits import hold
from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.mail import Attachment
from services.chassis.meanwhile import published_meanwhile
from services.conversion.actions.deals import policy_of
from services.conversion.actions.kinds import TEMPLATE
from services.conversion.actions.teams import deal_seen
from services.conversion.domain.mail_fields import MAIL_FIELDS, values_of
from services.conversion.domain.templates import EXAMPLE, Rendered, Template
from services.conversion.repository import managers, templates
from services.conversion.schemas.templates import NewTemplate

LARGEST_FILE = 2 << 20
_FILE_TYPES = ("application/pdf", "image/png", "image/jpeg")
_MOST_FILES = 5


async def save_template(conn: Connection, new: NewTemplate, who: Principal, *, seen: int | None = None) -> Template:
    """Write the next version of a template in its language. `seen` is the version that a form was drawn with.

    Raises Conflict (`changed_meanwhile`).
    """
    if seen is not None:
        await hold(conn, TEMPLATE, new.name)
        for latest in await templates.versions(conn, new.name, new.language, 1):
            if seen != latest.version:
                raise await published_meanwhile(conn, latest.created_by, latest.version)
    return await templates.add(conn, new.name, new.language, new.subject, new.body, who.person)


async def versions_of(conn: Connection, name: str) -> list[Template]:
    """The newest version in each language. Raises NotFound."""
    found = [one for one in await templates.newest(conn, 100, (name, "")) if one.name == name]
    if not found:
        raise NotFound(f"there is no template {name}")
    return found


async def put_file(conn: Connection, name: str, file: Attachment, who: Principal) -> None:
    """Attach a file to every mail of a template; the same name again replaces it.

    Raises NotFound, Invalid on `file` for its type or size, Conflict `too_many`.
    """
    await versions_of(conn, name)
    if file.media_type not in _FILE_TYPES:
        raise Invalid(f"must be one of {', '.join(_FILE_TYPES)}", field="file")
    if len(file.content) > LARGEST_FILE:
        raise Invalid("is larger than 2 MB", field="file")
    known = {pack.name for pack in await templates.pack(conn, name)}
    if len(known) >= _MOST_FILES and file.name not in known:
        raise Conflict(f"a template has {_MOST_FILES} files at most", code="too_many")
    await templates.put_file(conn, name, file, who.person)


async def remove_file(conn: Connection, name: str, file: str) -> None:
    """Take a file away from a template. Raises NotFound."""
    if not await templates.remove_file(conn, name, file):
        raise NotFound(f"there is no file {file}")


async def preview_template(
    conn: Connection,
    name: str,
    deal_id: str | None,
    language: str | None,
    who: Principal,
    without: Collection[str] = (),
) -> Rendered:
    """A template as a deal's lead would read it, or with an example's fields; `without` some of them, to see both.

    Raises NotFound, Invalid on `without`.
    """
    if unknown := [field for field in without if field not in MAIL_FIELDS.names]:
        raise Invalid(f"there is no field {unknown[0][:50]}; there are {', '.join(MAIL_FIELDS.names)}", field="without")
    deal = await deal_seen(conn, deal_id, who) if deal_id else None
    wished = language or (deal.contact.language if deal else "en")
    template = await templates.for_language(conn, name, [wished, "en"])
    if template is None:
        raise NotFound(f"there is no template {name}")
    values = EXAMPLE
    if deal is not None:
        owner = await managers.find(conn, deal.owner or "")
        values = values_of(deal, owner.name if owner else "", await policy_of(conn, deal))
    values = {field: None if field in without else value for field, value in values.items()}
    return Rendered(
        language=template.language,
        version=template.version,
        subject=MAIL_FIELDS.fill(template.subject, values),
        body=MAIL_FIELDS.fill(template.body, values),
        missing=MAIL_FIELDS.unknown(f"{template.subject}\n{template.body}", values),
    )
