"""The publisher chooses what an identity check must show, and reads how strong each
way is: in a draft, in flight, in a template."""

from __future__ import annotations

import pytest
from django.utils import timezone

from signing.flows import drafts, identity_rules, readiness, templates
from signing.flows.drafts import SignerDetails
from signing.flows.identity_rules import IdentityDetails
from signing.flows.templates import TemplateDetails
from signing.models import Company, SignRequest
from tests import factories
from tests.workspace.test_draft_pages import form
from tests.workspace.test_inflight import FACTORS, address, asked, gate_of, toast
from verification import trail
from verification.identity import base
from verification.models import Factor, IdentityRules
from verification.standing import standing
from workspace import strength
from workspace.journey import journeys

Kind = Factor.Kind
SAID = {
    "use_identity": "on",
    "identity_stage": "sign",
    "identity_frequency": "until_sign_completed",
    "identity_tries": "10",
    "needs_live_capture": "on",
    "needs_selfie": "on",
    "name_match": "lenient",
    "holds_for_prefill": "on",
    "document_types": ["passport", "id_card"],
}
KEPT = IdentityDetails(10, True, True, "lenient", True, ("passport", "id_card"))


@pytest.fixture
def draft(company, pat) -> SignRequest:
    return factories.make_draft(company, pat, title="Lease 2026")


def page_of(draft) -> str:
    return f"/workspace/drafts/{draft.public_id}/"


def save(client, draft, **said):
    facts = {f"signer_{name}": value for name, value in said.items()}
    return client.post(f"{page_of(draft)}save/", form(draft, **facts))


def identity_of(draft) -> Factor:
    return Factor.objects.get(
        gate__signer__request=draft, kind=Kind.IDENTITY, removed_at=None
    )


# In a draft


def test_a_draft_keeps_every_setting_and_shows_it_again(as_pat, draft):
    assert save(as_pat, draft, **SAID).status_code == 302
    factor = identity_of(draft)
    assert identity_rules.details_of(factor) == KEPT
    assert (factor.stage, factor.frequency) == ("sign", "until_sign_completed")
    page = as_pat.get(page_of(draft)).content.decode()
    assert '<option value="10" selected>10</option>' in page
    assert '<option value="lenient" selected>' in page
    save(as_pat, draft, **SAID)
    assert identity_rules.details_of(identity_of(draft)) == KEPT


def test_a_new_check_begins_with_the_seeds_defaults(as_pat, draft):
    save(as_pat, draft, use_identity="on")
    factor = identity_of(draft)
    assert identity_rules.details_of(factor) == IdentityDetails()
    assert factor.frequency == "every_access"


@pytest.mark.parametrize("ticked", [[], ["passport", "id_card", "driver_license"]])
def test_none_ticked_and_all_ticked_mean_any_document(as_pat, draft, ticked):
    save(as_pat, draft, **(SAID | {"document_types": ticked}))
    assert identity_rules.details_of(identity_of(draft)).document_types == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("identity_tries", "0"),
        ("identity_tries", "11"),
        ("identity_tries", "many"),
        ("name_match", "exact"),
        ("identity_frequency", "never"),
        ("document_types", ["library_card"]),
    ],
)
def test_a_forged_value_is_not_kept(as_pat, draft, name, value):
    save(as_pat, draft, **SAID)
    page = save(as_pat, draft, **(SAID | {name: value}))
    assert page.status_code == 200
    rules = identity_rules.details_of(identity_of(draft))
    assert rules.max_tries == 10
    assert rules.name_match == "lenient"
    assert identity_of(draft).frequency == "until_sign_completed"


def test_each_way_is_offered_with_a_sentence_on_its_strength(as_pat, draft):
    page = as_pat.get(page_of(draft)).content.decode()
    for kind in drafts.KINDS:
        words = strength.strength(kind)
        assert words.endswith(".")
        assert words in page
    assert "Texts can be intercepted" in page


def test_the_page_says_who_compares_and_who_matches_faces(as_pat, draft, company):
    page = as_pat.get(page_of(draft)).content.decode()
    assert "a person of your company compares document, selfie and name" in page
    assert "Only a provider like Stripe Identity matches faces by machine." in page
    Company.objects.filter(pk=company.pk).update(identity_provider="stripe")
    page = as_pat.get(page_of(draft)).content.decode()
    assert "Stripe Identity compares it with the document by machine." in page


def test_the_preview_tells_what_the_signer_goes_through(as_pat, draft):
    save(as_pat, draft, **SAID, use_passkey="on", use_totp="on")
    page = as_pat.get(f"{page_of(draft)}journey/").content.decode()
    words = "Shows Passport or Identity card with the camera and a selfie."
    assert words in page
    assert "Review by your company." in page
    assert "Passkey" in page
    assert "Code of an authenticator app" in page


def test_the_preview_has_the_order_of_the_gate(as_pat, draft):
    """What has yet to be set up is asked for last, whatever its place."""
    save(as_pat, draft, **(SAID | {"identity_stage": "view"}), use_passkey="on")
    gate = Factor.objects.filter(gate__signer__request=draft).first().gate
    asked = standing(gate, None, timezone.now()).factors
    names = {"identity": "Identity check", "passkey": "Passkey"}
    told = [one.words for one in journeys(draft)[0].steps]
    in_view = [names[one.kind] for one in asked if one.kind in names]
    assert in_view == ["Identity check", "Passkey"]
    assert [words for words in told if words in in_view] == in_view


