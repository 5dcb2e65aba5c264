"""What an identity check must show, as a publisher or a program says it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from signing.flows.refusals import RefusedError
from signing.models import Signer
from verification.identity import base
from verification.models import Factor, IdentityCheck, IdentityRules
from verification.models.gate import DEFAULT_TRIES, MAX_TRIES

NameMatch = IdentityRules.NameMatch
DocumentType = IdentityRules.DocumentType


@dataclass(frozen=True)
class IdentityDetails:
    """The settings of seed 003 but how often, which stands on the factor.

    document_types are IdentityRules.DocumentType; none of them means all.
    """

    max_tries: int = DEFAULT_TRIES
    needs_live_capture: bool = False
    needs_selfie: bool = False
    name_match: str = NameMatch.STRICT
    holds_for_prefill: bool = False
    document_types: tuple[str, ...] = ()

    def as_facts(self) -> dict[str, Any]:
        """Return what the trail says of them."""
        facts = asdict(self)
        facts["name_match"] = str(self.name_match)
        facts["document_types"] = [str(one) for one in self.document_types]
        return facts


def with_rules() -> Prefetch[Any]:
    """Bring factors with their rules along with signers, in one query."""
    return Prefetch("gate__factors", Factor.objects.select_related("identity_rules"))


def details_of(factor: Factor) -> IdentityDetails:
    """Return the factor's rules; the defaults where none were set."""
    rules = getattr(factor, "identity_rules", None)
    if rules is None:
        return IdentityDetails()
    return IdentityDetails(
        max_tries=rules.max_tries,
        needs_live_capture=rules.needs_live_capture,
        needs_selfie=rules.needs_selfie,
        name_match=rules.name_match,
        holds_for_prefill=rules.holds_for_prefill,
        document_types=tuple(rules.document_types),
    )


def keep(factor: Factor, wanted: IdentityDetails) -> IdentityDetails | None:
    """Store the rules of a factor; return what they were, None when the same.

    Call it in the transaction of the change. Raises RefusedError.
    """
    refuse_impossible(wanted)
    is_new = getattr(factor, "identity_rules", None) is None
    before = details_of(factor)
    if before == wanted and not is_new:
        return None
    rules, _is_new = IdentityRules.objects.update_or_create(
        factor=factor, defaults=wanted.as_facts()
    )
    factor.identity_rules = rules
    return before if before != wanted else None


def refuse_impossible(wanted: IdentityDetails) -> None:
    """Raises RefusedError where a value is none that there is."""
    if not 1 <= wanted.max_tries <= MAX_TRIES:
        raise RefusedError("tries", _("A signer has 1 to 10 tries."))
    if wanted.name_match not in NameMatch.values:
        raise RefusedError("bad_name_match", _("Choose how names are compared."))
    if not set(wanted.document_types) <= set(DocumentType.values):
        raise RefusedError("bad_document_type", _("Choose which documents will do."))


def refuse_without_provider(signer: Signer) -> None:
    """Raises RefusedError where nobody is there to check an ID: the gate would
    keep shut."""
    provider = signer.request.company.identity_provider
    if base.is_ready(provider):
        return
    known = provider in IdentityCheck.Provider.values
    name = IdentityCheck.Provider(provider).label if known else provider
    raise RefusedError(
        "provider_off",
        _(
            "%(provider)s is not set up on this server, so nobody could show an ID: "
            "turn off the identity check, or ask whoever runs the server."
        )
        % {"provider": name},
    )
