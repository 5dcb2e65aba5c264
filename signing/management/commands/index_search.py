from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from signing import trigrams


class Command(BaseCommand):
    help = "Create the indexes that a search by words is read off, where missing."

    def handle(self, **options: Any) -> None:
        if not trigrams.create(connection):
            raise CommandError(f"{trigrams.SLOW} {trigrams.ADVICE}")
        self.stdout.write("The search is indexed.")
