"""Legal entities: what documents say of who sells, and the numbers of their series."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Form, Path, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.entity_pages import read_entities, read_entity_page
from services.account_mgmt.actions.legal_entities import add_legal_entity, change_legal_entity
from services.account_mgmt.actions.numbers import move_numbers_on
from services.account_mgmt.desk.places import SETTERS, SETTINGS, SUPERVISION, SUPERVISOR
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.schemas.legal_entities import EntityChange, NewEntity
from services.account_mgmt.schemas.numbers import NewStart
from services.chassis.auth import Principal
from services.chassis.contacts.countries import country_of
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors, reason_of
from services.chassis.web.seen import told_of
from services.chassis.web.site import is_lively, words_for

router: APIRouter = page_router("/desk/settings/legal-entities")
HERE = f"{SETTINGS}/legal-entities"
EntityId = Annotated[str, Path(max_length=10)]
Told = TypeVar("Told", NewEntity, EntityChange, NewStart)
_LONG = 1000


class EntityForm(BaseModel):
    """A legal entity as it is typed. `seen` is the tag of what the form was drawn with."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(default="", max_length=_LONG)
    name: str = Field(default="", max_length=_LONG)
    tax_id: str = Field(default="", max_length=_LONG)
    vat_id: str = Field(default="", max_length=_LONG)
    address: str = Field(default="", max_length=_LONG)
    postal_code: str = Field(default="", max_length=_LONG)
    city: str = Field(default="", max_length=_LONG)
    country: str = Field(default="", max_length=_LONG)
    iban: str = Field(default="", max_length=_LONG)
    bic: str = Field(default="", max_length=_LONG)
    bank: str = Field(default="", max_length=_LONG)
    currency: str = Field(default="", max_length=_LONG)
    timezone: str = Field(default="Europe/Kyiv", max_length=_LONG)
    note: str = Field(default="", max_length=_LONG)
    seen: str = Field(default="", max_length=100)

    @classmethod
    def of(cls, entity: LegalEntity, seen: str) -> EntityForm:
        """The form with what is known."""
        return cls.model_validate({**entity.model_dump(mode="json"), "seen": seen})

    def told_new(self) -> NewEntity:
        """The legal entity that is to be added. Raises Invalid with the field."""
        typed = self._typed()
        return _checked(NewEntity, {**typed, "currency": typed["currency"].upper(), "id": typed["id"].upper()})

    def told(self) -> EntityChange:
        """The change that is asked for; neither the id nor the currency can be changed. Raises Invalid."""
        typed = self._typed()
        return _checked(EntityChange, {name: typed[name] for name in EntityChange.model_fields if name in typed})

    def _typed(self) -> dict[str, str]:
        typed = {name: str(text).strip() for name, text in self.model_dump(exclude={"seen"}).items()}
        return {**typed, "country": country_of(typed["country"]) or typed["country"].upper()}


class NumbersForm(BaseModel):
    """From which number a series goes on, and why."""

    model_config = ConfigDict(extra="ignore")

    series: str = Field(default="invoice", max_length=20)
    year: str = Field(default="", max_length=10)
    next_number: str = Field(default="", max_length=20)
    reason: str = Field(default="", max_length=_LONG)

    def told(self) -> NewStart:
        """The same as REST takes it. Raises Invalid with the field."""
        if not self.reason.strip():
            raise Invalid("A few words are needed here", field="reason")
        return _checked(NewStart, {**self.model_dump(), "year": self.year.strip() or None})


@router.get("", dependencies=SUPERVISION)
async def listed(request: Request, conn: Conn, who: Who) -> Response:
    """Everybody who sells."""
    return await _page(request, conn, who, "settings/entities.j2", found=await read_entities(conn))


@router.get("/new", dependencies=SUPERVISOR)
async def empty(request: Request, conn: Conn, who: Who) -> Response:
    """The empty form."""
    return await _page(request, conn, who, "settings/entity.j2", page=None, form=EntityForm())


