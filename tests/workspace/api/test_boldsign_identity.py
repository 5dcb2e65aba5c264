"""Identity verification at the BoldSign door, by the real client."""

from __future__ import annotations

from datetime import date

import boldsign as sdk
import pytest
from django.utils import timezone

from signing.flows import identity_review, identity_rules
from signing.models import Signer
from tests import factories
from tests.factories import Browser, make_pdf
from tests.workspace.api.boldsign import ALEX, client_of, make_key
from verification import trail, vault
from verification.flows import identity, looking, passing
from verification.identity.base import Facts, Finding, Reason
from verification.models import Factor, IdentityCheck, IdentityPicture
from verification.outcomes import Outcome
from workspace.models import ApiKey

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_looked_at_once"),
]

ABOUT = {"emailId": ALEX}
READ, MANAGE = ApiKey.Scope.READ, ApiKey.Scope.MANAGE
WAITING = Finding(
    None,
    Facts(
        full_name="Alex Gayle",
        surname="Gayle",
        given_names="Alex",
        born_on=date(1984, 5, 12),
        expires_on=date(2035, 1, 31),
        document_type="passport",
        country="UT",
        number_end="Z89",
        has_zone=True,
    ),
    checks={"check_digits": True, "name": True},
)
EXPIRED = Finding(False, reason=Reason.EXPIRED, checks={"expiry": False})


class Alex:
    """The signer before the gate, and what a program reads of them."""

    def __init__(self, api_client, documents, **settings) -> None:
        form = sdk.SendForSign(
            title="Agreement",
            signers=[
                sdk.DocumentSigner(
                    name="Alex Gayle",
                    emailAddress=ALEX,
                    authenticationType="IdVerification",
                    identityVerificationSettings=sdk.IdentityVerificationSettings(
                        type="EveryAccess", maximumRetryCount=2, **settings
                    ),
                )
            ],
            files=[make_pdf()],
        )
        sent = documents.send_document(send_for_sign=form)
        self.document_id, self.documents = sent.document_id, documents
        self.api = sdk.IdentityVerificationApi(api_client)
        self.browser = Browser(self.signer.gate)

    @property
    def signer(self) -> Signer:
        rows = Signer.objects.select_related("gate", "request__sender")
        return rows.get(request__public_id=self.document_id)

    @property
    def factor(self) -> Factor:
        return self.signer.gate.factors.get(kind="identity", removed_at=None)

    def report(self):
        about = sdk.VerificationDataRequest(**ABOUT)
        return self.api.report(
            document_id=self.document_id, verification_data_request=about
        )

    def image(self, file_id: str) -> bytes:
        about = sdk.DownloadImageRequest(**ABOUT, fileId=file_id)
        return bytes(
            self.api.image(document_id=self.document_id, download_image_request=about)
        )

    def page(self) -> str:
        about = sdk.EmbeddedFileDetails(**ABOUT)
        return self.api.create_embedded_verification_url(
            document_id=self.document_id, embedded_file_details=about
        ).url

    def begin(self) -> IdentityCheck:
        check = identity.start(
            self.browser.visit,
            self.factor,
            document_type="passport",
            country="UT",
            origin=self.browser.origin,
            now=timezone.now(),
        )
        assert isinstance(check, IdentityCheck), check
        return check

    def show(self, finding: Finding) -> IdentityCheck:
        check, now = self.begin(), timezone.now()
        for side in ("front", "selfie"):
            factories.make_identity_picture(check, side)
        sent = identity.send(check, origin=self.browser.origin, now=now)
        assert sent is Outcome.PENDING
        assert identity.settle(check, finding, now)
        return check

    def status(self) -> str:
        shown = self.documents.get_properties(document_id=self.document_id)
        return shown.signer_details[0].id_verification.status

    def history(self) -> list[str]:
        shown = self.documents.get_properties(document_id=self.document_id)
        return [one.action for one in shown.document_history]


@pytest.fixture
def api_client(pat):
    with client_of(make_key(pat)) as opened:
        yield opened


@pytest.fixture
def documents(api_client):
    return sdk.DocumentApi(api_client)


@pytest.fixture
def alex(api_client, documents) -> Alex:
    return Alex(api_client, documents)


def approve(check, user):
    factories.make_look(check, user)
    identity_review.approve(check, actor=user, now=timezone.now())


