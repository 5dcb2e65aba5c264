"""Webhooks, by API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Router, Status

from workspace import keys
from workspace.api import guard
from workspace.api.own.api import REFUSALS, OwnRequest
from workspace.api.own.schemas import WebhookIn, WebhookMadeOut, WebhooksOut
from workspace.models import Webhook
from workspace.webhooks import flows

router = Router(tags=["Webhooks"])
Scope = guard.Scope


@router.get(
    "/webhooks", response={200: WebhooksOut} | REFUSALS, summary="List webhooks"
)
def webhooks(request: OwnRequest) -> dict[str, Any]:
    guard.need(request.key, Scope.MANAGE)
    rows = flows.visible_to(request.key.member)
    return {"entries": [_shown(row) for row in rows.order_by("-created_at", "-pk")]}


@router.post(
    "/webhooks",
    response={201: WebhookMadeOut} | REFUSALS,
    summary="Ask to be told what happens",
    description="Each call is a POST with Countersign-Signature: t=<Unix seconds>,"
    "v1=<hex HMAC-SHA-256 of “t.body” under the secret>. Refuse what is older than "
    "five minutes, answer with any 2xx; else it is told again for a day, under the "
    "same id. It hears of what the key’s member may see.",
)
def create(request: OwnRequest, body: WebhookIn) -> Status[dict[str, Any]]:
    guard.need(request.key, Scope.MANAGE)
    made = flows.create(
        request.key.member,
        url=body.url,
        events=body.events,
        now=request.now,
        by=keys.actor_name(request.key),
    )
    return Status(201, _shown(made.webhook) | {"secret": made.secret})


@router.delete(
    "/webhooks/{webhook_id}",
    response={204: None} | REFUSALS,
    summary="End a webhook",
)
def end(request: OwnRequest, webhook_id: UUID) -> Status[None]:
    guard.need(request.key, Scope.MANAGE)
    rows = flows.visible_to(request.key.member)
    webhook = get_object_or_404(rows, public_id=webhook_id)
    flows.end(webhook, request.now, by=keys.actor_name(request.key))
    return Status(204, None)


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.public_id,
        "url": webhook.url,
        "events": webhook.events,
        "created_at": webhook.created_at,
        "paused_at": webhook.paused_at,
    }
