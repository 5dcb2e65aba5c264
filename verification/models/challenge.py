from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from verification import codes
from verification.models.gate import Factor, Gate
from verification.models.visit import Visit


class Challenge(models.Model):
    """One one-time code, asked for by a signer or issued by a publisher.

    issued ──┬──> verified
             ├──> locked     the tries ran out
             ├──> expired    the clock ran out
             └──> replaced   a newer one was asked for, or something changed

    The four right-hand states are final. What became of the message is the
    Delivery's business: a false "undelivered" must not kill a code.
    """

    class State(models.TextChoices):
        ISSUED = "issued", _("live")
        VERIFIED = "verified", _("used")
        LOCKED = "locked", _("locked")
        EXPIRED = "expired", _("expired")
        REPLACED = "replaced", _("replaced")

    class Channel(models.TextChoices):
        SMS = "sms", pgettext_lazy("channel", "Text")
        VOICE = "voice", pgettext_lazy("channel", "Call")
        EMAIL = "email", _("Email")
        ALTERNATIVE = "alternative", _("Alternative security code")

    FINAL = (State.VERIFIED, State.LOCKED, State.EXPIRED, State.REPLACED)

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="challenges")
    factor = models.ForeignKey(Factor, models.CASCADE, related_name="challenges")
    visit = models.ForeignKey(
        Visit, models.CASCADE, null=True, related_name="challenges"
    )
    channel = models.CharField(max_length=12, choices=Channel.choices)
    reference = models.CharField(max_length=2)
    nonce = models.BinaryField(max_length=codes.NONCE_BYTES)
    key_id = models.CharField(max_length=16, blank=True)
    digits = models.PositiveSmallIntegerField(default=6)
    secret = models.CharField(max_length=128, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.ISSUED)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        indexes = [models.Index(fields=["gate", "-issued_at"], name="codes_of_gate")]
        constraints = [
            models.UniqueConstraint(
                fields=["gate"],
                condition=models.Q(state="issued") & ~models.Q(channel="alternative"),
                name="one_live_asked_code",
            ),
            models.UniqueConstraint(
                fields=["gate"],
                condition=models.Q(state="issued", channel="alternative"),
                name="one_live_alternative_code",
            ),
            models.CheckConstraint(
                condition=models.Q(state="issued", closed_at=None)
                | (~models.Q(state="issued") & models.Q(closed_at__isnull=False)),
                name="closed_exactly_when_final",
            ),
        ]

    OPEN: ClassVar[tuple[State, ...]] = (State.ISSUED,)

    def __str__(self) -> str:
        return f"{self.channel} {self.reference}"

    def code(self) -> str | None:
        """The digits that were sent; None once the key that made them is retired."""
        key = settings.CODE_KEYS.get(self.key_id)
        if key is None or self.channel == self.Channel.ALTERNATIVE:
            return None
        return codes.derive(key, bytes(self.nonce), self.digits)

    def is_live(self, now: datetime) -> bool:
        return self.state == self.State.ISSUED and now < self.expires_at

    def move(self, to: State, at: datetime) -> bool:
        """Move if the stored row still allows it; False if someone was first."""
        row = Challenge.objects.filter(pk=self.pk, state__in=self.OPEN)
        if to == self.State.VERIFIED:
            row = row.filter(expires_at__gt=at)
        moved = row.update(state=to, closed_at=at) == 1
        self.refresh_from_db()
        return moved
