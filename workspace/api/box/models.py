"""What only this door knows: folders, files as they came, and what it echoes."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from signing.models import Company, SignRequest

DIGITS = 13


def new_number() -> str:
    """Return an id as this door's clients know them: decimal, and a string."""
    return str(10 ** (DIGITS - 1) + secrets.randbelow(9 * 10 ** (DIGITS - 1)))


class BoxFolder(models.Model):
    """A folder of a company. The root, number "0", has no row."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="box_folders")
    number = models.CharField(max_length=20, default=new_number)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="inner")
    name = models.CharField(_("name"), max_length=255)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("folder")
        verbose_name_plural = _("folders")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["company", "number"], name="one_folder_of_a_number"
            ),
            models.UniqueConstraint(
                fields=["company", "parent", "name"], name="one_folder_of_a_name"
            ),
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=models.Q(parent=None),
                name="one_folder_of_a_name_in_the_root",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BoxFile(models.Model):
    """A file that a program put here, unlooked at until a transaction uses it.

    Its owner's, like their transactions; folder is null in the root.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="box_files")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="box_files"
    )
    number = models.CharField(max_length=20, default=new_number)
    folder = models.ForeignKey(
        BoxFolder, models.CASCADE, null=True, related_name="files"
    )
    name = models.CharField(_("name"), max_length=255)
    content = models.FileField(upload_to="box/%Y/%m/", max_length=200)
    size = models.PositiveBigIntegerField()
    sha1 = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["company", "number"], name="one_file_of_a_number"
            ),
            models.UniqueConstraint(
                fields=["company", "folder", "owner", "name"],
                name="one_file_of_a_name",
            ),
            models.UniqueConstraint(
                fields=["company", "owner", "name"],
                condition=models.Q(folder=None),
                name="one_file_of_a_name_in_the_root",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BoxRequest(models.Model):
    """What a client said of a transaction that changes nothing, to be said again.

    source_files: numbers of files; echoed: members of the request; signers:
    members of each signer, by the signer's public id. Never a password.
    """

    request = models.OneToOneField(SignRequest, models.CASCADE, related_name="box")
    folder = models.ForeignKey(BoxFolder, models.SET_NULL, null=True)
    source_files = models.JSONField(default=list)
    echoed = models.JSONField(default=dict)
    signers = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("request of a program")
        verbose_name_plural = _("requests of programs")

    def __str__(self) -> str:
        return str(self.request_id)
