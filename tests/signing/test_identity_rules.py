"""What an identity check must show: set in a draft, changed in flight, copied."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from signing.flows import drafts, holding, identity_rules, securing, templates
from signing.flows.drafts import SignerDetails
from signing.flows.identity_rules import IdentityDetails
from signing.flows.refusals import RefusedError
from signing.flows.securing import Wanted
from signing.flows.templates import Part, TemplateDetails
from signing.models import Signer
from tests import factories as make
from tests.factories import Browser
from tests.signing import in_flight
from verification import trail
from verification.models import Factor, IdentityCheck, IdentityRules

pytestmark = pytest.mark.django_db

Kind, Stage, Frequency = Factor.Kind, Factor.Stage, Factor.Frequency
STRICTEST = IdentityDetails(
    max_tries=1,
    needs_live_capture=True,
    needs_selfie=True,
    name_match="lenient",
    holds_for_prefill=True,
    document_types=("passport", "driver_license"),
)


@pytest.fixture
def sent():
    """Ada must show an identity document, with the rules that hold by themselves."""
    request = make.make_request(kinds=("phone",))
    change(request, Wanted(identity=IdentityDetails()))
    return request


def change(request, wanted, **facts) -> bool:
    return securing.change(
        make.signer_of(request),
        {Kind.IDENTITY: wanted},
        actor=request.sender,
        now=timezone.now(),
        **facts,
    )


def factor_of(signer: Signer) -> Factor:
    return signer.gate.factors.get(kind=Kind.IDENTITY, removed_at=None)


def rules_of(signer: Signer) -> IdentityDetails:
    return identity_rules.details_of(factor_of(signer))


def told(request, kind) -> dict:
    return trail.facts_of(request.trail.entries.filter(kind=kind).latest("seq"))


# Before it is sent


def add(draft, **facts) -> Signer:
    details = SignerDetails(
        name="Ada Lane",
        email="ada@example.com",
        phone=make.ADA_PHONE,
        factors={Kind.PHONE: Stage.VIEW, Kind.IDENTITY: Stage.SIGN},
        frequencies={Kind.IDENTITY: Frequency.ONCE_PER_DOCUMENT},
        **facts,
    )
    return drafts.add_signer(draft, "Pat", details)


def test_a_draft_keeps_every_setting():
    signer = add(make.make_draft(people=()), identity=STRICTEST)
    assert rules_of(signer) == STRICTEST
    factor = factor_of(signer)
    assert (factor.stage, factor.frequency) == ("sign", "once_per_document")
    phone = signer.gate.factors.get(kind=Kind.PHONE)
    assert phone.frequency == Frequency.EVERY_ACCESS


def test_saving_without_a_word_on_them_leaves_the_rules_alone():
    draft = make.make_draft(people=())
    signer = add(draft, identity=STRICTEST)
    plain = SignerDetails(factors={Kind.IDENTITY: Stage.VIEW})
    drafts.update_signer(signer, plain, "Pat")
    assert rules_of(signer) == STRICTEST
    assert factor_of(signer).frequency == Frequency.ONCE_PER_DOCUMENT


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"max_tries": 0}, "tries"),
        ({"max_tries": 11}, "tries"),
        ({"name_match": "exact"}, "bad_name_match"),
        ({"document_types": ("library_card",)}, "bad_document_type"),
    ],
)
def test_what_there_is_not_is_refused_and_nothing_is_saved(sent, facts, code):
    before = rules_of(make.signer_of(sent))
    with pytest.raises(RefusedError) as refused:
        change(sent, Wanted(identity=replace(before, **facts)))
    assert refused.value.code == code
    assert rules_of(make.signer_of(sent)) == before


@pytest.mark.parametrize("tries", [1, 10])
def test_one_and_ten_tries_are_taken(sent, tries):
    assert change(sent, Wanted(identity=IdentityDetails(max_tries=tries)))
    assert rules_of(make.signer_of(sent)).max_tries == tries


# Copies


def test_a_template_and_what_starts_from_it_carry_the_rules():
    draft = make.make_draft(people=())
    pat = draft.sender
    make.make_document(draft)
    add(draft, identity=STRICTEST)
    now = timezone.now()
    template = templates.save_as(
        draft, owner=pat, about=TemplateDetails("Lease"), keeps_people=False, now=now
    )
    role = template.request.signers.get()
    assert rules_of(role) == STRICTEST
    part = Part(name="Bob Reed", email="bob@example.com")
    started = templates.start(
        template, sender=pat, now=now, parts={role.public_id: part}
    )
    copy = started.signers.get()
    assert rules_of(copy) == STRICTEST
    assert factor_of(copy).frequency == Frequency.ONCE_PER_DOCUMENT
    assert IdentityRules.objects.count() == 3


def test_what_was_started_has_rules_of_its_own():
    draft = make.make_draft(people=())
    pat = draft.sender
    signer = add(draft, identity=STRICTEST)
    about = TemplateDetails("Lease")
    template = templates.save_as(
        draft, owner=pat, about=about, keeps_people=True, now=timezone.now()
    )
    other = SignerDetails(
        factors={Kind.IDENTITY: Stage.VIEW}, identity=IdentityDetails()
    )
    drafts.update_signer(template.request.signers.get(), other, "Pat")
    assert rules_of(signer) == STRICTEST


# In flight


def test_changed_rules_stand_in_the_trail_old_and_new(sent):
    assert change(sent, Wanted(identity=STRICTEST))
    facts = told(sent, "factor_changed")
    assert facts["old_rules"]["max_tries"] == 3
    assert facts["rules"] == STRICTEST.as_facts()
    assert facts["actor"].startswith(sent.sender.name)
    assert trail.verify(sent.trail) is None


def test_an_added_check_tells_its_rules(sent):
    assert told(sent, "factor_added")["rules"] == IdentityDetails().as_facts()


def test_changed_rules_end_what_was_proven_and_what_is_under_way(sent):
    ada = Browser(make.signer_of(sent).gate)
    ada.pass_phone()
    identity = factor_of(make.signer_of(sent))
    Factor.objects.filter(pk=identity.pk).update(proven_at=timezone.now())
    checks = [
        IdentityCheck.objects.create(
            gate=ada.gate,
            factor=identity,
            visit=ada.visit,
            provider="review",
            state=state,
            started_at=timezone.now(),
        )
        for state in (IdentityCheck.State.WAITING, IdentityCheck.State.PASSED)
    ]
    assert change(sent, Wanted(identity=STRICTEST))
    waiting, passed = (IdentityCheck.objects.get(pk=one.pk) for one in checks)
    assert waiting.state == IdentityCheck.State.ENDED
    assert passed.used_at is not None, "it opens nothing any more"
    identity.refresh_from_db()
    assert identity.proven_at is None
    assert not ada.standing.passed


def test_rules_that_are_as_wanted_end_nothing(sent):
    ada = Browser(make.signer_of(sent).gate)
    ada.pass_phone()
    assert not change(sent, Wanted(identity=IdentityDetails(), stage="view"))
    assert ada.standing.passed
    assert not sent.trail.entries.filter(kind="factor_changed").exists()


def test_a_dialog_that_shows_older_rules_changes_nothing(sent):
    seen = holding.fingerprint(make.signer_of(sent))
    change(sent, Wanted(identity=STRICTEST))
    with pytest.raises(RefusedError) as refused:
        change(sent, Wanted(identity=IdentityDetails()), seen=seen)
    assert refused.value.code == "changed_meanwhile"


def test_only_an_identity_check_has_such_rules(sent):
    with pytest.raises(RefusedError) as refused:
        securing.change(
            make.signer_of(sent),
            {Kind.PHONE: Wanted(identity=STRICTEST)},
            actor=sent.sender,
            now=timezone.now(),
        )
    assert refused.value.code == "no_rules_here"


def test_a_check_that_comes_back_has_the_rules_that_are_said_then(sent):
    change(sent, Wanted(identity=STRICTEST))
    signer = make.signer_of(sent)
    in_flight.remove_factor(
        signer, Kind.IDENTITY, actor=sent.sender, now=timezone.now()
    )
    change(sent, Wanted(identity=IdentityDetails(max_tries=7)))
    assert rules_of(signer) == IdentityDetails(max_tries=7)
