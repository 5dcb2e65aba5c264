"""send, as a form and as JSON: all of it, or nothing."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from signing.flows import acting, reminding, sending
from signing.models import Document, SenderIdentity, Signer, SignRequest
from tests.factories import deliver_due, kinds_of, make_pdf
from tests.signing.pages import SignerClient
from tests.workspace.api import boldsign
from tests.workspace.api.boldsign import (
    ALEX,
    NUMBER,
    Door,
    error_of,
    kinds_asked,
    pdf,
    signer,
    the_signer,
)
from verification.channels import memory
from verification.models import Gate

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_looked_at_once"),
]
PHONE = {"countryCode": "+1", "number": NUMBER}


@pytest.fixture
def door(pat) -> Door:
    return Door(boldsign.make_key(pat))


def files_kept() -> set[str]:
    root = django_settings.FILES_DIR
    return {str(path) for path in root.rglob("*.pdf")}


def test_a_form_is_read_however_its_lists_and_objects_are_written(door):
    document = door.sent(
        signer(signerOrder=3, phoneNumber=PHONE, authenticationType="SMSOTP"),
        signer("bob@example.com", "Bob", signerOrder=2),
        **{
            "labels[0]": "spring",
            "labels[1]": "lease",
            "ReminderSettings.ReminderDays": "4",
            "reminderSettings[enableAutoReminder]": "True",
            "metaData[Deal]": "42",
            "EnableSigningOrder": "True",
            "expiryValue": "7",
            "cc": [json.dumps({"emailAddress": "cc@example.com"})],
            "AutoDetectFields": "False",
        },
    )
    shown = door.properties(document)
    assert shown["labels"] == ["spring", "lease"]
    assert shown["reminderSettings"] == {
        "enableAutoReminder": True,
        "reminderDays": 4,
        "reminderCount": 3,
    }
    assert shown["metaData"] == {"Deal": "42"}
    assert [one["order"] for one in shown["signerDetails"]] == [2, 3]
    assert (shown["expiryValue"], shown["expiryDateType"]) == (7, "Days")
    assert document.reminders_on
    waiting = the_signer(document)
    assert waiting.state == Signer.State.WAITING
    assert the_signer(document, "bob@example.com").state == Signer.State.INVITED


@pytest.mark.parametrize("start", ["", "data:application/pdf;base64,"])
def test_json_carries_files_as_text(door, start):
    source = start + base64.b64encode(make_pdf()).decode()
    body = {"Title": "Agreement", "Signers": [signer()], "Files": [source]}
    answer = door.post("document/send", body)
    assert answer.status_code == 201, answer.content
    assert Document.objects.get().page_count == 1


def test_the_first_file_names_a_document_without_a_title(door):
    assert door.sent(title="", files=[pdf("Lease 2026.pdf")]).title == "Lease 2026"


def test_pages_are_counted_through_all_files_and_places_are_in_points(door):
    bounds = {"x": 61.2, "y": 79.2, "width": 122.4, "height": 39.6}
    field = {"id": "here", "fieldType": "Initial", "pageNumber": 3, "bounds": bounds}
    document = door.sent(
        signer(formFields=[field]), files=[pdf(pages=2), pdf("second.pdf")]
    )
    placed = the_signer(document).fields.get()
    assert (placed.document.name, placed.page_number) == ("second.pdf", 1)
    assert (placed.x, placed.y, placed.width, placed.height) == (0.1, 0.1, 0.2, 0.05)
    (shown,) = door.properties(document)["signerDetails"]
    assert shown["formFields"][0]["bounds"] == bounds


def test_a_private_message_reaches_one_signer(door):
    alone = signer(privateMessage="Bring your cat.")
    document = door.sent(alone, signer("bob@example.com", "Bob"), message="Hello.")
    deliver_due()
    texts = {mail.to: mail.text for mail in memory.outbox}
    assert "Bring your cat." in texts[ALEX]
    assert "Hello." in texts[ALEX]
    assert "cat" not in texts["bob@example.com"]
    shown = [
        one["privateMessage"] for one in door.properties(document)["signerDetails"]
    ]
    assert shown == ["Bring your cat.", None]


def test_emails_turned_off_reach_nobody(door):
    document = door.sent(disableEmails="True")
    deliver_due()
    assert memory.outbox == []
    assert door.properties(document)["disableEmails"] is True
    assert the_signer(document).state == Signer.State.INVITED
    reminded = door.post("document/remind", {}, documentId=document.public_id)
    assert reminded.status_code == 400


def test_a_password_and_an_email_code_may_stand_together(door):
    document = door.sent(
        signer(
            authenticationType="AccessCode",
            authenticationCode="1234",
            enableEmailOTP=True,
        )
    )
    assert kinds_asked(document) == ["access_code", "email"]


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({}, timedelta(days=60)),
        ({"expiryDays": "5"}, timedelta(days=5)),
        ({"expiryDateType": "Hours", "expiryValue": "3"}, timedelta(hours=3)),
    ],
)
def test_a_document_ends_when_it_was_said(door, fields, after):
    document = door.sent(**fields)
    assert document.ends_at - document.sent_at == after


def test_a_document_ends_at_a_moment(door):
    at = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    document = door.sent(
        expiryDateType="SpecificDateTime", expiryValue=int(at.timestamp())
    )
    assert document.ends_at == at
    shown = door.properties(document)
    assert shown["expiryDate"] == int(at.timestamp())
    assert shown["expiryDateType"] == "SpecificDateTime"


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ({"newExpiryValue": "10"}, timedelta(days=10)),
        ({"newExpiryDate": "2027-01-01T00:00:00"}, None),
        ({"newExpiryValue": "2027-01-01"}, None),
    ],
)
def test_more_time_is_given(door, value, end):
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False):
        document = door.sent()
        at = {"documentId": document.public_id}
        answer = door.patch("document/extendExpiry", value, **at)
        assert (answer.status_code, answer.content) == (200, b"")
        document.refresh_from_db()
        expected = timezone.now() + end if end else datetime(2027, 1, 1, tzinfo=UTC)
        assert document.ends_at == expected


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"newExpiryValue": "0"},
        {"newExpiryValue": "-1"},
        {"newExpiryValue": "9" * 50},
        {"newExpiryValue": "soon"},
        {"newExpiryDate": "2001-01-01"},
        {"newExpiryDate": "9999-12-31T23:59:59-23:59"},
        {"newExpiryDate": "0001-01-01T00:00:00+23:59"},
    ],
)
def test_no_time_at_all_is_refused(door, value):
    document = door.sent()
    at = {"documentId": document.public_id}
    assert error_of(door.patch("document/extendExpiry", value, **at))
    ends_at = document.ends_at
    document.refresh_from_db()
    assert document.ends_at == ends_at


def test_a_document_is_sent_for_somebody_who_agreed(door, company):
    identity = SenderIdentity.objects.create(
        company=company, email="lou@acme.example", name="Lou Hart"
    )
    waiting = door.send_form([signer()], onBehalfOf="lou@acme.example")
    assert (waiting.status_code, SignRequest.objects.count()) == (403, 0)
    identity.approved_at = timezone.now()
    identity.save()
    document = door.sent(onBehalfOf="Lou@acme.example")
    assert the_signer(document).gate.sender_name == "Lou Hart"
    for said, status in (
        ({}, 400),
        ({"onBehalfOf": "pat@acme.example"}, 403),
        ({"onBehalfOf": "lou@acme.example"}, 200),
    ):
        answer = door.secure(document, authenticationType="EmailOTP", **said)
        assert answer.status_code == status


BAD_SIGNERS = {
    "nobody": ([], "signers"),
    "no address": ([{"name": "Alex"}], "signers[0].emailAddress"),
    "a bad address": ([signer("alex@")], "signers[0].emailAddress"),
    "no name": ([signer(name=" ")], "signers[0].name"),
    "no code": ([signer(authenticationType="AccessCode")], "authenticationCode"),
    "a code for nothing": ([signer(authenticationCode="1234")], "authenticationCode"),
    "no number": ([signer(authenticationType="SMSOTP")], "phoneNumber"),
    "11 tries": ([signer(authenticationRetryCount=11)], "authenticationRetryCount"),
    "tries as text": ([signer(authenticationRetryCount="3")], "RetryCount"),
    "the same person twice": (
        [signer(signerOrder=1), signer(ALEX.upper(), signerOrder=1)],
        "signers[1]",
    ),
    "order 51": ([signer(signerOrder=51)], "signerOrder"),
    "a field on no page": (
        [
            signer(
                formFields=[
                    {
                        "fieldType": "Signature",
                        "pageNumber": 2,
                        "bounds": {"x": 1, "y": 1, "width": 9, "height": 9},
                    }
                ]
            )
        ],
        "signers[0].formFields[0].pageNumber",
    ),
    "a field that we lack": (
        [
            signer(
                formFields=[
                    {
                        "fieldType": "Drawing",
                        "pageNumber": 1,
                        "bounds": {"x": 1, "y": 1, "width": 9, "height": 9},
                    }
                ]
            )
        ],
        "fieldType",
    ),
    "a signer that is text": (["Alex"], "signers[0]"),
    "a group": ([signer(signType="Group")], "signType"),
}


@pytest.mark.parametrize(("signers", "words"), BAD_SIGNERS.values(), ids=BAD_SIGNERS)
def test_a_bad_signer_sends_nothing(door, signers, words):
    before = files_kept()
    answer = door.send_form(signers)
    assert answer.status_code in (400, 422)
    assert words in error_of(answer)
    assert not SignRequest.objects.exists()
    assert not Gate.objects.exists()
    assert files_kept() == before


BAD_FIELDS = {
    "an email code without emails": (
        {"disableEmails": "true", "signers": signer(authenticationType="EmailOTP")},
        "disableEmails",
    ),
    "enableEmailOTP without emails": (
        {"disableEmails": "true", "signers": signer(enableEmailOTP=True)},
        "disableEmails",
    ),
    "a long title": ({"title": "x" * 257}, "title"),
    "a long message": ({"message": "x" * 5001}, "message"),
    "a bad cc": ({"cc": json.dumps({"emailAddress": "nobody"})}, "cc[0]"),
    "perhaps": ({"enableSigningOrder": "perhaps"}, "enableSigningOrder"),
    "a NUL": ({"title": "a\0b"}, "NUL"),
    "half an object": ({"signers": "{"}, "JSON"),
    "an end in the past": (
        {"expiryDateType": "SpecificDateTime", "expiryValue": "1"},
        "expiryValue",
    ),
    "an endless time": ({"expiryValue": "99999"}, "expiryValue"),
    "no end": ({"expiryValue": "0"}, "expiryValue"),
    "an unknown identity": ({"onBehalfOf": "no@acme.example"}, "onBehalfOf"),
    "text tags": ({"useTextTags": "true"}, "useTextTags"),
    "addresses of files": ({"fileUrls": "https://example.com/a.pdf"}, "fileUrls"),
    "later": ({"scheduledSendTime": "1999999999"}, "scheduledSendTime"),
    "no PDF": (
        {"files": [SimpleUploadedFile("a.pdf", b"<html>")]},
        "files[0]",
    ),
    "an empty file": ({"files": [SimpleUploadedFile("a.pdf", b"")]}, "files"),
    "nested without end": ({"metaData[a][b]": "1"}, "metaData"),
}


@pytest.mark.parametrize(("fields", "words"), BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_a_bad_field_sends_nothing(door, fields, words):
    signers = [fields.pop("signers")] if "signers" in fields else [signer()]
    parts = {"Files": fields.pop("files", None) or [pdf()], "title": "Agreement"}
    parts["signers"] = [
        one if isinstance(one, str) else json.dumps(one) for one in signers
    ]
    answer = door.form("document/send", parts | fields)
    assert answer.status_code in (400, 403, 422), answer.content
    assert words in error_of(answer)
    assert not SignRequest.objects.exists()


def test_a_document_without_a_file_is_refused(door):
    answer = door.form("document/send", {"signers": json.dumps(signer())})
    assert "files" in error_of(answer)
    assert "files" in error_of(door.post("document/send", {"signers": [signer()]}))
    bad = {"signers": [signer()], "files": ["not base64 at all!"]}
    assert "files[0]" in error_of(door.post("document/send", bad))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b"no parts at all"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=\xe9", b"--x"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a[b"\r\n\r\n1\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=x; charset=nonsense", b"--x--"),
        ("application/x-www-form-urlencoded", b"signers=%00&signers[=1&.=2"),
        ("text/plain", b"hello"),
        ("", b""),
    ],
)
def test_odd_bodies_are_refused(door, content_type, body):
    answer = door.client.generic(
        "POST",
        "/v1/document/send",
        body,
        content_type=content_type,
        headers={"X-API-KEY": door.secret},
    )
    assert answer.status_code == 400, answer.content
    assert error_of(answer)


def test_too_many_fields_are_refused(door):
    answer = door.form("document/send", {f"a{n}": "1" for n in range(2_100)})
    assert answer.status_code == 400


def test_a_stranger_may_not_send_files(client):
    body = {"Files": pdf(), "signers": json.dumps(signer())}
    assert client.post("/v1/document/send", body).status_code == 401


# What follows a sending


def test_fields_are_filled_before_the_signer_comes(door):
    bounds = {"x": 10, "y": 10, "width": 90, "height": 20}
    fields = [
        {"id": "rent", "fieldType": "TextBox", "pageNumber": 1, "bounds": bounds},
        {"id": "pets", "fieldType": "CheckBox", "pageNumber": 1, "bounds": bounds},
        {"id": "sign", "fieldType": "Signature", "pageNumber": 1, "bounds": bounds},
    ]
    document = door.sent(signer(formFields=fields))
    at = {"documentId": document.public_id}
    filled = [{"id": "rent", "value": "900"}, {"id": "pets", "value": "true"}]
    answer = door.patch("document/prefillFields", {"fields": filled}, **at)
    assert answer.status_code == 200
    values = dict(the_signer(document).fields.values_list("tag", "value"))
    assert values == {"rent": "900", "pets": "yes", "sign": ""}
    for wrong in ("sign", "nothing"):
        both = [{"id": "rent", "value": "1"}, {"id": wrong, "value": "x"}]
        refused = door.patch("document/prefillFields", {"fields": both}, **at)
        assert refused.status_code == 400
        assert the_signer(document).fields.get(tag="rent").value == "900"


def test_a_box_that_a_program_leaves_off_is_not_ticked(door):
    bounds = {"x": 10, "y": 10, "width": 90, "height": 20}
    values = {"on": "yes", "TRUE": "yes", "off": "", "false": ""}
    fields = [
        {"id": said, "fieldType": "CheckBox", "value": said} for said in values
    ] + [
        {"id": "sign", "fieldType": "Signature", "value": "Alex Gayle"},
        {"id": "day", "fieldType": "DateSigned", "value": "1999-01-01"},
        {"id": "rent", "fieldType": "TextBox", "value": "900"},
    ]
    at = {"pageNumber": 1, "bounds": bounds}
    document = door.sent(signer(formFields=[field | at for field in fields]))
    kept = dict(the_signer(document).fields.values_list("tag", "value"))
    assert kept == values | {"sign": "", "day": "", "rent": "900"}


def test_what_is_written_for_reading_no_signer_changes(door):
    at = {"pageNumber": 1, "bounds": {"x": 10, "y": 10, "width": 90, "height": 20}}
    fields = [
        {"id": "flat", "fieldType": "Label", "value": "Flat 3"},
        {"id": "rent", "fieldType": "TextBox", "value": "900", "isReadOnly": True},
        {"id": "car", "fieldType": "TextBox", "value": "red", "isReadOnly": False},
        {"id": "sign", "fieldType": "Signature", "isReadOnly": True},
    ]
    document = door.sent(signer(formFields=[field | at for field in fields]))
    (shown,) = door.properties(document)["signerDetails"]
    read_only = {one["id"]: one["isReadOnly"] for one in shown["formFields"]}
    assert read_only == {"flat": True, "rent": True, "car": False, "sign": False}

    alex = SignerClient(the_signer(document).gate)
    alex.open_link()
    alex.press("/review")
    ids = dict(the_signer(document).fields.values_list("tag", "public_id"))
    page = alex.reload().content.decode()
    named = {tag for tag, pk in ids.items() if f'name="field-{pk}"' in page}
    assert named == {"car"}
    assert "Flat 3" in alex.text
    assert "900" in alex.text
    typed = {f"field-{pk}": "mine" for pk in ids.values()}
    alex.press("/fields", **typed)
    values = dict(the_signer(document).fields.values_list("tag", "value"))
    assert values == {"flat": "Flat 3", "rent": "900", "car": "mine", "sign": ""}
    missing = acting.missing_fields(the_signer(document))
    assert [field.tag for field in missing] == ["sign"]


def test_who_has_nothing_left_to_do_is_not_reminded(door, pat):
    document = door.sent(signer(), signer("bob@example.com", "Bob"))
    document.signers.filter(gate__email=ALEX).update(state="signed")
    at = {"documentId": document.public_id}
    refused = door.post("document/remind", {}, receiverEmails=ALEX, **at)
    assert (refused.status_code, "yet to sign" in error_of(refused)) == (400, True)
    assert door.post("document/remind", {}, **at).status_code == 204
    sending.recall(document, actor=pat, reason="", now=timezone.now())
    over = door.post("document/remind", {}, **at)
    assert (over.status_code, "in progress" in error_of(over)) == (403, True)


def test_who_has_not_signed_is_reminded_once_in_a_while(door):
    document = door.sent(signer(), signer("bob@example.com", "Bob"))
    deliver_due()
    memory.forget()
    at = {"documentId": document.public_id, "receiverEmails": ALEX.upper()}
    assert door.post("document/remind", {"message": "Soon?"}, **at).status_code == 204
    deliver_due()
    assert [one.to for one in memory.outbox] == [ALEX]
    assert door.post("document/remind", {}, **at).status_code == 400
    unknown = at | {"receiverEmails": "no@example.com"}
    assert "receiverEmails" in error_of(door.post("document/remind", {}, **unknown))
    everybody = {"documentId": document.public_id}
    assert door.post("document/remind", None, **everybody).status_code in (204, 400)


def test_signers_are_reminded_as_often_as_was_said(door):
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False) as clock:
        settings = {"enableAutoReminder": True, "reminderDays": 5, "reminderCount": 2}
        document = door.sent(reminderSettings=json.dumps(settings))
        days = []
        for day in range(1, 20):
            clock.shift(timedelta(days=1))
            if reminding.remind_due(timezone.now()):
                days.append(day)
        assert days == [5, 10]
        assert kinds_of(document.trail).count("reminded") == 2


def test_what_is_deleted_is_gone_for_programs_and_kept_for_people(door):
    kept, gone = door.sent(), door.sent()
    for document, for_good in ((kept, "false"), (gone, "true")):
        answer = door.delete(
            "document/delete",
            documentId=document.public_id,
            deletePermanently=for_good,
        )
        assert answer.status_code == 204
    assert door.get("document/list", page=1).json()["result"] == []
    shown = door.properties(kept)
    assert (shown["isDeleted"], shown["status"]) == (True, "Revoked")
    assert door.get("document/properties", documentId=gone.public_id).status_code == 403
    assert SignRequest.objects.count() == 2


def test_lists_are_narrowed(door, pat):
    first = door.sent(signer("bob@example.com", "Bob Reed"), title="Lease of a flat")
    second = door.sent(title="Contract")

    def ids(**query):
        rows = door.get("document/list", **({"page": 1} | query)).json()["result"]
        return [row["documentId"] for row in rows]

    one, two = str(first.public_id), str(second.public_id)
    assert ids() == [two, one]
    assert ids(PageSize=1, Page=2) == [one]
    assert ids(searchKey="flat") == [one]
    assert ids(searchkey="reed") == [one]
    assert ids(recipients="bob@example.com") == [one]
    assert ids(sentBy=pat.email) == [two, one]
    assert ids(sentBy="no@example.com") == []
    assert ids(status=["Completed", "InProgress"]) == [two, one]
    assert ids(startDate="2999-01-01T00:00:00") == []
    assert ids(nextCursor=second.pk) == [one]
    for bad in ({"page": 0}, {"pageSize": "x"}, {"status": "Sent"}, {"startDate": "x"}):
        assert error_of(door.get("document/list", **({"page": 1} | bad)))


def test_a_list_costs_the_same_for_one_and_for_ten(door, django_assert_num_queries):
    for number in range(10):
        door.sent(title=f"Lease {number}")
    for size in (1, 10):
        with django_assert_num_queries(7):
            door.get("document/list", page=1, pageSize=size)
