from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from signing.models import Company
from verification import vault
from workspace.models import Membership

PURPOSE = "webhook"


class Webhook(models.Model):
    """Where a company's program wants to be told what happens, and of what.

    events holds names of Event. The secret is encrypted: it signs every call,
    so it must be read back. What happens while it is paused is not told later.
    """

    class Event(models.TextChoices):
        SENT = "transaction.sent", _("Sent")
        COMPLETED = "transaction.completed", _("Completed")
        RECALLED = "transaction.recalled", _("Recalled")
        EXPIRED = "transaction.expired", _("Expired")
        VIEWED = "signer.viewed", _("Viewed")
        SIGNED = "signer.signed", _("Signed")
        DECLINED = "signer.declined", _("Declined")
        CODE_DELIVERY_FAILED = "signer.code_delivery_failed", _("Code not delivered")
        AUTHENTICATION_FAILED = (
            "signer.authentication_failed",
            _("Wrong code or password"),
        )
        LOCKED = "signer.locked", _("Locked")
        UNLOCKED = "signer.unlocked", _("Unlocked")
        CODE_ISSUED = "signer.alternative_code_issued", _("Alternative code issued")
        IDENTITY_STARTED = "signer.identity_started", _("Identity check started")
        IDENTITY_PASSED = "signer.identity_passed", _("Identity check passed")
        IDENTITY_FAILED = "signer.identity_failed", _("Identity check failed")

    MOST_OF_A_COMPANY = 20

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    company = models.ForeignKey(Company, models.CASCADE, related_name="webhooks")
    member = models.ForeignKey(
        Membership,
        models.CASCADE,
        related_name="webhooks",
        help_text=_("It hears of what this member may see."),
    )
    url = models.URLField(_("address"), max_length=250)
    events = models.JSONField(_("events"), default=list)
    encrypted_secret = models.TextField(editable=False)
    created_at = models.DateTimeField(_("made"))
    paused_at = models.DateTimeField(_("paused"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url

    @property
    def is_listening(self) -> bool:
        """Whether it is told anything: it ends with its member, as a key does.

        member and their user must be selected with it.
        """
        is_there = self.member.is_active and self.member.user.is_active
        return is_there and self.ended_at is None and self.paused_at is None

    @property
    def secret(self) -> str:
        return vault.decrypt(self.encrypted_secret, PURPOSE).decode()
