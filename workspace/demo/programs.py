"""Programs in the demo: keys that act for its first sender, somebody who lets them
send in their name, and what the documentation of the Box client speaks of: a
folder and a file of known numbers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile

from signing.models import SenderIdentity, Template
from workspace import keys
from workspace.demo import papers, prepared
from workspace.demo.seeding import House
from workspace.models import ApiKey, BoxFile, BoxFolder

BOX_FOLDER, BOX_FILE = "234102987614", "1358047520478"
FILE_NAME = "Simple-PDF.pdf"
BOLDSIGN, BOX = "BoldSign client", "Box client"
BEHALF_NAME, BEHALF_EMAIL = "Nora Bell", "nora@example.com"


def secret_of(name: str) -> str:
    """Return the secret of one of the demo's keys: its own in each installation,
    and the same each time it is asked for, so that demo.json can tell it."""
    mac = hmac.new(
        settings.SECRET_KEY.encode(), f"demo {name}".encode(), hashlib.sha256
    )
    return keys.KEY_START + base64.urlsafe_b64encode(mac.digest()).decode().rstrip("=")


def issue(house: House, name: str, now: datetime) -> None:
    """Make a key that may do everything for the house's sender, unless it is there."""
    if keys.find(secret_of(name), now) is not None:
        return
    member = house.sender.memberships.get(company=house.company)
    keys.issue(
        member, name=name, scopes=list(ApiKey.Scope), now=now, secret=secret_of(name)
    )


def furnish_boldsign(house: House, now: datetime) -> None:
    """Make the BoldSign client's key, and who said yes to being sent for."""
    issue(house, BOLDSIGN, now)
    SenderIdentity.objects.get_or_create(
        company=house.company,
        email=BEHALF_EMAIL,
        defaults={"name": BEHALF_NAME, "asked_at": now, "approved_at": now},
    )


def boldsign_facts() -> dict[str, Any]:
    """Return what demo.json tells of the BoldSign door."""
    return {
        "boldsign_api_key": secret_of(BOLDSIGN),
        "on_behalf_of": BEHALF_EMAIL,
    }


def furnish_box(house: House, now: datetime) -> None:
    """Make the Box client's key, folder and file, unless they are there."""
    issue(house, BOX, now)
    folder, _is_new = BoxFolder.objects.get_or_create(
        company=house.company,
        number=BOX_FOLDER,
        defaults={"name": "Sign docs", "created_at": now},
    )
    if BoxFile.objects.filter(company=house.company, number=BOX_FILE).exists():
        return
    source = papers.agreement("Simple PDF", []).pdf
    file = BoxFile(
        company=house.company,
        owner=house.sender,
        number=BOX_FILE,
        folder=folder,
        name=FILE_NAME,
        size=len(source),
        sha1=hashlib.sha1(source, usedforsecurity=False).hexdigest(),
        created_at=now,
    )
    file.content.save(f"{BOX_FILE}.pdf", ContentFile(source), save=False)
    file.save()


def box_facts(house: House) -> dict[str, Any]:
    """Return what demo.json tells of the Box door."""
    templates = Template.objects.of(house.company).filter(name=prepared.NAME)
    template = templates.select_related("request").first()
    return {
        "box_token": secret_of(BOX),
        "box_folder_id": BOX_FOLDER,
        "box_template_id": str(template.public_id) if template else None,
    }
