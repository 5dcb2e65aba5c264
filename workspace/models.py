"""Who sends it? Members of companies, and programs in their name."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from signing.models import Company
from verification.models import TrailEntry
from workspace.devices import Authenticator, RecoveryCodes

__all__ = [
    "AccessToken",
    "ApiKey",
    "Authenticator",
    "BoldSignDocument",
    "BoldSignIdentity",
    "BoldSignLabel",
    "BoldSignSigner",
    "BoldSignTemplate",
    "BoxFile",
    "BoxFolder",
    "BoxRequest",
    "CompanyEvent",
    "Concern",
    "Membership",
    "RecoveryCodes",
    "Webhook",
]


class MembershipQuerySet(models.QuerySet["Membership"]):
    def come(self) -> MembershipQuerySet:
        """Of people who have worked here: an invitation alone is no place."""
        return self.filter(models.Q(joined_at__isnull=False) | models.Q(invited_as=""))

    def at_work(self) -> MembershipQuerySet:
        """Active ones of people who have come."""
        return self.come().filter(is_active=True)

    def invitations(self) -> MembershipQuerySet:
        return self.filter(is_active=True, joined_at=None).exclude(invited_as="")


class Membership(models.Model):
    """A user's place in a company: publisher, or company admin."""

    class Role(models.TextChoices):
        PUBLISHER = "publisher", _("Publisher")
        COMPANY_ADMIN = "company_admin", _("Company admin")

    class Notices(models.TextChoices):
        """How a member is told by email that a signer is stuck."""

        AT_ONCE = "at_once", _("At once")
        DAILY = "daily", _("Once a day")
        OFF = "off", _("Not at all")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships"
    )
    company = models.ForeignKey(Company, models.CASCADE, related_name="memberships")
    role = models.CharField(
        _("role"), max_length=16, choices=Role.choices, default=Role.PUBLISHER
    )
    is_active = models.BooleanField(_("active"), default=True)
    notices = models.CharField(
        _("notices by email"),
        max_length=8,
        choices=Notices.choices,
        default=Notices.AT_ONCE,
    )
    digest_on = models.DateField(null=True, editable=False)
    invited_as = models.CharField(_("name"), max_length=120, blank=True)
    joined_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company"], name="one_membership_per_company"
            )
        ]

    def __str__(self) -> str:
        return f"{self.shown_name} ({self.get_role_display()})"

    @property
    def is_company_admin(self) -> bool:
        return self.role == self.Role.COMPANY_ADMIN

    @property
    def has_come(self) -> bool:
        """Whether this person has worked here; until then only the inviter's words
        for them are shown, so that nobody learns of accounts elsewhere."""
        return self.joined_at is not None or not self.invited_as

    @property
    def shown_name(self) -> str:
        return self.user.name if self.has_come else self.invited_as


class CompanyEvent(TrailEntry):
    """One entry of a company's own trail."""

    class Meta:
        proxy = True
        verbose_name = _("company event")
        verbose_name_plural = _("company events")


class Concern(models.Model):
    """Something about a signer or a transaction that a member is told by email, once.

    What happened is the trail entry; key names the event, so that the same one
    reported again, or a second text to the same dead number, is no news.
    """

    member = models.ForeignKey(Membership, models.CASCADE, related_name="concerns")
    entry = models.ForeignKey(TrailEntry, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    address = models.EmailField()
    told_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("concern")
        verbose_name_plural = _("concerns")
        indexes = [
            models.Index(
                fields=["member"],
                condition=models.Q(told_at=None),
                name="concerns_untold",
            )
        ]

    def __str__(self) -> str:
        return self.key


class ApiKey(models.Model):
    """What a program shows to act as one member of one company.

    Only the SHA-256 of the secret is kept: it has 256 random bits, so a slow
    hash would add nothing. For OAuth client credentials public_id is the client
    id and the secret the client secret.
    """

    class Scope(models.TextChoices):
        SEND = "send", _("Send: make, change and take back transactions")
        READ = "read", _("Read: states, documents and trails")
        MANAGE = "manage", _("Manage: templates, sender identities, webhooks, codes")
        SIGN_LINKS = "sign_links", _("Signing links: get a signer’s own link")

    START = 8

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    company = models.ForeignKey(Company, models.CASCADE, related_name="api_keys")
    member = models.ForeignKey(Membership, models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=80)
    start = models.CharField(_("begins with"), max_length=START, editable=False)
    secret_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    def allows(self, scope: Scope) -> bool:
        return scope in self.scopes

    def is_live(self, now: datetime) -> bool:
        """member must be selected with it: a key ends with its member."""
        is_over = self.expires_at is not None and now >= self.expires_at
        return not is_over and self.revoked_at is None and self.member.is_active


class AccessToken(models.Model):
    """A short-lived token that a program got for its key (RFC 6749, 4.4)."""

    LIFETIME = timedelta(hours=1)

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="tokens")
    sha256 = models.CharField(max_length=64, unique=True)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return str(self.pk)


# What only a door knows; its models need those above.
from workspace.api.boldsign.models import (  # noqa: E402
    BoldSignDocument,
    BoldSignIdentity,
    BoldSignLabel,
    BoldSignSigner,
    BoldSignTemplate,
)
from workspace.api.box.models import BoxFile, BoxFolder, BoxRequest  # noqa: E402
from workspace.webhooks.models import Webhook  # noqa: E402
