"""Drop what has served: ended browser sessions, old answers, closed windows, and
authenticator apps that nobody finished setting up."""

from __future__ import annotations

from datetime import datetime, timedelta

from verification.models import (
    Allowance,
    Authenticator,
    BrowserSession,
    PasskeyChallenge,
    Submission,
)

KEPT = timedelta(days=2)


def tidy(now: datetime) -> None:
    """Challenges, grants and deliveries stay: the trail's readers ask for them."""
    Submission.objects.filter(at__lt=now - KEPT).delete()
    Allowance.objects.filter(ends_at__lt=now - KEPT).delete()
    PasskeyChallenge.objects.filter(ends_at__lt=now - KEPT).delete()
    begun = Authenticator.objects.filter(confirmed_at=None)
    begun.filter(created_at__lt=now - KEPT).delete()
    BrowserSession.objects.filter(
        ends_at__lt=now - KEPT,
        visits__challenges=None,
        visits__grants=None,
        visits__identity_checks=None,
    ).delete()
