from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from verification.models.gate import Factor, Gate


class BrowserSession(models.Model):
    """A signer's browser, known by a random cookie of our own.

    Only hashes are kept. Passing a factor changes the secret, not the row; the
    secret before is taken for ROTATION_GRACE more, so that a second tab's
    request in flight does not fall out.
    """

    LIFETIME = timedelta(hours=24)
    ROTATION_GRACE = timedelta(seconds=60)

    secret_hash = models.CharField(max_length=64, unique=True)
    previous_hash = models.CharField(max_length=64, blank=True, db_index=True)
    rotated_at = models.DateTimeField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("browser session")
        verbose_name_plural = _("browser sessions")

    def __str__(self) -> str:
        return str(self.pk)


class Visit(models.Model):
    """One browser at one gate, after the emailed link proved that it may ask.

    Challenges and grants hang here, so nothing asked or proven in one browser,
    for one signer, for one request counts for another (threats T13 to T15, T21).
    """

    session = models.ForeignKey(BrowserSession, models.CASCADE, related_name="visits")
    gate = models.ForeignKey(Gate, models.CASCADE, related_name="visits")
    link_version = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    admitted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "gate"], name="one_visit_per_browser_and_gate"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Grant(models.Model):
    """The fact that this browser passed this factor, until a time."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="grants")
    factor = models.ForeignKey(Factor, models.CASCADE, related_name="grants")
    granted_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "factor"],
                condition=models.Q(ended_at=None),
                name="one_live_grant_per_visit_and_factor",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Submission(models.Model):
    """What one press of a button came to, so that pressing twice does no more.

    Also where the page after the redirect reads what to say.
    """

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="submissions")
    key = models.CharField(max_length=64)
    outcome = models.CharField(max_length=24, blank=True)
    factor = models.ForeignKey(Factor, models.CASCADE, null=True, related_name="+")
    about = models.ForeignKey(
        "verification.Challenge", models.CASCADE, null=True, related_name="+"
    )
    retry_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(fields=["visit", "key"], name="one_answer_per_key")
        ]

    def __str__(self) -> str:
        return self.outcome
