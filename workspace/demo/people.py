"""Whose phone, whose mailbox: names for numbers and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from verification.models import Gate, User
from verification.models.gate import as_e164

HOME = 1


def phone_owners() -> dict[str, list[str]]:
    """Return {E.164: names} for every number that a signer has, oldest first."""
    found: dict[str, list[str]] = {}
    rows = Gate.objects.exclude(phone="").order_by("pk")
    for gate in rows.only("name", "phone"):
        names = found.setdefault(as_e164(gate.phone), [])
        if gate.name not in names:
            names.append(gate.name)
    return found


def mailbox_owners(addresses: Iterable[str]) -> dict[str, str]:
    """Return {address: name} for those addresses that belong to somebody known."""
    wanted = set(addresses)
    gates = Gate.objects.filter(email__in=wanted).order_by("pk")
    users = User.objects.filter(email__in=wanted)
    return dict(gates.values_list("email", "name")) | dict(
        users.values_list("email", "name")
    )


def named(address: str, owners: Mapping[str, str]) -> str:
    return owners.get(address) or address


def initials(name: str) -> str:
    """Return AL for Ada Lane, A for ada@example.com."""
    words = [word for word in name.partition("@")[0].split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def shown(e164: str) -> str:
    """Return a number as people write it: (415) 555-0190."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    is_home = number.country_code == HOME
    form = PhoneNumberFormat.NATIONAL if is_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)
