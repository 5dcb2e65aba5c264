from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from signing import seal_keys
from signing.models import SignRequest
from signing.pdf.seal import PROBLEMS, Verdict, examine
from verification import trail
from verification.models import TrailEntry


class Command(BaseCommand):
    """Exit code 0 when the seal holds and the trail agrees, 1 otherwise."""

    help = "Say whether a sealed PDF is untouched, and which trail it belongs to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            pdf = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read.") from error
        claimed = examine(pdf, [])
        request = find_request(claimed.transaction_id)
        verdict = (
            examine(pdf, [seal_keys.root_of(request.company)]) if request else claimed
        )
        problems = [str(PROBLEMS[name]) for name in verdict.problems]
        self.tell(verdict, request)
        if request is None:
            problems.append("Its transaction is not known here.")
        else:
            problems += disagreements(request, verdict)
        if problems:
            raise CommandError(" ".join(problems))
        self.stdout.write(self.style.SUCCESS("The document is sealed and untouched."))

    def tell(self, verdict: Verdict, request: SignRequest | None) -> None:
        if request is not None:
            self.stdout.write(f"Transaction: {request.public_id} ({request.title})")
            self.stdout.write(f"Company:     {request.company}")
        if verdict.sealed_at:
            self.stdout.write(f"Sealed by:   {verdict.sealed_by}")
            self.stdout.write(f"Sealed at:   {verdict.sealed_at:%Y-%m-%d %H:%M:%S %Z}")
        if verdict.trail_seq is not None:
            self.stdout.write(f"Trail:       entry {verdict.trail_seq}")
            self.stdout.write(f"Trail head:  {verdict.trail_head}")


def find_request(public_id: str) -> SignRequest | None:
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    rows = SignRequest.objects.select_related("company", "trail")
    return rows.filter(public_id=wanted).first()


def disagreements(request: SignRequest, verdict: Verdict) -> list[str]:
    """Compare what the document says with the trail that is kept here."""
    found = []
    entry = TrailEntry.objects.filter(
        trail=request.trail, seq=verdict.trail_seq or 0, hash=verdict.trail_head
    )
    if not entry.exists():
        found.append("The trail kept here does not have the head that it prints.")
    if broken := trail.verify(request.trail):
        found.append(f"The trail is broken at entry {broken.seq}: {broken.why}.")
    if request.sealed_sha256 == "" or request.state != SignRequest.State.COMPLETED:
        found.append("The transaction is not completed.")
    return found
