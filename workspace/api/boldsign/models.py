"""What only this door knows: facts that its clients want to hear again as they
said them, and that change nothing of what happens."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from signing.models import SenderIdentity, Signer, SignRequest, Template


class BoldSignDocument(models.Model):
    """facts: members of the vendor's DocumentProperties, by the vendor's names."""

    request = models.OneToOneField(SignRequest, models.CASCADE, related_name="boldsign")
    facts = models.JSONField(default=dict)
    # A client may delete what it sees; what was sent is kept for those who signed.
    deleted_at = models.DateTimeField(null=True)
    is_hidden = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("document of a BoldSign client")
        verbose_name_plural = _("documents of BoldSign clients")

    def __str__(self) -> str:
        return str(self.request_id)


class BoldSignLabel(models.Model):
    """One label of a document, as a row so that lists can ask for it."""

    request = models.ForeignKey(
        SignRequest, models.CASCADE, related_name="boldsign_labels"
    )
    text = models.CharField(max_length=255, db_index=True)

    class Meta:
        verbose_name = _("label of a BoldSign client")
        verbose_name_plural = _("labels of BoldSign clients")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.text


class BoldSignSigner(models.Model):
    """facts: members of the vendor's DocumentSignerDetails, by the vendor's names."""

    signer = models.OneToOneField(Signer, models.CASCADE, related_name="boldsign")
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("signer of a BoldSign client")
        verbose_name_plural = _("signers of BoldSign clients")

    def __str__(self) -> str:
        return str(self.signer_id)


class BoldSignTemplate(models.Model):
    """facts: members of the vendor's TemplateProperties; roles by signer id."""

    template = models.OneToOneField(Template, models.CASCADE, related_name="boldsign")
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("template of a BoldSign client")
        verbose_name_plural = _("templates of BoldSign clients")

    def __str__(self) -> str:
        return str(self.template_id)


class BoldSignIdentity(models.Model):
    """facts: members of the vendor's SenderIdentityViewModel."""

    identity = models.OneToOneField(
        SenderIdentity, models.CASCADE, related_name="boldsign"
    )
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("sender identity of a BoldSign client")
        verbose_name_plural = _("sender identities of BoldSign clients")

    def __str__(self) -> str:
        return str(self.identity_id)
