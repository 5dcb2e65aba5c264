from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from verification.models.identity import IdentityCheck

NONCE_BYTES = 16


def make_nonce() -> str:
    return secrets.token_hex(NONCE_BYTES)


class HostedSession(models.Model):
    """What our workers know of a check at a provider with pages of its own.

    due_at is when one of them has to turn to the provider next; None when
    nothing is left to do there. attempts are those that were made at the
    provider and charged here: a number that only grows, so that the same news
    told twice, or in another order, charges nothing.
    """

    # Three calls of at most 13 seconds each.
    LEASE = timedelta(seconds=60)
    # What is not finished by then is cancelled at the provider. The browser is
    # forgotten after as long.
    LIFETIME = timedelta(hours=24)

    check_of = models.OneToOneField(
        IdentityCheck, models.CASCADE, related_name="hosted"
    )
    # Goes to the provider and has to come back with its answer (threat T24).
    nonce = models.CharField(max_length=32, default=make_nonce)
    due_at = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    # Part of the idempotency key: a provider repeats even its own mistakes.
    key_number = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    erase_asked_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("session at a provider")
        verbose_name_plural = _("sessions at providers")
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="hosted_sessions_due",
            )
        ]

    def __str__(self) -> str:
        return f"session of check {self.check_of_id}"

    @classmethod
    def take(cls, check_id: int, now: datetime) -> HostedSession | None:
        """Let one worker turn to the provider; None when it is not due, or
        another was first."""
        token = secrets.token_hex(NONCE_BYTES)
        due = cls.objects.filter(check_of_id=check_id, due_at__lte=now)
        if not due.update(due_at=now + cls.LEASE, lease_token=token):
            return None
        rows = cls.objects.select_related(
            "check_of__gate", "check_of__factor", "check_of__visit"
        )
        return rows.filter(check_of_id=check_id, lease_token=token).first()

    def hand_back(self, due_at: datetime | None, **changes: object) -> bool:
        """Say when to come again; False when there is news meanwhile, or the
        lease is another's: then that one says it."""
        row = HostedSession.objects.filter(pk=self.pk, lease_token=self.lease_token)
        return row.update(due_at=due_at, lease_token="", **changes) == 1

    @classmethod
    def wake(cls, check_id: int, now: datetime, **changes: object) -> bool:
        """There is news: a worker is to look at once, also after one that is
        looking just now."""
        row = cls.objects.filter(check_of_id=check_id)
        return row.update(due_at=now, lease_token="", **changes) == 1