def test_a_verification_from_nothing_to_a_report_with_pictures(alex, pat):
    assert (alex.report().verification_result, alex.status()) == (
        "NotStarted",
        "NotStarted",
    )
    assert "/workspace/transactions/" in alex.page()
    check = alex.begin()
    assert (alex.report().verification_result, alex.status()) == (
        "InProgress",
        "InProgress",
    )
    check.move(check.State.ENDED, timezone.now())
    check = alex.show(WAITING)
    assert (alex.report().verification_result, alex.status()) == (
        "NeedsReview",
        "NeedsReview",
    )
    assert alex.page().endswith(f"/workspace/identity/{check.public_id}/")
    approve(check, pat)
    told = alex.report()
    assert (told.verification_result, alex.status()) == ("Completed", "Completed")
    assert told.verified_date is not None
    shown = told.document
    assert (shown.type, shown.country) == ("Passport", "UT")
    assert (shown.first_name, shown.last_name) == ("Alex", "Gayle")
    assert (shown.dob.day, shown.dob.month, shown.dob.year) == (12, 5, 1984)
    assert (shown.expiration_date.day, shown.expiration_date.year) == (31, 2035)
    (front,) = shown.document_files
    for file_id in (front, shown.selfie_file):
        assert alex.image(file_id).startswith(b"\xff\xd8\xff")
    assert alex.history().count("SensitiveDataDownloaded") == 2
    assert {
        "IdentityVerificationInitiated",
        "ManualIdentityVerificationInitiated",
        "ManualIdentityVerificationCompleted",
        "CreateEmbeddedVerificationLink",
        "DownloadedVerificationData",
    } <= set(alex.history())


def test_of_the_number_nothing_but_its_end_is_told(alex, pat):
    approve(alex.show(WAITING), pat)
    assert alex.report().document.document_number == "Z89"


def test_a_failed_verification_says_why_and_is_locked_after_its_own_tries(alex):
    alex.show(EXPIRED)
    told = alex.report()
    assert (told.verification_result, alex.status()) == ("Failed", "Failed")
    assert (told.error.code, told.verified_date) == ("expired", None)
    assert told.error.message == "This document has expired."
    alex.show(EXPIRED)
    shown = alex.documents.get_properties(document_id=alex.document_id)
    assert shown.signer_details[0].is_authentication_failed is True
    assert "IdentityVerificationFailed" in alex.history()


def test_a_rejected_one_carries_the_reviewers_words(alex, pat):
    check = alex.show(WAITING)
    identity_review.reject(
        check, "Your thumb hides the name.", actor=pat, now=timezone.now()
    )
    told = alex.report().error
    assert (told.code, told.message) == ("refused", "Your thumb hides the name.")


def test_each_picture_that_a_program_gets_stands_in_the_trail(alex, pat):
    check = alex.show(WAITING)
    before = alex.signer.request.trail.entries.filter(kind="identity_looked").count()
    alex.image(alex.report().document.selfie_file)
    entries = alex.signer.request.trail.entries.filter(kind="identity_looked")
    assert entries.count() == before + 1
    facts = trail.facts_of(entries.latest("seq"))
    assert (facts["pictures"], facts["by"]) == (["selfie"], "program")
    assert facts["actor"].endswith("(API key CRM)")
    now = timezone.now()
    assert looking.live_look(check, pat, now) is None, "it opens nothing in a browser"
    approved = identity_review.approve(check, actor=pat, now=now)
    assert approved.state == IdentityCheck.State.PASSED


def test_a_key_that_only_reads_learns_of_no_picture(alex, pat):
    alex.show(WAITING)
    with client_of(make_key(pat, READ)) as reading:
        api = sdk.IdentityVerificationApi(reading)
        told = api.report(
            document_id=alex.document_id,
            verification_data_request=sdk.VerificationDataRequest(**ABOUT),
        )
        assert told.document.document_files == []
        assert told.document.selfie_file is None
        file_id = str(IdentityPicture.objects.first().public_id)
        about = sdk.DownloadImageRequest(**ABOUT, fileId=file_id)
        with pytest.raises(sdk.exceptions.ForbiddenException):
            api.image(document_id=alex.document_id, download_image_request=about)
    assert not alex.signer.request.trail.entries.filter(kind="identity_looked").exists()