@router.post("/new", dependencies=SETTERS)
async def add(request: Request, conn: Conn, who: Who, form: Annotated[EntityForm, Form()]) -> Response:
    """One more that sells."""
    try:
        async with conn.transaction():
            entity = await add_legal_entity(conn, form.told_new(), who.person)
    except DomainError as error:
        if is_lively(request):
            raise
        refused = {"errors": field_errors(error), "refused": error, "status": error.status}
        return await _page(request, conn, who, "settings/entity.j2", page=None, form=form, **refused)
    return await _after(request, conn, who, entity.id, words_for(request)("Written down."))


@router.get("/{entity_id}", dependencies=SUPERVISION)
async def one(request: Request, conn: Conn, who: Who, entity_id: EntityId) -> Response:
    """What its documents say, its numbers, and who changed what."""
    return await _show(request, conn, who, entity_id)


@router.post("/{entity_id}", dependencies=SETTERS)
async def save(
    request: Request, conn: Conn, who: Who, entity_id: EntityId, form: Annotated[EntityForm, Form()]
) -> Response:
    """Documents that are issued from now on say so."""
    try:
        async with conn.transaction():
            await change_legal_entity(conn, entity_id, form.told(), who.person, seen=form.seen)
    except DomainError as error:
        if is_lively(request):
            raise
        return await _show(request, conn, who, entity_id, form=told_of(error, form), error=error)
    return await _after(request, conn, who, entity_id, words_for(request)("Written down."))


@router.post("/{entity_id}/active", dependencies=SETTERS)
async def activate(
    request: Request, conn: Conn, who: Who, entity_id: EntityId, active: Annotated[bool, Form()]
) -> Response:
    """It invoices again, or nothing new."""
    await change_legal_entity(conn, entity_id, EntityChange(active=active), who.person)
    return await _after(request, conn, who, entity_id, words_for(request)("Written down."))


@router.post("/{entity_id}/numbers", dependencies=SETTERS)
async def numbers(
    request: Request, conn: Conn, who: Who, entity_id: EntityId, form: Annotated[NumbersForm, Form()]
) -> Response:
    """A series goes on from a number, upwards only."""
    try:
        async with conn.transaction():
            await move_numbers_on(conn, entity_id, form.told(), who.person)
    except DomainError as error:
        if is_lively(request):
            raise
        return await _show(request, conn, who, entity_id, numbers_form=form, error=error)
    return await _after(request, conn, who, entity_id, words_for(request)("The series goes on from there."))


async def _after(request: Request, conn: Connection, who: Principal, entity_id: str, said: str) -> Response:
    show = partial(_show, request, conn, who, entity_id)
    return await web_of(request).after(request, f"{HERE}/{entity_id}", show, said=said)


async def _show(
    request: Request,
    conn: Connection,
    who: Principal,
    entity_id: str,
    *,
    form: EntityForm | None = None,
    numbers_form: NumbersForm | None = None,
    error: DomainError | None = None,
) -> Response:
    page = await read_entity_page(conn, entity_id, datetime.now(UTC))
    shown: dict[str, Any] = {
        "page": page,
        "form": form or EntityForm.of(page.entity, page.seen),
        "numbers_form": numbers_form or NumbersForm(year=str(page.year)),
        "errors": field_errors(error) if error else {},
        "refused": error,
        "status": error.status if error else 200,
    }
    return await _page(request, conn, who, "settings/entity.j2", **shown)


async def _page(request: Request, conn: Connection, who: Principal, template: str, **shown: Any) -> Response:
    bar = await read_bar(conn, who, datetime.now(UTC))
    acts = who.role == "supervisor"
    return web_of(request).pages.answer(request, template, **{"refused": None, "bar": bar, "acts": acts, **shown})


def _checked(body: type[Told], told: dict[str, Any]) -> Told:
    try:
        return body.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(reason_of(dict(first)), field=str(first["loc"][0]) if first["loc"] else None) from None
