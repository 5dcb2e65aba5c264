"""A sent transaction, for tests of what is written about it."""

from __future__ import annotations

from django.utils import timezone

from signing.flows import drafts, sending
from signing.flows.drafts import SignerDetails
from signing.models import Company, Document
from verification.models import Factor, User

VIEW, SIGN = Factor.Stage.VIEW, Factor.Stage.SIGN
PASSWORD = "Tr0ub4dor & Söhne"


def make_company(**changes):
    facts = {
        "name": "Acme Advisors",
        "contact_phone": "(415) 555-0142",
        "time_zone": "America/Los_Angeles",
        "alternative_codes_on": True,
        "generate_in_resend": True,
    }
    return Company.objects.create(**(facts | changes))


def make_request(*people, company=None, sender_language="en", **changes):
    """Send a transaction from Pat to people, each a SignerDetails; Ada by default."""
    now = timezone.now()
    company = company or make_company()
    pat = User.objects.create_user(
        f"pat{User.objects.count() or ''}@example.com",
        name="Pat Reyes",
        language=sender_language,
    )
    draft = drafts.create_draft(company, pat, now)
    facts = {"title": "Lease 2026", "message": "Here is the lease we talked about."}
    for name, value in (facts | changes).items():
        setattr(draft, name, value)
    draft.save()
    Document.objects.create(
        request=draft,
        name="Lease 2026.pdf",
        size=1000,
        page_count=4,
        original_sha256="a" * 64,
        cleaned_sha256="b" * 64,
        created_at=now,
    )
    for details in people or (ada(),):
        drafts.add_signer(draft, sending.actor_name(pat), details)
    sending.send(draft, actor=pat, now=now)
    return draft


def ada(**changes):
    facts = {
        "name": "Ada Lane",
        "email": "ada@example.com",
        "phone": "+14155550190",
        "factors": {Factor.Kind.ACCESS_CODE: VIEW, Factor.Kind.PHONE: SIGN},
        "secret": drafts.hash_access_code(PASSWORD),
    }
    return SignerDetails(**(facts | changes))


def robert(**changes):
    facts = {
        "name": "Robert Lane",
        "email": "robert@example.com",
        "phone": "+14155550190",
        "factors": {Factor.Kind.PHONE: VIEW},
    }
    return SignerDetails(**(facts | changes))
