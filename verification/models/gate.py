from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber

from verification.addresses import mask_email, mask_phone
from verification.models.trail import Trail

DEFAULT_TRIES = 3
MAX_TRIES = 10
DAY = timedelta(hours=24)
TITLE_LENGTH = 256


class Gate(models.Model):
    """What stands between one person and one document.

    It knows no document: it holds who must prove themselves, where they can be
    reached, the labels that messages need, and the policy as it stood when the
    document was sent. A later change of a company's default never changes it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    trail = models.ForeignKey(Trail, models.PROTECT, related_name="gates")
    company_id = models.BigIntegerField(
        _("company"), help_text=_("Whose limits count here; no more than a number.")
    )

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email"), blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")

    company_name = models.CharField(max_length=120, blank=True)
    brand_id = models.UUIDField(null=True)
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    sender_name = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=32, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")

    max_tries = models.PositiveSmallIntegerField(
        _("tries"),
        default=DEFAULT_TRIES,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_TRIES)],
    )
    code_lifetime = models.DurationField(default=DAY)
    alternative_lifetime = models.DurationField(default=DAY)
    code_digits = models.PositiveSmallIntegerField(default=6)
    asks_every_opening = models.BooleanField(default=True)

    link_version = models.PositiveSmallIntegerField(default=1)
    link_ends_at = models.DateTimeField(null=True)
    # Until then the signer waits for a program to fill in fields (seed 003:
    # holdForPrefill). Set once; what releases sets it to that moment.
    held_until = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_tries__gte=1, max_tries__lte=MAX_TRIES),
                name="tries_from_1_to_10",
            ),
            models.CheckConstraint(
                condition=models.Q(code_digits__in=[6, 8]), name="six_or_eight_digits"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()

    @property
    def phone_e164(self) -> str:
        """The number as the carrier wants it, also when no plan assigns it."""
        return as_e164(self.phone)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone_e164)

    @property
    def masked_email(self) -> str:
        return mask_email(self.email)

    def is_link_over(self, now: datetime) -> bool:
        return self.link_ends_at is not None and now >= self.link_ends_at


def as_e164(phone: PhoneNumber | str | None) -> str:
    """Return +15551232190 for any number with the shape of one, else ""."""
    if isinstance(phone, PhoneNumber) and phone.country_code:
        leading = "0" * (
            phone.number_of_leading_zeros or 1 if phone.italian_leading_zero else 0
        )
        return f"+{phone.country_code}{leading}{phone.national_number}"
    return str(phone or "")


class Factor(models.Model):
    """One thing to prove. A removed factor stays, since old proofs name it."""

    class Kind(models.TextChoices):
        ACCESS_CODE = "access_code", _("Password")
        PHONE = "phone", _("Phone code")
        EMAIL = "email", _("Email code")
        IDENTITY = "identity", _("Identity check")
        PASSKEY = "passkey", _("Passkey")
        TOTP = "totp", _("Authenticator app")
        ACCOUNT = "account", _("Account")

    class Stage(models.TextChoices):
        VIEW = "view", _("before viewing")
        SIGN = "sign", _("before signing")

    class Frequency(models.TextChoices):
        EVERY_ACCESS = "every_access", _("at each access")
        UNTIL_SIGN_COMPLETED = "until_sign_completed", _("until signed")
        ONCE_PER_DOCUMENT = "once_per_document", _("once")

    class Channel(models.TextChoices):
        SMS = "sms", pgettext_lazy("channel", "Text")
        VOICE = "voice", pgettext_lazy("channel", "Call")

    ORDER = (
        Kind.ACCOUNT,
        Kind.ACCESS_CODE,
        Kind.PHONE,
        Kind.EMAIL,
        Kind.TOTP,
        Kind.PASSKEY,
        Kind.IDENTITY,
    )
    ONE_TIME = frozenset({Kind.PHONE, Kind.EMAIL})
    # A factor of any other kind keeps the gate shut: there is no way to prove it.
    PROVABLE = frozenset(
        {
            Kind.ACCOUNT,
            Kind.ACCESS_CODE,
            Kind.PHONE,
            Kind.EMAIL,
            Kind.TOTP,
            Kind.PASSKEY,
            Kind.IDENTITY,
        }
    )

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.VIEW)
    frequency = models.CharField(
        max_length=24, choices=Frequency.choices, default=Frequency.EVERY_ACCESS
    )
    channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    secret = models.CharField(max_length=128, blank=True)
    hint = models.CharField(max_length=120, blank=True)
    proven_at = models.DateTimeField(null=True)
    set_by = models.CharField(max_length=160, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("factor")
        verbose_name_plural = _("factors")
        constraints = [
            models.UniqueConstraint(
                fields=["gate", "kind"],
                condition=models.Q(removed_at=None),
                name="one_factor_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.stage})"

    @property
    def place(self) -> int:
        return self.ORDER.index(self.Kind(self.kind))

    @property
    def is_one_time(self) -> bool:
        return self.kind in self.ONE_TIME


class BudgetQuerySet(models.QuerySet["Budget"]):
    def unlocked(self, tries: int, today: datetime) -> BudgetQuerySet:
        """Rows that can still pay for a try: under all three caps, not locked."""
        return self.filter(
            ~models.Q(day_on=today.date()) | models.Q(day__lt=Budget.DAY_CAP),
            locked_at=None,
            consecutive__lt=Coalesce("own_tries", tries),
            total__lt=Budget.TOTAL_CAP,
        )


class Budget(models.Model):
    """How many tries a signer has left, and which codes are live.

    One row for passwords, one for one-time codes of every channel, one for
    identity checks, which have a number of tries of their own. A new code,
    channel, browser or opening never refills it. The ids of the live codes sit
    in this same row, so that one UPDATE can ask "is this the live code, and is
    there a try left?": with them elsewhere, guesses in flight locked a signer
    right after success in 40 of 40 runs; with them here, in 0 of 40.
    """

    class Kind(models.TextChoices):
        ACCESS_CODE = "access_code", _("Password")
        ONE_TIME_CODE = "one_time_code", _("One-time code")
        IDENTITY = "identity", _("Identity check")

    DAY_CAP = 10
    TOTAL_CAP = 20
    UNLOCKS_A_DAY = 3

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="budgets")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # Where tries are not the gate's; None means that they are.
    own_tries = models.PositiveSmallIntegerField(null=True)
    consecutive = models.PositiveSmallIntegerField(default=0)
    day = models.PositiveSmallIntegerField(default=0)
    day_on = models.DateField(null=True)
    total = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True)
    unlocks = models.PositiveSmallIntegerField(default=0)
    unlocks_on = models.DateField(null=True)
    # Raised when the password is passed or changed: a guess made against the
    # old state is not charged and not compared.
    epoch = models.PositiveIntegerField(default=1)
    live_asked_id = models.BigIntegerField(null=True)
    live_asked_ends_at = models.DateTimeField(null=True)
    live_alternative_id = models.BigIntegerField(null=True)
    live_alternative_ends_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Budget]] = BudgetQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.UniqueConstraint(
                fields=["gate", "kind"], name="one_budget_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.consecutive}"

    def charge(self, tries: int, now: datetime, **where: object) -> bool:
        """Count a try before the code is looked at; False when none is charged.

        where names the state that the try is made against: the live code's id
        and end, or the password's epoch. Must commit on its own before the
        compare (threats T1, T4).
        """
        today = now.date()
        row = Budget.objects.filter(pk=self.pk, **where)
        payable: models.QuerySet[Budget] = row.unlocked(tries, now)
        charged = payable.update(
            consecutive=models.F("consecutive") + 1,
            day=models.Case(
                models.When(day_on=today, then=models.F("day") + 1),
                default=models.Value(1),
            ),
            day_on=today,
            total=models.F("total") + 1,
        )
        self.refresh_from_db()
        return charged == 1

    def is_spent(self, tries: int, now: datetime) -> bool:
        return (
            self.consecutive >= (self.own_tries or tries)
            or self.total >= self.TOTAL_CAP
            or (self.day_on == now.date() and self.day >= self.DAY_CAP)
        )

    def tries_left(self, tries: int, now: datetime) -> int:
        """How many more guesses would be evaluated; 0 when locked."""
        if self.locked_at:
            return 0
        today = self.day if self.day_on == now.date() else 0
        left = (
            (self.own_tries or tries) - self.consecutive,
            self.DAY_CAP - today,
            self.TOTAL_CAP - self.total,
        )
        return max(0, min(left))

    @property
    def wrong_tries(self) -> int:
        """How many wrong tries a lock speaks of: the run, or the day's if that was
        what ended."""
        return max(self.consecutive, self.day if self.day >= self.DAY_CAP else 0)

    @property
    def is_total_spent(self) -> bool:
        return self.total >= self.TOTAL_CAP

    def unlocks_left(self, now: datetime) -> int:
        today = self.unlocks if self.unlocks_on == now.date() else 0
        return max(0, self.UNLOCKS_A_DAY - today)


def grant_is_fresh(now: datetime) -> models.Q:
    """Grants that hold at now: not ended, not idle for too long, not too old."""
    return models.Q(
        ended_at=None,
        last_seen_at__gt=now - settings.GRANT_IDLE,
        granted_at__gt=now - settings.GRANT_LIFETIME,
    )
