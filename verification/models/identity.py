from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from verification.models.gate import DEFAULT_TRIES, MAX_TRIES, Factor


class IdentityRules(models.Model):
    """What an identity check must show, for one factor of that kind.

    How often it is asked stands on the factor: frequency.
    """

    class NameMatch(models.TextChoices):
        STRICT = "strict", _("strict")
        MODERATE = "moderate", _("moderate")
        LENIENT = "lenient", _("lenient")

    class DocumentType(models.TextChoices):
        PASSPORT = "passport", _("Passport")
        ID_CARD = "id_card", _("Identity card")
        DRIVER_LICENSE = "driver_license", _("Driver’s license")

    factor = models.OneToOneField(Factor, models.CASCADE, related_name="identity_rules")
    max_tries = models.PositiveSmallIntegerField(
        _("tries"),
        default=DEFAULT_TRIES,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_TRIES)],
    )
    needs_live_capture = models.BooleanField(_("photo taken live"), default=False)
    needs_selfie = models.BooleanField(_("matching selfie"), default=False)
    name_match = models.CharField(
        _("how names are compared"),
        max_length=8,
        choices=NameMatch.choices,
        default=NameMatch.STRICT,
    )
    holds_for_prefill = models.BooleanField(
        _("wait until a program has filled in fields"), default=False
    )
    # DocumentType values; empty means every type.
    document_types = models.JSONField(_("documents"), default=list, blank=True)

    class Meta:
        verbose_name = _("rules of an identity check")
        verbose_name_plural = _("rules of identity checks")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(max_tries__gte=1, max_tries__lte=MAX_TRIES),
                name="identity_tries_from_1_to_10",
            )
        ]

    def __str__(self) -> str:
        return f"{self.factor_id}: {self.name_match}"
