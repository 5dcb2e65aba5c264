from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    name = "verification"
    verbose_name = _("Verification")

    def ready(self) -> None:
        from verification import checks  # noqa: F401, PLC0415  registers the checks
        from verification.identity import base, review, stripe  # noqa: PLC0415

        base.register(review.Review.name, review.Review)
        base.register(stripe.Stripe.name, stripe.Stripe)
