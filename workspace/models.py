"""Who sends it? Members of companies."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from signing.models import Company
from workspace.devices import Authenticator, RecoveryCodes

__all__ = ["Authenticator", "Membership", "RecoveryCodes"]


class Membership(models.Model):
    """A user's place in a company: publisher, or company admin."""

    class Role(models.TextChoices):
        PUBLISHER = "publisher", _("Publisher")
        COMPANY_ADMIN = "company_admin", _("Company admin")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships"
    )
    company = models.ForeignKey(Company, models.CASCADE, related_name="memberships")
    role = models.CharField(
        _("role"), max_length=16, choices=Role.choices, default=Role.PUBLISHER
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company"], name="one_membership_per_company"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    @property
    def is_company_admin(self) -> bool:
        return self.role == self.Role.COMPANY_ADMIN
