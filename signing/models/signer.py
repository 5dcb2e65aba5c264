from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from signing.models.request import Document, SignRequest
from verification.models import Gate

REMINDERS = 4


class Signer(models.Model):
    """One person's part in one sign request. Who they are stands on the gate.

    waiting ──> invited ──> viewed ──┬──> signed
                                     └──> declined

    A signer whose gate only guards the signature may go from invited to signed
    by way of viewed in one visit.
    """

    class Role(models.TextChoices):
        SIGNER = "signer", _("Signer")
        APPROVER = "approver", _("Approver")
        CC = "final_copy_reader", _("Gets a copy")
        REVIEWER = "reviewer", _("Reviewer")
        IN_PERSON = "in_person", _("Signs in person")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        INVITED = "invited", _("Invited")
        VIEWED = "viewed", _("Viewed")
        SIGNED = "signed", _("Signed")
        DECLINED = "declined", _("Declined")

    MAX_ORDER = 50

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(SignRequest, models.CASCADE, related_name="signers")
    gate = models.OneToOneField(Gate, models.PROTECT, related_name="signer")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.SIGNER)
    order = models.PositiveSmallIntegerField(
        _("order"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_ORDER)],
    )
    # What a template calls this part, and what it asks of whoever starts from it.
    label = models.CharField(_("role"), max_length=120, blank=True)
    needs_access_code = models.BooleanField(_("a password is required"), default=False)
    needs_phone = models.BooleanField(_("a phone number is required"), default=False)
    host_name = models.CharField(_("host"), max_length=120, blank=True)
    # For this person alone, under the message to all.
    message = models.TextField(_("private message"), max_length=5000, blank=True)
    login_required = models.BooleanField(default=False)
    # Offered when they are done, if the company allows the address by then.
    redirect_url = models.URLField(max_length=500, blank=True)
    declined_redirect_url = models.URLField(max_length=500, blank=True)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.WAITING
    )
    invited_at = models.DateTimeField(null=True)
    # How many of the automatic reminders are behind this signer.
    reminders_done = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    viewed_at = models.DateTimeField(null=True)
    consented_at = models.DateTimeField(null=True)
    consent_version = models.PositiveSmallIntegerField(null=True)
    consent_language = models.CharField(max_length=10, blank=True)
    done_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("signer")
        verbose_name_plural = _("signers")
        ordering: ClassVar[list[str]] = ["order", "id"]
        indexes = [
            models.Index(
                fields=["invited_at"],
                condition=models.Q(
                    state__in=["invited", "viewed"], reminders_done__lt=REMINDERS
                ),
                name="signers_to_remind",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.label

    @property
    def name(self) -> str:
        return self.gate.name

    @property
    def email(self) -> str:
        return self.gate.email

    @property
    def phone(self) -> str:
        return self.gate.phone_e164

    @property
    def acts(self) -> bool:
        """Whether the request waits for this person."""
        return self.role != self.Role.CC

    @property
    def only_agrees(self) -> bool:
        """Whether an approver or reviewer finishes without a signature; fields
        that were placed for them are filled all the same."""
        return self.role in (self.Role.APPROVER, self.Role.REVIEWER)

    @property
    def is_done(self) -> bool:
        return self.state in (self.State.SIGNED, self.State.DECLINED)


class Field(models.Model):
    """A place on a page that one signer fills.

    x, y, width and height are fractions of the page as displayed, from its top
    left corner.
    """

    class Kind(models.TextChoices):
        SIGNATURE = "signature", _("Signature")
        INITIALS = "initials", _("Initials")
        DATE = "date", _("Date")
        NAME = "name", _("Name")
        TEXT = "text", _("Text")
        CHECKBOX = "checkbox", _("Checkbox")

    AUTOMATIC = frozenset({Kind.DATE, Kind.NAME})

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="fields")
    signer = models.ForeignKey(Signer, models.CASCADE, related_name="fields")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    page_number = models.PositiveIntegerField()
    x = models.FloatField()
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    is_required = models.BooleanField(_("must be filled"), default=True)
    # A text or box of the sender's: the signer reads it.
    is_read_only = models.BooleanField(_("only read by the signer"), default=False)
    label = models.CharField(_("label"), max_length=120, blank=True)
    # What a program calls this field, to fill it before the signer comes.
    tag = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        ordering: ClassVar[list[str]] = ["document", "page_number", "y", "x", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(x__gte=0, y__gte=0, width__gt=0, height__gt=0),
                name="field_on_the_page",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} on page {self.page_number}"

    @property
    def is_automatic(self) -> bool:
        return self.kind in self.AUTOMATIC

    @property
    def is_signers(self) -> bool:
        """Whether the signer fills it: nobody else did or will."""
        return not (self.is_automatic or self.is_read_only)


class Signature(models.Model):
    """What a signer adopted as signature or initials.

    strokes: a list of strokes, each a list of [x, y] in fractions of the pad;
    aspect is the pad's width divided by its height.
    """

    class Kind(models.TextChoices):
        SIGNATURE = "signature", _("Signature")
        INITIALS = "initials", _("Initials")

    class Style(models.TextChoices):
        TYPED_1 = "typed-1", _("Typed, first style")
        TYPED_2 = "typed-2", _("Typed, second style")
        TYPED_3 = "typed-3", _("Typed, third style")
        DRAWN = "drawn", _("Drawn")

    signer = models.ForeignKey(Signer, models.CASCADE, related_name="signatures")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SIGNATURE)
    style = models.CharField(max_length=8, choices=Style.choices)
    text = models.CharField(max_length=120, blank=True)
    strokes = models.JSONField(default=list)
    aspect = models.FloatField(default=3)
    adopted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(
                fields=["signer", "kind"], name="one_signature_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return self.text or self.get_style_display()
