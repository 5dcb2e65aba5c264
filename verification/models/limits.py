from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Allowance(models.Model):
    """How much of one limit has been used in its present window.

    A row, not a cache entry: cache counters miscount across processes and
    forget. key is a keyed hash, so a row names nobody.
    """

    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=32)
    used = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")

    def __str__(self) -> str:
        return f"{self.name}: {self.used}"
