"""The first run in production: a company, and its first admin (decision 39)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from signing.models import Company
from verification.models import User
from workspace import mails
from workspace.models import Membership


class Command(BaseCommand):
    help = "Create a company and send its first admin a link to set a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--admin", required=True, metavar="EMAIL")
        parser.add_argument("--admin-name", default="")
        parser.add_argument("--country", default="US", metavar="CODE")
        parser.add_argument("--language", default="en", metavar="CODE")
        parser.add_argument("--time-zone", default="UTC")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["admin"].strip().lower()
        company = Company(
            name=options["name"],
            country=options["country"].upper(),
            language=options["language"],
            time_zone=options["time_zone"],
        )
        try:
            validate_email(email)
            company.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if Company.objects.filter(name=company.name).exists():
            raise CommandError(f"There is a company {company.name} already.")
        with transaction.atomic():
            company.save()
            self.add_admin(company, email, options["admin_name"])
        self.stdout.write(
            f"Created {company.name}. {email} gets an email with a link to sign in."
        )

    def add_admin(self, company: Company, email: str, name: str) -> None:
        user = User.objects.filter(email=email).first()
        if user is None:
            name = name or email.partition("@")[0]
            user = User.objects.create_user(email, name=name, language=company.language)
        Membership.objects.create(
            user=user, company=company, role=Membership.Role.COMPANY_ADMIN
        )
        if not user.has_usable_password():
            mails.send(user, mails.SET_PASSWORD, timezone.now())
