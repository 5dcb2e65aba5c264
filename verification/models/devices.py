from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.db import models
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from verification.models.gate import Factor, Gate
from verification.models.visit import Visit


class Device(models.Model):
    """Something that one person has, set up at a verified visit to one company.

    The person is an address and a name: two people who share a mailbox do not
    share a passkey. What was removed stays as a row that proves nothing.
    """

    company_id = models.BigIntegerField(_("company"))
    email = models.EmailField(_("email"), help_text="In small letters.")
    person = models.CharField(
        _("name"), max_length=120, help_text="As devices.person_of writes it."
    )
    enrolled_at_gate = models.ForeignKey(
        Gate, models.SET_NULL, null=True, related_name="+"
    )
    # Factor kinds that the visit had proven: it is worth no more than they were.
    enrolled_behind = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Passkey(Device):
    """A WebAuthn credential. Bytes are kept as base64url, as browsers send them."""

    LONGEST_ID = 1364  # base64url of 1,023 bytes, the most that WebAuthn allows

    credential_id = models.CharField(max_length=LONGEST_ID, unique=True)
    public_key = models.TextField(help_text="COSE, as base64url")
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    # Random, never the address: whoever finds the device learns nobody's name.
    user_handle = models.CharField(max_length=88)
    # Whether it may be copied to other devices of the same owner, and was.
    is_syncable = models.BooleanField(default=False)
    is_backed_up = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "email", "person"],
                condition=models.Q(removed_at=None),
                name="one_passkey_of_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.credential_id[:12]}…"


class PasskeyChallenge(models.Model):
    """What a passkey is asked to sign: one browser's, for one factor, once."""

    class Purpose(models.TextChoices):
        CREATE = "create", _("set up")
        GET = "get", _("ask")

    LIFETIME = timedelta(minutes=5)

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="passkey_challenges")
    factor = models.ForeignKey(Factor, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    value = models.CharField(max_length=88, unique=True, help_text="As base64url")
    user_handle = models.CharField(max_length=88, blank=True)
    ends_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("passkey challenge")
        verbose_name_plural = _("passkey challenges")

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    def use(self, now: datetime) -> bool:
        """Use it up, before the answer is looked at; False if that was done."""
        row = PasskeyChallenge.objects.filter(pk=self.pk, used_at=None, ends_at__gt=now)
        return row.update(used_at=now) == 1


class Authenticator(Device):
    """An authenticator app (RFC 6238). Until confirmed_at it is being set up, by
    one browser, and no other sees its key.

    Each gate has tries of its own, and one person may have many: so codes are
    also counted here, for all of them together. Three of a million codes are
    right at any moment, so somebody who guesses gets in with 3 in 100,000 on a
    day and 6 in 100,000 in all. NIST SP 800-63B (5.2.2) allows 100 wrong ones in
    a row.
    """

    MOST_A_DAY = 10
    MOST_IN_A_ROW = 20

    visit = models.ForeignKey(
        Visit, models.SET_NULL, null=True, related_name="authenticators"
    )
    key = models.TextField(blank=True, help_text="Encrypted by the vault.")
    # As TOTPDevice has them: how many steps the app's clock is off, and the
    # step of the last code that was taken.
    drift = models.SmallIntegerField(default=0)
    last_t = models.BigIntegerField(default=-1)
    confirmed_at = models.DateTimeField(null=True)
    # Codes that were charged since the last right one, and today.
    in_a_row = models.PositiveSmallIntegerField(default=0)
    day = models.PositiveSmallIntegerField(default=0)
    day_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "email", "person"],
                condition=models.Q(removed_at=None, confirmed_at__isnull=False),
                name="one_authenticator_of_a_person",
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=models.Q(removed_at=None, confirmed_at=None),
                name="one_authenticator_begun_per_browser",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    def charge(self, now: datetime) -> bool:
        """Count a code before it is looked at; False when no more are taken."""
        today = now.date()
        row = Authenticator.objects.filter(
            ~models.Q(day_on=today) | models.Q(day__lt=self.MOST_A_DAY),
            pk=self.pk,
            in_a_row__lt=self.MOST_IN_A_ROW,
        )
        charged = row.update(
            in_a_row=models.F("in_a_row") + 1,
            day=models.Case(
                models.When(day_on=today, then=models.F("day") + 1),
                default=models.Value(1),
            ),
            day_on=today,
        )
        self.refresh_from_db()
        return charged == 1

    def refund(self) -> None:
        """A code that was right costs nothing."""
        Authenticator.objects.filter(pk=self.pk).update(
            in_a_row=Greatest(models.F("in_a_row") - 1, 0),
            day=Greatest(models.F("day") - 1, 0),
        )

    @property
    def is_worn_out(self) -> bool:
        """Whether it takes no code any more: only removing it helps."""
        return self.in_a_row >= self.MOST_IN_A_ROW

    def is_paused(self, now: datetime) -> bool:
        is_spent = self.day_on == now.date() and self.day >= self.MOST_A_DAY
        return self.is_worn_out or is_spent

    def resumes_at(self, now: datetime) -> datetime | None:
        """Return when an app that is paused takes codes again; None for never."""
        if self.is_worn_out:
            return None
        tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), UTC)