def test_what_nobody_could_open_is_not_sent(as_pat, draft, company, monkeypatch):
    save(as_pat, draft, **SAID)
    assert readiness.problems(draft) == []
    monkeypatch.delitem(base._providers, "stripe", raising=False)
    Company.objects.filter(pk=company.pk).update(identity_provider="stripe")
    draft = SignRequest.objects.get(pk=draft.pk)
    (problem,) = readiness.problems(draft)
    assert problem.words.startswith("Stripe Identity is not set up on this server")
    page = as_pat.post(f"{page_of(draft)}send/").content.decode()
    assert problem.words in page
    assert SignRequest.objects.get(pk=draft.pk).is_draft


# In flight


@pytest.fixture
def sent(company, pat) -> SignRequest:
    return factories.make_request(
        company, pat, people=("ada", "bob"), kinds=("phone",), is_ordered=False
    )


def press(client, sent, **said):
    facts = FACTORS | {"factors-use_access_code": ""}
    facts |= {f"factors-{name}": value for name, value in said.items()}
    return client.post(address(sent, "factors"), facts)


def test_a_check_is_added_in_flight_with_all_its_settings(as_pat, sent):
    response = press(as_pat, sent, **SAID)
    assert toast(as_pat, response).startswith("Saved.")
    assert asked(sent)["identity"] == ("sign", "")
    assert identity_rules.details_of(identity_of(sent)) == KEPT
    page = as_pat.get(f"/workspace/transactions/{sent.public_id}/").content.decode()
    assert "Before signing, until signed" in page
    assert "0 of 10 tries used" in page
    assert "10 tries; photo taken live; matching selfie" in page


def test_a_changed_rule_stands_in_the_timeline_with_what_it_was(as_pat, sent):
    press(as_pat, sent, **SAID)
    press(as_pat, sent, **(SAID | {"identity_tries": "2", "needs_selfie": ""}))
    page = as_pat.get(f"/workspace/transactions/{sent.public_id}/").content.decode()
    assert "2 tries; photo taken live; names compared leniently" in page
    assert "Before: 10 tries; photo taken live; matching selfie" in page
    entry = sent.trail.entries.get(kind="factor_changed")
    assert trail.facts_of(entry)["old_rules"]["needs_selfie"] is True


def test_a_dialog_saved_unchanged_ends_nothing(as_pat, sent):
    press(as_pat, sent, **SAID)
    before = sent.trail.entries.count()
    again = press(as_pat, sent, **SAID)
    assert toast(as_pat, again).endswith("Nothing was changed.")
    assert sent.trail.entries.count() == before


def test_a_passkey_and_an_app_are_added_and_taken_away(as_pat, sent, settings):
    settings.PUBLIC_URL = "https://sign.example.com"
    press(as_pat, sent, use_passkey="on", use_totp="on", totp_stage="sign")
    assert asked(sent)["passkey"] == ("view", "")
    assert asked(sent)["totp"] == ("sign", "")
    press(as_pat, sent)
    assert set(asked(sent)) == {"phone"}


def test_a_passkey_that_could_never_work_is_refused_with_a_sentence(
    as_pat, sent, settings
):
    settings.PUBLIC_URL = "http://192.0.2.7:8000"
    page = press(as_pat, sent, use_passkey="on").content.decode()
    assert "Passkeys don’t work on this server" in page
    assert set(asked(sent)) == {"phone"}


def test_mal_changes_no_rules(as_mal, sent):
    assert press(as_mal, sent, **SAID).status_code == 404
    assert not IdentityRules.objects.exists()
    assert gate_of(sent).factors.count() == 1


# In a template


def test_a_template_tells_the_rules_and_hands_them_on(as_pat, draft, pat):
    save(as_pat, draft, **SAID)
    template = templates.save_as(
        draft,
        owner=pat,
        about=TemplateDetails("Lease"),
        keeps_people=False,
        now=timezone.now(),
    )
    address = f"/workspace/templates/{template.public_id}/"
    page = as_pat.get(address).content.decode()
    assert "Before signing; until signed; 10 tries; photo taken live" in page
    started = as_pat.post(f"{address}start/").url.rstrip("/").rpartition("/")[2]
    copy = SignRequest.objects.get(public_id=started)
    assert identity_rules.details_of(identity_of(copy)) == KEPT


def test_a_role_of_a_template_is_edited_like_a_signer(as_pat, draft, pat):
    template = templates.create(
        draft.company, pat, timezone.now(), details=TemplateDetails("Lease")
    )
    role = drafts.add_signer(template.request, "Pat", SignerDetails())
    prefix = f"signer-{role.public_id}"
    facts = {
        "version": template.request.version,
        "name": "Lease",
        f"{prefix}-label": "Tenant",
        f"{prefix}-name": "",
        f"{prefix}-max_tries": "3",
        f"{prefix}-language": "en",
    }
    facts |= {f"{prefix}-{name}": value for name, value in SAID.items()}
    assert as_pat.post(f"{page_of(template)}save/", facts).status_code == 302
    assert identity_rules.details_of(identity_of(template.request)) == KEPT
