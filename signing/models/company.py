from __future__ import annotations

import uuid
from datetime import timedelta

from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.utils.translation import gettext_lazy as _

from verification.models import IdentityCheck, Trail
from verification.models.gate import DAY, DEFAULT_TRIES, MAX_TRIES

DEFAULT_COLOUR = "#27459F"
LINK_LIFETIME = timedelta(days=30)
LAUNCH_CODE_LIFETIME = timedelta(minutes=60)
MAX_REMEMBERED_DAYS = 30
DAYS_PICTURES_KEPT = 30


class Company(models.Model):
    """A tenant. Nothing crosses from one to another, not even its existence.

    Tries, lifetimes, digits and languages are copied to a gate when a request
    is sent; the two code settings, countries and who may act for whom are read
    live.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default=DEFAULT_COLOUR,
        validators=[RegexValidator(r"^#[0-9A-Fa-f]{6}$")],
    )
    logo = models.FileField(_("logo"), upload_to="logos/", blank=True)
    country = models.CharField(_("country"), max_length=2, default="US")
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    contact_phone = models.CharField(_("contact phone"), max_length=32, blank=True)

    default_tries = models.PositiveSmallIntegerField(
        _("tries"),
        default=DEFAULT_TRIES,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_TRIES)],
    )
    code_lifetime = models.DurationField(
        _("code lifetime"),
        default=DAY,
        validators=[MinValueValidator(timedelta(minutes=2)), MaxValueValidator(DAY)],
    )
    alternative_lifetime = models.DurationField(
        _("alternative code lifetime"),
        default=DAY,
        validators=[MinValueValidator(timedelta(minutes=5)), MaxValueValidator(DAY)],
    )
    code_digits = models.PositiveSmallIntegerField(
        _("digits of a code"), default=6, choices=[(6, "6"), (8, "8")]
    )
    asks_every_opening = models.BooleanField(
        _("ask again each time the link is opened"), default=True
    )
    alternative_codes_on = models.BooleanField("GENERATE_ACCESS_CODE", default=False)
    generate_in_resend = models.BooleanField("2FA_GENERATE_CODE", default=False)
    allowed_countries = models.JSONField(
        _("allowed countries"),
        default=list,
        blank=True,
        help_text=_("Two-letter codes; empty means the company's own country."),
    )
    members_act_for_each_other = models.BooleanField(
        _("members may act for each other"), default=False
    )
    hides_title = models.BooleanField(
        _("hide the title until the signer has proved who they are"), default=False
    )
    hides_other_signers = models.BooleanField(
        _("hide the other signers' names"), default=False
    )
    second_step_required = models.BooleanField("TWO_STEP_VERIFICATION", default=False)
    remembered_days = models.PositiveSmallIntegerField(
        _("days a browser is remembered"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_REMEMBERED_DAYS)],
    )
    link_lifetime = models.DurationField(
        _("link lifetime"),
        default=LINK_LIFETIME,
        validators=[
            MinValueValidator(timedelta(days=1)),
            MaxValueValidator(timedelta(days=365)),
        ],
    )
    launch_code_lifetime = models.DurationField(
        _("launch code lifetime"),
        default=LAUNCH_CODE_LIFETIME,
        validators=[MinValueValidator(timedelta(minutes=5)), MaxValueValidator(DAY)],
    )
    redirect_urls = models.JSONField(
        _("addresses to go on to"),
        default=list,
        blank=True,
        help_text=_("Beginnings of the addresses that signers may be sent on to."),
    )
    attention_mails_on = models.BooleanField(
        _("email senders when a signer needs help"), default=True
    )

    identity_provider = models.CharField(
        _("identity checks by"),
        max_length=12,
        choices=IdentityCheck.Provider.choices,
        default=IdentityCheck.Provider.REVIEW,
    )
    identity_days_kept = models.PositiveSmallIntegerField(
        _("days pictures of identity checks are kept"),
        default=DAYS_PICTURES_KEPT,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )

    trail = models.OneToOneField(
        Trail, models.PROTECT, null=True, editable=False, related_name="company"
    )
    seal_key = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name

    @property
    def offers_alternative_codes(self) -> bool:
        """Both settings of the publisher's guide are needed."""
        return self.alternative_codes_on and self.generate_in_resend

    @property
    def countries(self) -> frozenset[str]:
        return frozenset(self.allowed_countries or [self.country])


class SenderIdentity(models.Model):
    """A person on whose behalf a company may send."""

    company = models.ForeignKey(
        Company, models.CASCADE, related_name="sender_identities"
    )
    email = models.EmailField(_("email"))
    name = models.CharField(_("name"), max_length=120)
    asked_at = models.DateTimeField(_("asked"), null=True, editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)

    class Meta:
        verbose_name = _("sender identity")
        verbose_name_plural = _("sender identities")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "email"], name="one_identity_per_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"
