"""What an identity check must show, as fields: the settings of seed 003."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from signing.flows.identity_rules import IdentityDetails, details_of
from signing.models import Company
from verification.identity import base
from verification.models import Factor, IdentityCheck, IdentityRules
from verification.models.gate import MAX_TRIES

Frequency = Factor.Frequency
NameMatch = IdentityRules.NameMatch
DocumentType = IdentityRules.DocumentType
Provider = IdentityCheck.Provider
FREQUENCIES = [
    (Frequency.EVERY_ACCESS, _("each time they open it")),
    (Frequency.UNTIL_SIGN_COMPLETED, _("until they have signed")),
    (Frequency.ONCE_PER_DOCUMENT, _("once for this document")),
]
NAME_MATCHES = [
    (NameMatch.STRICT, _("strictly")),
    (NameMatch.MODERATE, _("moderately")),
    (NameMatch.LENIENT, _("leniently")),
]
TRIES = [(number, str(number)) for number in range(1, MAX_TRIES + 1)]


class IdentityFields(forms.Form):
    """Each setting with one plain sentence on what it does.

    Whoever sends none of them keeps what is set.
    """

    company: Company

    identity_frequency = forms.ChoiceField(
        label=_("How often"),
        required=False,
        choices=FREQUENCIES,
        help_text=_(
            "Each time is the safest: whoever comes by the link later, even after "
            "signing, shows an ID, too."
        ),
    )
    identity_tries = forms.TypedChoiceField(
        label=_("Tries"),
        required=False,
        choices=TRIES,
        coerce=int,
        help_text=_(
            "After so many failed checks they are locked until you reset them."
        ),
    )
    document_types = forms.MultipleChoiceField(
        label=_("Which documents will do"),
        choices=DocumentType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none to accept all of them."),
    )
    needs_live_capture = forms.BooleanField(
        label=_("Photo taken live"),
        required=False,
        help_text=_(
            "The picture is taken with the camera during the check; a file from the "
            "disk is refused."
        ),
    )
    needs_selfie = forms.BooleanField(
        label=_("Matching selfie"),
        required=False,
    )
    name_match = forms.ChoiceField(
        label=_("The name is compared"),
        required=False,
        choices=NAME_MATCHES,
        help_text=_(
            "Strictly: only capitals, accents and order may differ. Moderately: also "
            "middle names, titles and suffixes. Leniently: also small spelling "
            "mistakes and nicknames."
        ),
    )
    holds_for_prefill = forms.BooleanField(
        label=_("Wait for prefilling"),
        required=False,
        help_text=_(
            "After the check they wait, 30 seconds at most, while you or a program "
            "fill in their fields."
        ),
    )

    def frequencies(self) -> dict[Factor.Kind, Factor.Frequency]:
        said = self.cleaned_data.get("identity_frequency")
        return {Factor.Kind.IDENTITY: Frequency(said)} if said else {}

    def identity(self) -> IdentityDetails | None:
        """Return what was said; None where something of it was not understood."""
        said = self.cleaned_data
        if not said.get("identity_tries") or not said.get("name_match"):
            return None
        wanted = set(said.get("document_types") or ())
        types = tuple(one for one in DocumentType.values if one in wanted)
        return IdentityDetails(
            max_tries=said["identity_tries"],
            needs_live_capture=said["needs_live_capture"],
            needs_selfie=said["needs_selfie"],
            name_match=said["name_match"],
            holds_for_prefill=said["holds_for_prefill"],
            document_types=types if len(types) < len(DocumentType) else (),
        )

    @property
    def selfie_note(self) -> str:
        """Who compares the faces: only a provider does it by machine."""
        if self.company.identity_provider == Provider.REVIEW:
            return _now(
                "They take a picture of their face. A person of your company compares "
                "it with the document; no machine does."
            )
        words = _now(
            "They take a picture of their face. %(provider)s compares it with the "
            "document by machine."
        )
        return words % {"provider": self.provider_name}

    @property
    def provider_note(self) -> str:
        if self.company.identity_provider == Provider.REVIEW:
            return _now(
                "Review by your company: the machine-readable lines are checked by "
                "machine, and a person of your company compares document, selfie and "
                "name. Only a provider like Stripe Identity matches faces by machine."
            )
        words = _now(
            "Your company uses %(provider)s: it checks the document, and matches faces "
            "by machine. Pictures go to that provider."
        )
        return words % {"provider": self.provider_name}

    @property
    def is_provider_ready(self) -> bool:
        return base.is_ready(self.company.identity_provider)

    @property
    def provider_name(self) -> str:
        return str(Provider(self.company.identity_provider).label)


def stored_identity(factor: Factor | None, company: Company) -> dict[str, Any]:
    """Return the rules of a factor as initial values, or what a new one begins with."""
    if factor is None:
        rules = IdentityDetails(max_tries=company.default_tries)
    else:
        rules = details_of(factor)
    return {
        "identity_frequency": factor.frequency if factor else Frequency.EVERY_ACCESS,
        "identity_tries": rules.max_tries,
        "document_types": list(rules.document_types) or DocumentType.values,
        "needs_live_capture": rules.needs_live_capture,
        "needs_selfie": rules.needs_selfie,
        "name_match": rules.name_match,
        "holds_for_prefill": rules.holds_for_prefill,
    }
