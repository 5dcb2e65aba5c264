"""A signer with a browser that runs no script: follows links, sends forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.test import Client

from verification import links
from verification.models import Gate


@dataclass
class Form:
    action: str
    values: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Collects each form of a page with the values that it would send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form":
            self.found.append(Form(facts.get("action") or ""))
        elif tag == "input" and self.found and facts.get("name"):
            self.found[-1].values[facts["name"]] = facts.get("value") or ""


class SignerClient:
    """Opens the link of a gate and presses what the page shows."""

    def __init__(self, gate: Gate, client: Client | None = None) -> None:
        self.gate = Gate.objects.get(pk=gate.pk)
        self.client = client or Client()
        self.token = links.make_token(self.gate.public_id, self.gate.link_version)
        self.response = None

    @property
    def home(self) -> str:
        return f"/s/{self.gate.public_id}/"

    @property
    def text(self) -> str:
        """The page as a person reads it: no tags, no runs of space."""
        words = re.sub(r"<[^>]+>", " ", self.response.content.decode())
        return " ".join(words.replace("&#x27;", "'").split())

    def open_link(self):
        self.response = self.client.get(f"/l/{self.token}")
        return self.response

    def reload(self, path: str = ""):
        self.response = self.client.get(path or self.home)
        return self.response

    def press(self, ending: str, **typed: str):
        """Send the form whose action ends so, and follow the redirect."""
        form = self.form(ending)
        values = form.values | typed
        self.response = self.client.post(form.action, values, follow=True)
        return self.response

    def form(self, ending: str) -> Form:
        forms = Forms(self.response.content.decode()).found
        matching = [form for form in forms if form.action.endswith(ending)]
        assert matching, f"no form for {ending} among {[f.action for f in forms]}"
        return matching[0]

    def offers(self, ending: str) -> bool:
        forms = Forms(self.response.content.decode()).found
        return any(form.action.endswith(ending) for form in forms)
