"""Bodies and answers of `/v1/webhooks`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.chassis.http import Body, Id, Model, Moment
from services.chassis.webhooks.deliveries import Delivery, DeliveryState
from services.chassis.webhooks.rows import Webhook, WebhookState

MAX_HOURS = 168
Url = Annotated[
    str,
    StringConstraints(min_length=8, max_length=2000),
    Field(description="`https://` only, outside development; public addresses, and what the house allows."),
]
EventNames = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=60)]],
    Field(min_length=1, max_length=50, description="Types of events; the document's `webhooks` lists them all."),
]
Description = Annotated[str, StringConstraints(max_length=200), Field(description="For colleagues: whose it is.")]


class NewWebhook(Body):
    """Whom to tell of what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://erp.example.com/leadrelay",
                    "events": ["webhook.test"],
                    "description": "The bookkeeping",
                }
            ]
        }
    )
    url: Url
    events: EventNames
    description: Description = ""


class WebhookChange(Body):
    """What is to be different; what is not named stays.

    A `paused` webhook's messages wait. One that was disabled is `active` again by this; what it has missed is sent by
    `replay`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "paused"}]})
    url: Url | None = None
    events: EventNames | None = None
    description: Description | None = None
    state: Literal["active", "paused"] | None = None


class Rotation(Body):
    """How long the secret that there was stays valid beside the new one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"keep_hours": 24}]})
    keep_hours: float = Field(default=24, ge=0, le=MAX_HOURS, description="0: it has leaked, and ends at once.")


class Replay(Body):
    """What to send again: one message, or all since a time that are in one of these states. The ids stay the same."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"since": "2026-03-02T00:00:00Z", "states": ["dead", "skipped"]}]}
    )
    message_id: Id | None = None
    since: Moment | None = None
    states: list[Literal["dead", "skipped", "delivered"]] = Field(["dead", "skipped"], min_length=1, max_length=3)
    after: int | None = Field(default=None, ge=0, lt=1 << 63, description="`next` of the answer before, for the rest.")

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        if (self.message_id is None) == (self.since is None):
            raise ValueError("give either message_id or since")
        return self


class WebhookView(Model):
    """A webhook. Its secret is never shown again.

    `disabled`: it took nothing for five days, or answered 410; `disabled_why` says which. `failing_since`: since then
    its receiver has taken no message. `old_secret_until`: until then messages carry two signatures.
    """

    id: str
    url: str
    description: str
    events: list[str]
    state: WebhookState
    disabled_why: str | None
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_by: str
    created_at: datetime

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """As people and programs see it."""
        return cls.model_validate(webhook.model_dump())


class WebhookWithSecret(WebhookView):
    """A webhook and its secret, shown this once: null when the request is repeated by its Idempotency-Key."""

    secret: str | None

    @classmethod
    def made(cls, webhook: Webhook, secret: str) -> Self:
        """The answer that shows the secret."""
        return cls.model_validate({**webhook.model_dump(), "secret": secret})


class DeliveryView(Model):
    """What became of a message at this receiver. `last_error` says why the last attempt failed, in short.

    `pending`: it is tried at `next_at`. `dead`: every attempt failed. `skipped`: it was not sent because the webhook
    was disabled.
    """

    id: int
    message_id: str
    type: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    last_status: int | None
    last_error: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """As people and programs see it."""
        return cls.model_validate(delivery.model_dump(exclude={"webhook_id"}))


class Queued(Model):
    """How many messages are on their way; `next` is for `after` of another request if there may be more."""

    queued: int
    next: int | None = None


class TestSent(Model):
    """The test's message; `GET .../deliveries` says what became of it."""

    delivery_id: int
    message_id: str = Field(examples=[str(uuid.UUID(int=0))])
