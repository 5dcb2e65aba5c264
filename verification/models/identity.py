from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from verification.identity.base import Facts, Reason
from verification.models.gate import DEFAULT_TRIES, MAX_TRIES, Factor, Gate
from verification.models.visit import BrowserSession, Visit


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

    @classmethod
    def of(cls, factor: Factor) -> IdentityRules:
        """Return the factor's rules; the defaults, unsaved, where none were set."""
        rows = cls.objects.filter(factor=factor)
        return next(iter(rows[:1]), None) or cls(factor=factor)

    @property
    def allowed_types(self) -> list[str]:
        """Return the types of document that will do, in the order of the choices."""
        return [
            one
            for one in self.DocumentType.values
            if not self.document_types or one in self.document_types
        ]


class IdentityCheck(models.Model):
    """One showing of an identity document, in one browser, for one factor.

    open ──> sent ──┬──> passed
      │       │     ├──> waiting ──┬──> passed
      │       │     └──> failed    └──> failed ──> passed (by hand)
      └───────┴──> ended   given up, or something changed

    Sending charges the try. A check that passed opens nothing by itself: the
    browser that made it turns it into a grant, once (used_at).
    """

    class State(models.TextChoices):
        OPEN = "open", _("being prepared")
        SENT = "sent", _("being read")
        WAITING = "waiting", _("waiting for review")
        PASSED = "passed", _("passed")
        FAILED = "failed", _("failed")
        ENDED = "ended", _("given up")

    class Provider(models.TextChoices):
        REVIEW = "review", _("Review by your company")
        STRIPE = "stripe", "Stripe Identity"

    LIVE = (State.OPEN, State.SENT, State.WAITING)
    SOURCES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.SENT: (State.OPEN,),
        State.WAITING: (State.SENT,),
        State.PASSED: (State.SENT, State.WAITING, State.FAILED),
        State.FAILED: (State.SENT, State.WAITING),
        State.ENDED: LIVE,
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    gate = models.ForeignKey(Gate, models.CASCADE, related_name="identity_checks")
    factor = models.ForeignKey(Factor, models.CASCADE, related_name="identity_checks")
    visit = models.ForeignKey(
        Visit, models.SET_NULL, null=True, related_name="identity_checks"
    )
    provider = models.CharField(max_length=12, choices=Provider.choices)
    provider_id = models.CharField(max_length=120, blank=True)
    # Where a provider with pages of its own is waiting; encrypted, gone at the end.
    provider_url = models.TextField(blank=True)
    document_type = models.CharField(
        max_length=16, choices=IdentityRules.DocumentType.choices, blank=True
    )
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 alpha-2")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=24, choices=Reason.choices, blank=True)
    # What the reviewer writes to the signer.
    note = models.CharField(max_length=300, blank=True)
    # Encrypted: what was read from the document, see base.Facts.
    facts = models.TextField(blank=True)
    # Which checks a machine made: name -> passed. Names, not readings.
    checks = models.JSONField(default=dict)
    # names.Comparison as JSON, encrypted: it holds names.
    name_comparison = models.TextField(blank=True)
    name_level = models.CharField(max_length=8, blank=True)
    started_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    used_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("identity check")
        verbose_name_plural = _("identity checks")
        indexes = [
            models.Index(fields=["gate", "-started_at"], name="checks_of_gate"),
            models.Index(
                fields=["sent_at"],
                condition=models.Q(state__in=["sent", "waiting"]),
                name="checks_undecided",
            ),
            models.Index(
                fields=["decided_at", "id"],
                condition=~models.Q(decided_at=None),
                name="checks_decided",
            ),
            models.Index(
                fields=["started_at"],
                condition=models.Q(erased_at=None),
                name="checks_to_erase",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "factor"],
                condition=models.Q(state__in=["open", "sent", "waiting"]),
                name="one_live_check_per_browser",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_id"],
                condition=~models.Q(provider_id=""),
                name="one_check_per_session_of_a_provider",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    def move(self, to: State, at: datetime, **fields: object) -> bool:
        """Move if the stored row still allows it; False if someone was first."""
        row = IdentityCheck.objects.filter(pk=self.pk, state__in=self.SOURCES[to])
        if to in (self.State.PASSED, self.State.FAILED, self.State.ENDED):
            fields |= {"decided_at": at, "provider_url": ""}
        moved = row.update(state=to, **fields) == 1
        self.refresh_from_db()
        return moved

    def needs_link(self, now: datetime) -> bool:
        """Whether only who comes by the link again may go on with a check that
        passed: it holds for who is still there, as a grant does. A person may
        decide days later, and by then another may sit at that browser.
        """
        if self.visit is None or self.sent_at is None:
            return True
        was_there = max(self.visit.arrived_at, self.sent_at)
        return now - was_there > settings.GRANT_IDLE

    def was_left(self, now: datetime) -> bool:
        """Whether pictures lie here that nobody went on with: only who comes by
        the link again may see them, since another may sit at that browser."""
        if self.visit is None or self.state != self.State.OPEN:
            return False
        there = now - settings.GRANT_IDLE
        if max(self.visit.arrived_at, self.started_at) >= there:
            return False
        taken = self.pictures.aggregate(newest=models.Max("created_at"))["newest"]
        return taken is not None and taken < there

    def get_facts(self) -> Facts:
        """Return what was read; all empty before that and after erasing."""
        return Facts.open(self.facts, self.public_id) if self.facts else Facts()


class IdentityPicture(models.Model):
    """One picture of a check, encrypted at rest. Nothing but a worker's child
    process ever decodes what a signer sent (threat T41)."""

    class Side(models.TextChoices):
        FRONT = "front", _("Front")
        BACK = "back", _("Back")
        SELFIE = "selfie", _("Selfie")

    class State(models.TextChoices):
        NEW = "new", _("being looked at")
        GOOD = "good", _("good")
        REFUSED = "refused", _("refused")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    check_of = models.ForeignKey(IdentityCheck, models.CASCADE, related_name="pictures")
    side = models.CharField(max_length=8, choices=Side.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    reason = models.CharField(max_length=24, choices=Reason.choices, blank=True)
    is_live = models.BooleanField(default=False)
    # Encrypted by the vault; re-encoded without metadata once read.
    file = models.FileField(upload_to="identity/")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    # Encrypted JSON: what the worker read from it.
    reading = models.TextField(blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    # A worker's right to read it, until then; a crash is found again.
    lease_token = models.CharField(max_length=32, blank=True)
    lease_ends_at = models.DateTimeField(null=True)
    times_begun = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("picture of an identity check")
        verbose_name_plural = _("pictures of identity checks")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["check_of", "side"], name="one_picture_per_side"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state="new"),
                name="pictures_to_read",
            )
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.state}"

    @property
    def purpose(self) -> str:
        """What the vault binds this picture's bytes to."""
        return f"identity picture {self.public_id}"


