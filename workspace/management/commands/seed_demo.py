from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from workspace.demo import facts, past, prepared, programs, reviewing, seeding


class Command(BaseCommand):
    help = "Make the demo's companies and transactions; write DATA_DIR/demo.json."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Set DEMO=1: this makes accounts with known passwords.")
        now = timezone.now()
        seeding.seed(now)
        first = next(iter(seeding.houses()))
        past.play(first, now)
        reviewing.announce(first)
        prepared.prepare(first, now)
        programs.furnish_boldsign(first, now)
        programs.furnish_box(first, now)
        path = facts.write()
        self.stdout.write(f"Who to sign in as, and signers' links: {path}")
