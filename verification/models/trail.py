from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

FIRST_HEAD = "0" * 64


class Trail(models.Model):
    """The head of one chain: all that happened to one sign request."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seq = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default=FIRST_HEAD)

    class Meta:
        verbose_name = _("trail")
        verbose_name_plural = _("trails")

    def __str__(self) -> str:
        return str(self.public_id)


class TrailEntry(models.Model):
    """One thing that happened. The database itself refuses to change or drop it.

    payload is canonical JSON and names actor, gate and facts, never a code. It
    is hashed with its salt, and only that hash is chained, so that a payload
    can be erased by law one day while the chain still holds. gate repeats what
    the payload says, for look-ups.
    """

    trail = models.ForeignKey(Trail, models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    gate = models.ForeignKey(
        "verification.Gate", models.PROTECT, null=True, related_name="trail_entries"
    )
    payload = models.TextField()
    salt = models.CharField(max_length=32)
    payload_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("trail entry")
        verbose_name_plural = _("trail entries")
        ordering: ClassVar[list[str]] = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["trail", "seq"], name="one_entry_per_seq")
        ]
        indexes = [models.Index(fields=["gate", "seq"], name="entries_of_gate")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"