@pytest.mark.parametrize("file_id", ["1", "", "00000000-0000-0000-0000-000000000000"])
def test_an_id_that_names_no_picture_is_refused(alex, file_id):
    alex.show(WAITING)
    with pytest.raises(sdk.exceptions.BadRequestException):
        alex.image(file_id)


def test_a_picture_of_another_document_is_refused(alex, api_client, documents):
    alex.show(WAITING)
    other = Alex(api_client, documents)
    other.show(WAITING)
    foreign = other.report().document.selfie_file
    with pytest.raises(sdk.exceptions.BadRequestException):
        alex.image(foreign)


def test_a_picture_that_a_worker_has_not_drawn_anew_is_not_handed_out(alex):
    check = alex.begin()
    raw = factories.make_identity_picture(
        check, state=IdentityPicture.State.NEW, read_at=None
    )
    with pytest.raises(sdk.exceptions.BadRequestException):
        alex.image(str(raw.public_id))


def test_a_picture_that_its_signer_has_not_sent_is_not_handed_out(alex):
    unsent = factories.make_identity_picture(alex.begin())
    with pytest.raises(sdk.exceptions.BadRequestException):
        alex.image(str(unsent.public_id))


def test_a_picture_whose_key_is_lost_is_a_sentence_and_no_entry(alex, monkeypatch):
    alex.show(WAITING)
    file_id = alex.report().document.selfie_file

    def lost(picture):
        raise vault.UnreadableError("gone")

    monkeypatch.setattr(looking, "source", lost)
    with pytest.raises(sdk.exceptions.BadRequestException):
        alex.image(file_id)
    assert not alex.signer.request.trail.entries.filter(kind="identity_looked").exists()


# addAuthentication in flight


def test_new_settings_end_what_was_proven(alex, pat):
    check = alex.show(WAITING)
    approve(check, pat)
    used = passing.use(
        IdentityCheck.objects.get(pk=check.pk), alex.browser.visit, timezone.now()
    )
    assert used is Outcome.PASSED
    assert alex.browser.standing.may_view
    settings = sdk.IdentityVerificationSettings(
        maximumRetryCount=4, requireMatchingSelfie=True
    )
    alex.documents.add_authentication(
        document_id=alex.document_id,
        access_code_detail=sdk.AccessCodeDetail(
            authenticationType="IdVerification",
            emailId=ALEX,
            identityVerificationSettings=settings,
        ),
    )
    assert not alex.browser.standing.may_view
    assert identity_rules.details_of(alex.factor).max_tries == 4
    facts = trail.facts_of(alex.signer.request.trail.entries.get(kind="factor_changed"))
    assert (facts["old_rules"]["max_tries"], facts["rules"]["max_tries"]) == (2, 4)
    assert alex.report().verification_result == "NotStarted"


def test_the_same_settings_again_end_nothing(alex, pat):
    approve(alex.show(WAITING), pat)
    settings = sdk.IdentityVerificationSettings(type="EveryAccess", maximumRetryCount=2)
    alex.documents.add_authentication(
        document_id=alex.document_id,
        access_code_detail=sdk.AccessCodeDetail(
            authenticationType="IdVerification",
            emailId=ALEX,
            identityVerificationSettings=settings,
        ),
    )
    assert alex.report().verification_result == "Completed"


def test_prefilling_lets_a_waiting_signer_go_on(api_client, documents, pat):
    alex = Alex(api_client, documents, holdForPrefill=True)
    check = alex.show(WAITING)
    approve(check, pat)
    check = IdentityCheck.objects.get(pk=check.pk)
    assert passing.use(check, alex.browser.visit, timezone.now()) is Outcome.PASSED
    assert prefilled(alex) is False
    field = factories.make_field(
        alex.signer, alex.signer.request.documents.get(), kind="text", tag="city"
    )
    form = sdk.PrefillFieldRequest(
        fields=[sdk.PrefillField(id=field.tag, value="Berlin")]
    )
    documents.prefill_fields(document_id=alex.document_id, prefill_field_request=form)
    assert prefilled(alex) is True
    assert alex.signer.gate.held_until <= timezone.now()


def prefilled(alex) -> bool:
    shown = alex.documents.get_properties(document_id=alex.document_id)
    return shown.signer_details[0].id_verification.prefill_completed
