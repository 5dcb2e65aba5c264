"""A company's settings are changed: written down one by one, old and new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models.fields.files import FieldFile

from signing.flows.sending import actor_name
from signing.models import Company
from verification.flows import issuing
from verification.models import User
from workspace import events

# Turned off, none of these codes comes back to life when it is turned on again.
CODE_SETTINGS = frozenset({"alternative_codes_on", "generate_in_resend"})


def change(
    company: Company, names: Iterable[str], *, actor: User, now: datetime
) -> None:
    """Save those fields of company, and tell the company's trail what changed."""
    with transaction.atomic():
        stored = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        changes = [
            (field, getattr(stored, field), getattr(company, field))
            for field in sorted(names)
            if getattr(stored, field) != getattr(company, field)
        ]
        if not changes:
            return
        company.save(update_fields=[field for field, _old, _new in changes])
        if any(name in CODE_SETTINGS and not new for name, _old, new in changes):
            issuing.withdraw_alternatives(company.pk, now)
        for name, old, new in changes:
            events.record(
                company.pk,
                "setting_changed",
                now,
                actor=actor_name(actor),
                setting=label_of(name),
                old=as_json(old),
                new=as_json(new),
            )


def label_of(name: str) -> str:
    """Return the name people know a setting by where it has one, else the field's."""
    field = Company._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101  no relation is a setting
    is_constant = str(field.verbose_name).isupper()
    return str(field.verbose_name) if is_constant else name


def as_json(value: Any) -> Any:
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, FieldFile):
        return value.name or ""
    return value
