from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from signing.models.request import SignRequest
from signing.models.signer import Signer

if TYPE_CHECKING:
    from signing.models.company import Company
    from verification.models import User


class TemplateQuerySet(models.QuerySet["Template"]):
    """Chain `of` first: nothing crosses from one company to another."""

    def of(self, company: Company) -> TemplateQuerySet:
        return self.filter(request__company=company)

    def usable_by(self, user: User) -> TemplateQuerySet:
        """Their own, and what others share."""
        return self.filter(models.Q(is_shared=True) | models.Q(request__sender=user))

    def live(self) -> TemplateQuerySet:
        return self.filter(archived_at=None)

    def archived(self) -> TemplateQuerySet:
        return self.exclude(archived_at=None)

    def matching(self, words: str) -> TemplateQuerySet:
        """Templates with words in their name, description, or a role's name."""
        roles = Signer.objects.filter(
            request=models.OuterRef("request"), label__icontains=words
        )
        return self.filter(
            models.Q(name__icontains=words)
            | models.Q(description__icontains=words)
            | models.Exists(roles)
        )


class Template(models.Model):
    """A transaction prepared once, to start many from.

    Its request stays in the state "template" and holds documents, message,
    fields, and a signer for each role: a role may lack name and address, or be
    taken for good by one person, with phone and hashed password. The request's
    sender owns it.
    """

    request = models.OneToOneField(SignRequest, models.CASCADE, related_name="template")
    name = models.CharField(_("name"), max_length=256, blank=True)
    description = models.CharField(_("description"), max_length=500, blank=True)
    is_shared = models.BooleanField(
        _("everybody in the company can start from it"), default=False
    )
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Template]] = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        return self.name or self.request.title or str(_("Untitled"))

    @property
    def public_id(self) -> UUID:
        """The template's id everywhere outside: its request's."""
        return self.request.public_id

    @property
    def owner(self) -> User:
        return self.request.sender

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None
