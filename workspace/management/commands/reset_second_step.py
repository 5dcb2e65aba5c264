"""The operator helps in who lost both app and recovery codes (decision 36)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from verification.models import User
from workspace import access, devices, events, members


class Command(BaseCommand):
    help = (
        "Turn the second step of an account off, and sign it out everywhere. Make "
        "sure first that it is really its owner who asks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"There is no account {email}.")
        now = timezone.now()
        with transaction.atomic():
            for member in access.memberships(user):
                events.record(
                    member.company_id,
                    "second_step_reset",
                    now,
                    actor="system",
                    member=f"{member.shown_name} <{email}>",
                )
            devices.remove(user)
            members.end_sessions(user)
        self.stdout.write(f"{email} signs in with the password alone now.")