class CaptureQuerySet(models.QuerySet["Capture"]):
    def live(self, at: datetime) -> CaptureQuerySet:
        """Those that take pictures: in time, of a check that is being prepared."""
        return self.filter(
            closed_at=None,
            ends_at__gt=at,
            check_of__state=IdentityCheck.State.OPEN,
            check_of__gate__closed_at=None,
        )


class Capture(models.Model):
    """A camera, file dialog or phone that we opened for one check, for a while.

    Pictures are taken from nowhere else. The phone's is opened by the secret in
    its QR code, and belongs to the first browser that comes with it.
    """

    class Via(models.TextChoices):
        CAMERA = "camera", _("camera")
        FILE = "file", _("file")
        PHONE = "phone", _("phone")

    LIFETIME = timedelta(minutes=15)
    MOST_PICTURES = 30

    check_of = models.ForeignKey(IdentityCheck, models.CASCADE, related_name="captures")
    via = models.CharField(max_length=8, choices=Via.choices)
    secret_hash = models.CharField(max_length=64, unique=True)
    session = models.ForeignKey(
        BrowserSession, models.CASCADE, null=True, related_name="captures"
    )
    pictures_taken = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = CaptureQuerySet.as_manager()

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")

    def __str__(self) -> str:
        return f"{self.via} {self.pk}"


class IdentityLook(models.Model):
    """A reviewer's leave to see the pictures of one check, for a while.

    Opening it is what the trail records; every picture asks for it.
    """

    LIFETIME = timedelta(minutes=10)

    check_of = models.ForeignKey(IdentityCheck, models.CASCADE, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = _("look at pictures")
        verbose_name_plural = _("looks at pictures")

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at:%Y-%m-%d %H:%M}"
