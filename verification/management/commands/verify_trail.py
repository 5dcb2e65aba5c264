from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models

from verification import trail
from verification.models import Trail


class Command(BaseCommand):
    help = (
        "Check the hash chain of every trail, or of those that are named, and "
        "print the first entry of each that is not as it was written. The exit "
        "code is 1 when one is broken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "ids",
            nargs="*",
            type=uuid.UUID,
            metavar="id",
            help="the id of a trail, of its transaction or of a signer's page",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        checked, entries, broken = 0, 0, 0
        for one in chosen(options["ids"]):
            checked += 1
            entries += one.seq
            if fault := trail.verify(one):
                broken += 1
                self.stdout.write(f"{one}: entry {fault.seq}: {fault.why}.")
        if broken:
            raise CommandError(f"{broken} of {checked} trails are not as written.")
        self.stdout.write(f"{checked} trails with {entries} entries are as written.")


def chosen(ids: list[uuid.UUID]) -> models.QuerySet[Trail]:
    """Return the trails that ids name, or all. Raises CommandError for a stranger.

    A transaction is found by the name that its app gave to the way back, since
    this app knows none.
    """
    trails = Trail.objects.order_by("pk")
    if not ids:
        return trails
    found = []
    for one in ids:
        named = models.Q(public_id=one) | models.Q(gates__public_id=one)
        if hasattr(Trail, "request"):
            named |= models.Q(request__public_id=one)
        row = trails.filter(named).first()
        if row is None:
            raise CommandError(f"There is no trail of {one}.")
        found.append(row.pk)
    return trails.filter(pk__in=found)
