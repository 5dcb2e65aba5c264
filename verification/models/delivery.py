from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from verification.channels.base import Reason
from verification.models.challenge import Challenge
from verification.models.gate import Gate
from verification.models.trail import Trail


class Delivery(models.Model):
    """One message that must leave the house, and what became of it.

    queued ──> sending ──┬──> sent ──┬──> delivered
       ^          │      ├──> failed └──> failed
       └──────────┤      └──> cancelled
                  └──> unknown (asked of the carrier, then sent, queued or failed)

    address is where it went, kept as sent; context holds row ids for the
    builder of this kind, never a code.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Getting ready")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent, on its way")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Could not be delivered")
        UNKNOWN = "unknown", _("Being looked up")
        CANCELLED = "cancelled", _("Not sent: a newer one took its place")

    class Channel(models.TextChoices):
        SMS = "sms", pgettext_lazy("channel", "Text")
        VOICE = "voice", pgettext_lazy("channel", "Call")
        EMAIL = "email", _("Email")
        WEBHOOK = "webhook", _("Webhook")

    FINAL = (State.DELIVERED, State.FAILED, State.CANCELLED)
    PENDING = (State.QUEUED, State.SENDING, State.UNKNOWN)
    LEASE = timedelta(seconds=20)
    MAIL_LEASE = timedelta(seconds=60)
    MAX_ATTEMPTS = 6
    # A receiver that is being repaired hears of it within a day.
    MAX_CALLS = 24

    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=10, default="en")
    company_id = models.BigIntegerField(null=True)
    trail = models.ForeignKey(
        Trail, models.PROTECT, null=True, related_name="deliveries"
    )
    gate = models.ForeignKey(Gate, models.PROTECT, null=True, related_name="deliveries")
    challenge = models.OneToOneField(
        Challenge, models.PROTECT, null=True, related_name="delivery"
    )
    context = models.JSONField(default=dict)

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=16, choices=Reason.choices, blank=True)
    detail = models.CharField(max_length=120, blank=True)
    provider_id = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    lease_token = models.CharField(max_length=32, blank=True)
    lease_ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=["queued", "sending", "unknown"]),
                name="deliveries_waiting",
            ),
            models.Index(fields=["gate", "-created_at"], name="deliveries_of_gate"),
            models.Index(fields=["provider_id"], name="deliveries_by_provider_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"

    @property
    def max_attempts(self) -> int:
        is_webhook = self.channel == self.Channel.WEBHOOK
        return self.MAX_CALLS if is_webhook else self.MAX_ATTEMPTS

    @property
    def lease(self) -> timedelta:
        return self.MAIL_LEASE if self.channel == self.Channel.EMAIL else self.LEASE
