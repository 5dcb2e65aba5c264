from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from signing.models.company import Company, SenderIdentity
from verification.models import Trail
from verification.models.gate import TITLE_LENGTH


class TransactionManager(models.Manager["SignRequest"]):
    """Leaves templates out: whoever lists, counts or sends never meets one."""

    def get_queryset(self) -> models.QuerySet[SignRequest]:
        return super().get_queryset().exclude(state=SignRequest.State.TEMPLATE)


class SignRequest(models.Model):
    """One or more PDFs sent to one or more signers; people read "transaction".

    draft ──> sent ──┬──> sealing ──> completed
                     ├──> declined
                     ├──> recalled    a draft too, if a program made it
                     └──> expired

    sealing: the last signer is done and the finished PDF is being made.
    template: what a Template prepares; it stays one, and is never sent.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        SEALING = "sealing", _("Being sealed")
        COMPLETED = "completed", _("Completed")
        DECLINED = "declined", _("Declined")
        RECALLED = "recalled", _("Recalled")
        EXPIRED = "expired", _("Expired")
        TEMPLATE = "template", _("Template")

    EDITABLE = (State.DRAFT, State.TEMPLATE)
    SOURCES: ClassVar[dict[State, tuple[State, ...]]] = {
        State.SENT: (State.DRAFT,),
        State.SEALING: (State.SENT,),
        State.COMPLETED: (State.SEALING,),
        State.DECLINED: (State.SENT,),
        State.RECALLED: (State.DRAFT, State.SENT),
        State.EXPIRED: (State.SENT,),
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    company = models.ForeignKey(Company, models.PROTECT, related_name="requests")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="sent_requests"
    )
    sender_identity = models.ForeignKey(
        SenderIdentity, models.PROTECT, null=True, related_name="requests"
    )
    trail = models.OneToOneField(Trail, models.PROTECT, related_name="request")
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, blank=True)
    message = models.TextField(_("message"), max_length=5000, blank=True)
    is_ordered = models.BooleanField(_("they sign in this order"), default=True)
    reminders_on = models.BooleanField(_("remind signers automatically"), default=True)
    # Where a program says so: every so many days, so many times; else as usual.
    remind_every = models.PositiveSmallIntegerField(_("days between"), null=True)
    remind_times = models.PositiveSmallIntegerField(_("reminders"), default=0)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    # How long it may be signed once it is sent: null for as long as usual, zero
    # for as long as it takes.
    open_for = models.DurationField(null=True)
    # Programs may want to reach the signers themselves.
    emails_off = models.BooleanField(_("no emails to signers"), default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    # Both are kept by flows.noting, for the list: it has indexes on them.
    changed_at = models.DateTimeField(default=timezone.now)
    attention_since = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closing_reason = models.CharField(max_length=500, blank=True)

    started_from = models.ForeignKey(
        "signing.Template", models.SET_NULL, null=True, related_name="started"
    )

    sealed = models.FileField(upload_to="sealed/%Y/%m/", blank=True, max_length=200)
    sealed_sha256 = models.CharField(max_length=64, blank=True)
    seal_token = models.CharField(max_length=32, blank=True)
    seal_lease_ends_at = models.DateTimeField(null=True)
    # Since when people know that the seal takes longer than it should.
    seal_late_at = models.DateTimeField(null=True)

    objects = TransactionManager()
    with_templates: ClassVar[models.Manager[SignRequest]] = models.Manager()

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        # Every filter of the list in both orders: a page is read off one of them.
        indexes = [
            models.Index(
                fields=["company", "state", "-created_at", "-id"],
                name="requests_by_state",
            ),
            models.Index(
                fields=["company", "-created_at", "-id"], name="requests_by_age"
            ),
            models.Index(
                fields=["company", "-changed_at", "-id"], name="requests_by_change"
            ),
            models.Index(
                fields=["company", "state", "-changed_at", "-id"],
                name="requests_by_state_change",
            ),
            models.Index(
                fields=["company", "sender", "-created_at", "-id"],
                name="requests_of_sender",
            ),
            models.Index(
                fields=["company", "sender", "state", "-created_at", "-id"],
                name="requests_of_sender_state",
            ),
            models.Index(
                fields=["company", "sender", "-changed_at", "-id"],
                name="requests_of_sender_change",
            ),
            models.Index(
                fields=["company", "sender", "state", "-changed_at", "-id"],
                name="requests_of_sender_both",
            ),
            models.Index(
                fields=["ends_at"], condition=Q(state="sent"), name="requests_to_end"
            ),
            models.Index(
                fields=["company", "-changed_at", "-id"],
                condition=Q(attention_since__isnull=False),
                name="requests_in_trouble",
            ),
            models.Index(
                fields=["company", "sender", "-changed_at", "-id"],
                condition=Q(attention_since__isnull=False),
                name="requests_of_sender_trouble",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.public_id)

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_template(self) -> bool:
        return self.state == self.State.TEMPLATE

    @property
    def is_open(self) -> bool:
        return self.state == self.State.SENT

    def move(self, to: State, **fields: object) -> bool:
        """Move if the stored row still allows it; False if someone was first."""
        row = SignRequest.objects.filter(pk=self.pk, state__in=self.SOURCES[to])
        moved = row.update(state=to, **fields) == 1
        self.refresh_from_db()
        return moved


class Document(models.Model):
    """One uploaded PDF: kept as it came, shown and sealed as it was cleaned."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(SignRequest, models.CASCADE, related_name="documents")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=200)
    original = models.FileField(upload_to="originals/%Y/%m/", max_length=200)
    original_sha256 = models.CharField(max_length=64)
    cleaned = models.FileField(upload_to="cleaned/%Y/%m/", max_length=200)
    cleaned_sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    page_count = models.PositiveIntegerField()
    removed = models.JSONField(default=list)
    # Since when its pages can't be drawn; null again once they are.
    undrawn_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Page(models.Model):
    """One page of a document; its image and text come from the background."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    width = models.FloatField(help_text=_("In points, as displayed."))
    height = models.FloatField(help_text=_("In points, as displayed."))
    image = models.FileField(upload_to="pages/%Y/%m/", blank=True, max_length=200)
    text = models.TextField(blank=True)
    rendered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering: ClassVar[list[str]] = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"], name="one_row_per_page"
            )
        ]

    def __str__(self) -> str:
        return str(self.number)
