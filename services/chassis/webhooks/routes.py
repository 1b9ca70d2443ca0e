"""`/v1/webhooks` of a tier: supervisors say who is told of what, and look what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.edits import Kind
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.chassis.http.route import TransactionalRoute
from services.chassis.settings import Settings
from services.chassis.webhooks import actions, deliveries, rows
from services.chassis.webhooks.addresses import Reach, read_networks
from services.chassis.webhooks.deliveries import DeliveryState
from services.chassis.webhooks.events import EventData, Tested
from services.chassis.webhooks.rows import WebhookState
from services.chassis.webhooks.schemas import (
    DeliveryView,
    NewWebhook,
    Queued,
    Replay,
    Rotation,
    TestSent,
    WebhookChange,
    WebhookView,
    WebhookWithSecret,
)

WEBHOOK = Kind("webhook", "webhooks")


class _SecretOnce(TransactionalRoute):
    """What an Idempotency-Key keeps of an answer is no place for a secret."""

    @staticmethod
    def kept(request: Request, response: Response) -> Response:  # noqa: ARG004 - the route's own signature
        """The answer without the secret."""
        shown = json.loads(bytes(response.body))
        if "secret" not in shown:
            return response
        return Response(json.dumps({**shown, "secret": None}), response.status_code, media_type="application/json")


def reach_of(settings: Settings) -> Reach:
    """How far this house's webhooks go."""
    plain = {host.strip() for host in settings.plaintext_hosts.split(",")} - {""}
    return Reach(read_networks(settings.webhook_allow), plain, settings.profile == "development")


async def show(webhook_id: Id, conn: Conn) -> WebhookView:
    """One webhook, without its secret. 404 if there is none."""
    return WebhookView.of(await rows.get(conn, webhook_id))


def webhooks_router(events: Sequence[type[EventData]], settings: Settings) -> APIRouter:
    """The routes of a tier that tells of these events."""
    router = new_router(tags=["webhooks"])
    router.route_class = _SecretOnce
    known, reach = [*(event.type for event in events), Tested.type], reach_of(settings)
    unless_changed = if_match(show, WEBHOOK, "webhook_id")

    @router.post(
        "/webhooks", status_code=201, dependencies=[allow("supervisor")], summary="Tell a program of events from now on"
    )
    async def make(new: NewWebhook, conn: Conn, who: Who) -> WebhookWithSecret:
        """Its `secret` is shown in this answer and never again. 409 `too_many` beyond twenty."""
        return WebhookWithSecret.made(*await actions.make(conn, new, known=known, reach=reach, by=who.person))

    @router.get("/webhooks", dependencies=[allow("supervisor")], summary="Which programs are told of what")
    async def list_webhooks(conn: Conn, pager: Pager, state: WebhookState | None = None) -> Page[WebhookView]:
        """The oldest first. `state=disabled`: those that need a person."""
        found = await rows.page(conn, state, pager.limit + 1, pager.after_id())
        return Page.of([WebhookView.of(row) for row in found], pager.limit, key=lambda one: (one.id,))

    router.get("/webhooks/{webhook_id}", dependencies=[allow("supervisor"), tagged()], summary="One webhook")(show)

    @router.patch(
        "/webhooks/{webhook_id}", dependencies=[allow("supervisor"), unless_changed], summary="Change a webhook"
    )
    async def change(webhook_id: Id, wanted: WebhookChange, conn: Conn) -> WebhookView:
        """Its address, events or description; pause it, or make it active again."""
        return WebhookView.of(await actions.change(conn, webhook_id, wanted, known=known, reach=reach))

    @router.delete(
        "/webhooks/{webhook_id}",
        status_code=204,
        dependencies=[allow("supervisor"), unless_changed],
        summary="Delete a webhook",
    )
    async def delete(webhook_id: Id, conn: Conn) -> None:
        """With its messages, also those that wait. To keep them, pause it."""
        await actions.delete(conn, webhook_id)

    @router.post(
        "/webhooks/{webhook_id}/secret",
        dependencies=[allow("supervisor"), unless_changed],
        summary="Replace the secret",
    )
    async def rotate(webhook_id: Id, conn: Conn, body: Rotation | None = None) -> WebhookWithSecret:
        """The new one is shown in this answer only. Until `old_secret_until`, messages carry both signatures."""
        keep = timedelta(hours=(body or Rotation()).keep_hours)
        return WebhookWithSecret.made(*await actions.rotate_secret(conn, webhook_id, keep))

    @router.post(
        "/webhooks/{webhook_id}/test", status_code=202, dependencies=[allow("supervisor")], summary="Send a test"
    )
    async def test(webhook_id: Id, conn: Conn) -> TestSent:
        """A message of the type `webhook.test`, by the same way as all others. 409 `wrong_state` unless active."""
        delivery_id, message_id = await actions.send_test(conn, webhook_id)
        return TestSent(delivery_id=delivery_id, message_id=message_id)

    @router.get(
        "/webhooks/{webhook_id}/deliveries", dependencies=[allow("supervisor")], summary="What became of its messages"
    )
    async def list_deliveries(
        webhook_id: Id, conn: Conn, pager: Pager, state: Annotated[DeliveryState | None, Query()] = None
    ) -> Page[DeliveryView]:
        """The newest first; messages are kept for thirty days."""
        cursor = pager.at(int)
        await rows.get(conn, webhook_id)
        found = await deliveries.page(conn, webhook_id, state, pager.limit + 1, cursor[0] if cursor else None)
        return Page.of([DeliveryView.of(one) for one in found], pager.limit, key=lambda one: (str(one.id),))

    @router.post(
        "/webhooks/{webhook_id}/replay",
        status_code=202,
        dependencies=[allow("supervisor")],
        summary="Send messages again",
    )
    async def replay(webhook_id: Id, wanted: Replay, conn: Conn) -> Queued:
        """A thousand at a time, each under the `webhook-id` it had. 409 `wrong_state` unless the webhook is active."""
        queued, last = await actions.replay(conn, webhook_id, wanted)
        return Queued(queued=queued, next=last)

    return router
