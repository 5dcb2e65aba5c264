"""The gate's dialog before an identity check begins."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from signing.views import identity_words
from signing.views.identity_urls import GateUrls
from verification import policy
from verification.flows import identity
from verification.identity import base
from verification.models import (
    Factor,
    Gate,
    IdentityCheck,
    IdentityRules,
    Submission,
    Visit,
)
from verification.outcomes import Outcome


def of(
    gate: Gate, visit: Visit | None, factor: Factor, press: Submission | None
) -> dict[str, Any]:
    """Return who asks and what to have ready. press: the last one, in this browser."""
    rules = IdentityRules.of(factor)
    name = policy.of(gate).identity_provider
    provider = base.provider(name)
    return {
        "urls": GateUrls(gate.public_id),
        "stage": factor.stage,
        "documents": identity_words.documents(rules.allowed_types),
        "wants_selfie": rules.needs_selfie,
        "is_hosted": provider is not None and provider.is_hosted,
        "provider": IdentityCheck.Provider(name).label,
        "has_begun": identity.current(visit, factor) is not None,
        "error": said(press),
    }


def said(press: Submission | None) -> str:
    sentences = {
        Outcome.NOT_ALLOWED: _("This check is not available at the moment."),
        Outcome.STALE: _("Something changed meanwhile. Please try again."),
        Outcome.LOCKED: _("There are no tries left."),
        Outcome.WAIT: _("That was begun too often. Please wait an hour, then go on."),
    }
    return sentences.get(Outcome(press.outcome), "") if press else ""
