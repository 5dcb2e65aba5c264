from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from tests.factories import Browser, make_admin
from verification import trail
from verification.flows import issuing
from verification.identity import base
from verification.models import Challenge, TrailEntry
from workspace import company_settings

pytestmark = pytest.mark.ignore_template_errors

FACTS = {
    "name": "Acme Advisors",
    "colour": "#27459F",
    "country": "US",
    "language": "en",
    "time_zone": "UTC",
    "contact_phone": "",
    "default_tries": "3",
    "code_lifetime_choice": "1440",
    "alternative_lifetime_choice": "1440",
    "launch_code_lifetime_choice": "60",
    "code_digits": "6",
    "asks_every_opening": "on",
    "remembered_days": "7",
    "link_lifetime": "30",
    "redirect_urls": "",
    "attention_mails_on": "on",
    "identity_provider": "review",
    "identity_days_kept": "30",
}


@pytest.fixture
def save(as_alex, acme):
    """Post the settings' form with these changes; return what is wrong, by field."""

    def save(**changes):
        address = f"/admin/signing/company/{acme.company.pk}/change/"
        response = as_alex.post(address, FACTS | changes)
        acme.company.refresh_from_db()
        if response.status_code == 302:
            return {}
        return response.context["adminform"].form.errors

    return save


def events(company) -> list[dict]:
    rows = TrailEntry.objects.filter(trail__company=company, kind="setting_changed")
    return [trail.facts_of(row) for row in rows]


def test_the_two_code_settings_stand_there_by_name_and_off(as_alex, acme):
    address = f"/admin/signing/company/{acme.company.pk}/change/"
    response = as_alex.get(address)
    page = response.content.decode()
    form = response.context["adminform"].form
    for name in ("GENERATE_ACCESS_CODE", "2FA_GENERATE_CODE", "TWO_STEP_VERIFICATION"):
        assert f">{name}</label>" in page
    assert not form["alternative_codes_on"].value()
    assert not form["generate_in_resend"].value()
    assert "10 minutes (NIST SP 800-63B)" in page
    assert "24 hours" in page


def test_saving_unchanged_changes_nothing(save, acme):
    assert save() == {}
    assert events(acme.company) == []


def test_settings_are_saved_and_written_down(save, acme):
    assert save(alternative_codes_on="on", default_tries="5") == {}
    assert acme.company.alternative_codes_on
    assert acme.company.default_tries == 5
    told = {facts["setting"]: facts for facts in events(acme.company)}
    assert set(told) == {"GENERATE_ACCESS_CODE", "default_tries"}
    assert (told["default_tries"]["old"], told["default_tries"]["new"]) == (3, 5)
    assert told["default_tries"]["actor"] == f"Alex Stone <{acme.admin.email}>"
    assert trail.verify(acme.company.trail) is None
    assert "GENERATE_ACCESS_CODE" in LogEntry.objects.get().get_change_message()


# Of each field what is refused, and what is taken.
BAD = {
    "default_tries": ["0", "11", "-1", "x"],
    "remembered_days": ["0", "31"],
    "link_lifetime": ["0", "366"],
    "colour": ["red", "#12345", "#zzzzzz"],
    "country": ["XX", "us"],
    "language": ["xx"],
    "time_zone": ["Mars/Phobos"],
    "contact_phone": ["call me", "1"],
    "allowed_countries": [["US", "XX"]],
    "identity_days_kept": ["0", "366"],
    "identity_provider": ["stripe", "zz", ""],
}
GOOD = {
    "default_tries": ["1", "10"],
    "remembered_days": ["1", "30"],
    "link_lifetime": ["1", "365"],
    "colour": ["#ffee00"],
    "country": ["JP"],
    "language": ["ja"],
    "time_zone": ["Asia/Tokyo"],
    "contact_phone": ["+1 415 555 0190", "+81 3 1234 5678"],
    "allowed_countries": [["US", "JP"], []],
    "identity_days_kept": ["1", "365"],
}


def rounds(values: dict[str, list]) -> list[dict]:
    """All fields at once, each with its first value, its second, ... its last."""
    longest = max(map(len, values.values()))
    return [
        {field: given[min(turn, len(given) - 1)] for field, given in values.items()}
        for turn in range(longest)
    ]


def test_both_sides_of_the_limits(save):
    for turn in rounds(BAD):
        assert set(save(**turn)) == set(BAD), turn
    for turn in rounds(GOOD):
        assert save(**turn) == {}, turn


LEAST = {"code_lifetime": 2, "alternative_lifetime": 5, "launch_code_lifetime": 5}


def other(minutes) -> dict[str, str]:
    """Another time for all lifetimes; minutes says it for each least one."""
    facts = {}
    for field, least in LEAST.items():
        facts |= {f"{field}_choice": "other", f"{field}_minutes": minutes(least)}
    return facts


def test_lifetimes_in_minutes(save, acme):
    for bad in ("", "below", "1441", "1.5"):
        wrong = other(lambda least, bad=bad: least - 1 if bad == "below" else bad)
        assert set(save(**wrong)) == set(LEAST), bad
    for good in (0, 17, 1440):
        assert save(**other(lambda least, good=good: good or least)) == {}
        for field, least in LEAST.items():
            kept = getattr(acme.company, field)
            assert kept == timedelta(minutes=good or least), field


