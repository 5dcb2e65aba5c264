from __future__ import annotations

from django.core.management.base import BaseCommand

from config import catalogues


class Command(BaseCommand):
    help = "Compile the message catalogues that changed; needs no gettext."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        for path in catalogues.compile_changed():
            self.stdout.write(str(path.relative_to(catalogues.BASE_DIR)))
