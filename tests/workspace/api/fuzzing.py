"""What a fuzzer of the doors knows: some of everything that Pat has, the same of
other people's, and where in a call such things belong."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from string import Template
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from signing.flows import sending, templates
from signing.models import SenderIdentity, SignRequest
from tests import factories
from tests.factories import make_pdf
from tests.workspace.api.operations import BOLDSIGN, BOX, OWN
from verification.models import User
from workspace.api.box.models import BoxFile, BoxFolder, new_number
from workspace.models import ApiKey, Membership
from workspace.webhooks import flows as webhooks

GARBAGE = ("", "0", "x", "é" * 40, "%00", "../1", "null", "1e9", "٣", "a" * 5000)
KINDS = ("access_code", "phone", "email", "identity")
CALLS = OWN | BOLDSIGN | BOX
DATA_URL = "data:application/pdf;base64,"
FILE_NAMES = ("lease.pdf", "", "x" * 300, "a\nb.pdf", "…/é.pdf", "files[1]")


@dataclass
class Belongings:
    """One member's transactions, templates, files and the rest, by what a call
    names them. Several ids for each name."""

    user: User
    ids: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def member(self) -> Membership:
        return self.user.memberships.select_related("company", "user").get()

    def grow(self) -> Belongings:
        self._transactions()
        self._template()
        self._files()
        self._rest()
        return self

    def add(self, name: str, value: object) -> None:
        self.ids.setdefault(name, []).append(str(value))

    def _transactions(self) -> None:
        company, now = self.member.company, timezone.now()
        made = [
            factories.make_request(company, self.user, kinds=kinds)
            for kinds in (KINDS, ("access_code",))
        ]
        made.append(factories.make_request(company, self.user, people=("ada", "bob")))
        made.append(factories.make_draft(company, self.user))
        made.append(self._identity())
        over = factories.make_request(company, self.user)
        sending.recall(over, actor=self.user, reason="", now=now)
        for row in (*made, over):
            self.add("request", row.public_id)
            for signer in row.signers.all():
                self.add("signer", f"{row.public_id} {signer.public_id}")

    def _identity(self) -> SignRequest:
        """An identity check that waits for a person, with its pictures."""
        row = factories.make_identity_request(self.member.company, self.user)
        check = factories.make_identity_check(row)
        self.add("check", check.public_id)
        for picture in check.pictures.all():
            self.add("picture", picture.public_id)
        return row

    def _template(self) -> None:
        draft = factories.make_draft(self.member.company, self.user)
        made = templates.save_as(
            draft,
            owner=self.user,
            about=templates.TemplateDetails("Lease"),
            keeps_people=False,
            now=timezone.now(),
        )
        self.add("template", made.public_id)

    def _files(self) -> None:
        company, now = self.member.company, timezone.now()
        facts = {"company": company, "created_at": now}
        folder = BoxFolder.objects.create(name=f"Sign docs {new_number()}", **facts)
        self.add("folder", folder.number)
        for place in (folder, None):
            row = BoxFile(
                owner=self.user,
                folder=place,
                name=f"lease {new_number()}.pdf",
                size=len(make_pdf()),
                sha1="0" * 40,
                **facts,
            )
            row.content.save("lease.pdf", ContentFile(make_pdf()), save=False)
            row.save()
            self.add("file", row.number)

    def _rest(self) -> None:
        company, now = self.member.company, timezone.now()
        number = new_number()
        identity = SenderIdentity.objects.create(
            company=company,
            email=f"lou{number}@acme.example",
            name="Lou Hart",
            approved_at=now,
        )
        self.add("identity", identity.email)
        self.add("identity_id", identity.pk)
        for before in webhooks.live(company.pk):  # a company has only so many
            webhooks.end(before, now)
        made = webhooks.create(
            self.member,
            url=f"https://93.184.216.34/{number}",
            events=["signer.locked"],
            now=now,
        )
        self.add("webhook", made.webhook.public_id)
        for key in ApiKey.objects.filter(member=self.member):
            self.add("client", key.public_id)


def file_text(chance: Random) -> str:
    return DATA_URL + base64.b64encode(some_file(chance)).decode()


def some_file(chance: Random) -> bytes:
    return chance.choice((make_pdf(), make_pdf(), make_pdf(2), b"%PDF-1.7\n", b""))


def attributes(chance: Random, ids: dict[str, list[str]]) -> str:
    """What goes beside a file that is uploaded to Box."""
    name = chance.choice((*FILE_NAMES, f"{chance.random()}.pdf"))
    folder = chance.choice((*ids["folder"], "0", "1"))
    written = json.dumps({"name": name, "parent": {"id": folder}})
    return written if chance.random() < 0.9 else written[: chance.randrange(40)]


ADDRESSES = ("ada@example.com", " ADA@example.com", "bob@example.com", "new@x.example")
PHONES = ("+15551232190", "+1201566802", "+4915112345678", "12", "+", "+1 (201) 55")

Maker = Callable[[Random, dict[str, list[str]]], Any]
# What may stand where a name is asked for, by the name in lower case.
MAKERS: dict[str, Maker] = {
    "emailid": lambda chance, ids: chance.choice(ADDRESSES),
    "email": lambda chance, ids: chance.choice((*ADDRESSES, *ids["identity"])),
    "signeremail": lambda chance, ids: chance.choice(ADDRESSES),
    "emailaddress": lambda chance, ids: chance.choice(ADDRESSES),
    "oldsigneremail": lambda chance, ids: chance.choice(ADDRESSES),
    "newsigneremail": lambda chance, ids: chance.choice(ADDRESSES),
    "receiveremails": lambda chance, ids: [chance.choice(ADDRESSES)],
    "onbehalfof": lambda chance, ids: chance.choice((*ids["identity"], None)),
    "phone": lambda chance, ids: chance.choice(PHONES),
    "verification_phone_number": lambda chance, ids: chance.choice(PHONES),
    "files": lambda chance, ids: [file_text(chance)],
    "order": lambda chance, ids: chance.choice((1, 1, 2, 50)),
    "zorder": lambda chance, ids: chance.choice((1, 1, 2, 50)),
    "template_id": lambda chance, ids: chance.choice((None, *ids["template"])),
    "source_files": lambda chance, ids: [
        {"id": chance.choice(ids["file"]), "type": "file"}
    ],
    "parent_folder": lambda chance, ids: {
        "id": chance.choice(ids["folder"]),
        "type": "folder",
    },
    "parent": lambda chance, ids: {"id": chance.choice((*ids["folder"], "0"))},
    "fileurls": lambda chance, ids: [],
    "usetexttags": lambda chance, ids: False,
    "client_id": lambda chance, ids: chance.choice(ids["client"]),
    "grant_type": lambda chance, ids: "client_credentials",
    "redirect_url": lambda chance, ids: chance.choice((None, "https://x.example/")),
    "url": lambda chance, ids: "https://93.184.216.34/hook",
    "roleindex": lambda chance, ids: 1,
    "check": lambda chance, ids: chance.choice(ids["check"]),
    "fileid": lambda chance, ids: chance.choice((*ids["picture"], "1")),
}
# What a path or a query names, by parameter.
NAMED = {
    "transaction_id": "request",
    "webhook_id": "webhook",
    "sign_request_id": "request",
    "file_id": "file",
    "folder_id": "folder",
    "template_id": "template",
    "documentid": "request",
    "templateid": "template",
    "id": "identity_id",
}


def aim(case: Any, own: Belongings, others: list[Belongings], chance: Random) -> None:
    """Point a generated call at things that are there, mostly.

    Parameters become ids of Pat's in six of ten calls, of somebody else's in one,
    and stay as they were made otherwise; members of bodies likewise.
    """
    ids = own.ids if chance.random() < 0.85 else chance.choice(others).ids
    if isinstance(case.path_parameters, dict):
        aim_path(case.path_parameters, ids, chance)
    for parameter in case.operation.query:
        name = parameter.name
        maker = MAKERS.get(name.lower())
        kind = NAMED.get(name.lower())
        if chance.random() < 0.3 or not isinstance(case.query, dict):
            continue
        if kind:
            case.query[name] = chance.choice(ids[kind])
        elif maker:
            case.query[name] = maker(chance, ids)
    start_from_good(case, ids, chance)
    if isinstance(case.body, dict | list):
        case.body = aimed(case.body, ids, chance)
        aim_form(case, ids, chance)


def start_from_good(case: Any, ids: dict[str, list[str]], chance: Random) -> None:
    """Make half of the JSON bodies what works, with few members that were made up.

    A body in which everything is made up is refused for its first member.
    """
    call = CALLS.get(f"{case.method} {case.operation.path}")
    if call is None or not isinstance(call.body, dict) or chance.random() < 0.5:
        return
    if case.media_type != "application/json" or not isinstance(case.body, dict):
        return
    some = {name: chance.choice(found) for name, found in ids.items()}
    good = json.loads(Template(call.text()).substitute(some))
    made_up = chance.sample(sorted(case.body), min(len(case.body), chance.randrange(4)))
    case.body = good | {name: case.body[name] for name in made_up}


def aim_path(path: dict[str, Any], ids: dict[str, list[str]], chance: Random) -> None:
    if chance.random() < 0.3 or not path:
        if path and chance.random() < 0.5:
            path[chance.choice(list(path))] = chance.choice(GARBAGE[1:])
        return
    if {"transaction_id", "signer_id"} <= path.keys():
        path["transaction_id"], path["signer_id"] = chance.choice(ids["signer"]).split()
        return
    for name in path:
        path[name] = chance.choice(ids[NAMED[name]])


def aimed(value: Any, ids: dict[str, list[str]], chance: Random) -> Any:
    if isinstance(value, list):
        return [aimed(one, ids, chance) for one in value]
    if not isinstance(value, dict):
        return value
    read = {}
    for name, one in value.items():
        maker = MAKERS.get(name.lower())
        if maker and chance.random() < 0.8:
            read[name] = maker(chance, ids)
        else:
            read[name] = aimed(one, ids, chance)
    return read


def aim_form(case: Any, ids: dict[str, list[str]], chance: Random) -> None:
    """Put real files into forms, and what the libraries write beside them."""
    if case.media_type != "multipart/form-data" or not isinstance(case.body, dict):
        return
    if "attributes" in case.body and chance.random() < 0.8:
        case.body["attributes"] = attributes(chance, ids)
        case.body["file"] = some_file(chance)
    elif "file" not in case.body and chance.random() < 0.8:
        case.body.pop("files", None)
        case.body["Files"] = [some_file(chance)]
