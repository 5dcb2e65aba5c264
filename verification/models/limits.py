from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Allowance(models.Model):
    """How much of one limit one key has used in its present window.

    A row, not a cache entry: cache counters miscount across processes and
    forget. key is a keyed hash wherever it would name a person.
    """

    name = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    started_at = models.DateTimeField(db_index=True)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        constraints = [
            models.UniqueConstraint(fields=["name", "key"], name="one_row_per_limit")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.used}"
