from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from signing.models.signer import Signer


class LaunchCode(models.Model):
    """A code that a publisher tells a signer who has no email, in place of a link.

    Works once, until ends_at or until the signer's link is replaced. Only a keyed hash is kept: 40 random bits are
    found by trying out, for who has the table but not the key.
    """

    signer = models.ForeignKey(Signer, models.CASCADE, related_name="launch_codes")
    keyed_hash = models.CharField(max_length=64, unique=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("launch code")
        verbose_name_plural = _("launch codes")

    def __str__(self) -> str:
        return str(self.pk)
