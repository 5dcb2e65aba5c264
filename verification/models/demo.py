from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from verification.models.delivery import Delivery


class DemoMessage(models.Model):
    """A text, call or email that stayed on this computer."""

    delivery = models.ForeignKey(
        Delivery, models.SET_NULL, null=True, related_name="demo_messages"
    )
    channel = models.CharField(max_length=8, choices=Delivery.Channel.choices)
    to = models.CharField(max_length=254, db_index=True)
    subject = models.CharField(max_length=998, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=10, default="en")
    status = models.CharField(max_length=16)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("demo message")
        verbose_name_plural = _("demo messages")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.channel} to {self.to}"


class DemoPhone(models.Model):
    """How a number on the demo page behaves."""

    class Kind(models.TextChoices):
        MOBILE = "mobile", _("mobile")
        LANDLINE = "landline", _("landline")
        OFF = "off", _("switched off")
        VOICEMAIL = "voicemail", _("voicemail")

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.MOBILE)

    class Meta:
        verbose_name = _("demo phone")
        verbose_name_plural = _("demo phones")

    def __str__(self) -> str:
        return self.number