def test_ten_minutes_of_nist_may_be_chosen(save, acme):
    assert save(code_lifetime_choice="10") == {}
    assert acme.company.code_lifetime == timedelta(minutes=10)


@pytest.mark.parametrize(
    "bad",
    [
        "http://crm.example.com/",
        "javascript:alert(1)",
        "//crm.example.com",
        "https://",
        "https://user:pass@crm.example.com/",
        "https://*.example.com/",
        "https://crm.example.com\\@evil.example/",
        "https://crm.example.com:x/",
        "https://crm.example.com/?next=//evil.example",
        "\n".join(f"https://crm.example.com/{n}" for n in range(21)),
    ],
)
def test_addresses_to_go_on_to_are_whole_and_safe(save, bad):
    assert "redirect_urls" in save(redirect_urls=bad)


def test_addresses_to_go_on_to_are_kept_once_each(save, acme):
    two = "https://crm.example.com/signed\n\n https://b.example/ \nhttps://b.example/"
    assert save(redirect_urls=two) == {}
    assert acme.company.redirect_urls == [
        "https://crm.example.com/signed",
        "https://b.example/",
    ]


@pytest.mark.parametrize("dropped", ["alternative_codes_on", "generate_in_resend"])
def test_turning_a_code_setting_off_ends_issued_codes(save, acme, dropped):
    on = {"alternative_codes_on": "on", "generate_in_resend": "on"}
    save(**on)
    gate = acme.signer.gate
    issued = issuing.issue_alternative(
        gate, issuer=acme.publisher, actor="Pat", now=timezone.now()
    )
    del on[dropped]
    save(**on)
    issued.challenge.refresh_from_db()
    assert issued.challenge.state == Challenge.State.REPLACED
    save(alternative_codes_on="on", generate_in_resend="on")
    assert Browser(gate).redeem(issued.code).name != "PASSED"


def picture(kind: str = "PNG", size=(900, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#224488").save(out, kind)
    return out.getvalue()


def test_a_logo_is_drawn_anew(save, acme, client):
    hidden = picture("JPEG") + b"<script>alert(1)</script>"
    upload = SimpleUploadedFile("../../evil.svg", hidden, "image/svg+xml")
    assert save(new_logo=upload) == {}
    stored = acme.company.logo.read()
    assert acme.company.logo.name.startswith("logos/")
    assert acme.company.logo.name.endswith(".png")
    assert b"<script>" not in stored
    assert Image.open(io.BytesIO(stored)).size == (512, 171)
    shown = client.get(f"/brand/{acme.company.public_id}/logo")
    assert shown["Content-Type"] == "image/png"
    assert [facts["setting"] for facts in events(acme.company)] == ["logo"]
    assert save(drops_logo="on") == {}
    assert not acme.company.logo


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"x" * 1_000_001],
    ids=["empty", "svg", "pdf", "large"],
)
def test_what_is_no_picture_is_refused(save, acme, content):
    assert "new_logo" in save(new_logo=SimpleUploadedFile("logo.png", content))
    assert not acme.company.logo


def test_a_pale_colour_is_said_to_be_darkened(as_alex, acme, save):
    save(colour="#ffee00")
    page = as_alex.get(f"/admin/signing/company/{acme.company.pk}/change/")
    assert "too pale to read" in page.content.decode()


def test_a_setting_is_told_with_old_and_new_among_the_company_s_events(
    as_alex, acme, save
):
    save(second_step_required="on")
    acme.company.second_step_required = False
    acme.company.save()
    page = as_alex.get("/admin/workspace/companyevent/").content.decode()
    assert "TWO_STEP_VERIFICATION: from off to on" in page
    assert f"Alex Stone &lt;{acme.admin.email}&gt;" in page


def test_two_admins_do_not_undo_each_other(acme):
    """Only what was changed in a form is saved, not all that it showed."""
    other = make_admin(acme.company, "Bo")
    mine = type(acme.company).objects.get(pk=acme.company.pk)
    theirs = type(acme.company).objects.get(pk=acme.company.pk)
    mine.default_tries, theirs.code_digits = 7, 8
    now = timezone.now()
    company_settings.change(mine, ["default_tries"], actor=acme.admin, now=now)
    company_settings.change(theirs, ["code_digits"], actor=other, now=now)
    acme.company.refresh_from_db()
    assert (acme.company.default_tries, acme.company.code_digits) == (7, 8)


def test_each_way_of_checking_identities_says_what_it_means(as_alex, acme):
    address = f"/admin/signing/company/{acme.company.pk}/change/"
    page = as_alex.get(address).content.decode()
    assert "No machine matches the faces: only a provider does that." in page
    assert "Not available: it is not set up on this server." in page
    (stripe,) = [one for one in page.split("<input") if 'value="stripe"' in one]
    assert "disabled" in stripe.partition(">")[0]


def test_a_provider_that_is_set_up_may_be_chosen_and_kept_when_it_is_not(
    save, acme, monkeypatch
):
    monkeypatch.setattr(base, "is_ready", lambda name: True)
    assert save(identity_provider="stripe") == {}
    assert acme.company.identity_provider == "stripe"
    monkeypatch.undo()
    assert save(identity_provider="stripe", default_tries="4") == {}
    assert save(identity_provider="review") == {}
    assert "identity_provider" in save(identity_provider="stripe")
    told = [facts["setting"] for facts in events(acme.company)]
    assert told.count("identity_provider") == 2
