"""The form that removes a signer's passkey or authenticator app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from signing.flows.holding import fingerprint
from signing.models import Signer
from verification import devices
from verification.models import Factor
from workspace.forms.inflight import seen_field

Kind = Factor.Kind


@dataclass(frozen=True)
class Shown:
    """One device, as the publisher reads it."""

    kind: str
    name: str
    set_up_at: datetime
    last_used_at: datetime | None


class ForgetForm(forms.Form):
    """Which of the passkey and the app is lost; only what there is can be chosen."""

    seen = seen_field()

    def __init__(self, signer: Signer, data: Any = None) -> None:
        super().__init__(data, initial={"seen": fingerprint(signer)})
        self.devices = list(_devices_of(signer))
        shown = [(one.kind, one.name) for one in self.devices]
        self.fields["kinds"] = forms.MultipleChoiceField(
            choices=shown, error_messages={"required": _("Choose what to remove.")}
        )
        self.chosen = self._only() if data is None else data.getlist("kinds")

    def _only(self) -> list[str]:
        return [self.devices[0].kind] if len(self.devices) == 1 else []


def _devices_of(signer: Signer) -> Iterator[Shown]:
    found = (
        (Kind.PASSKEY, devices.passkey_of(signer.gate)),
        (Kind.TOTP, devices.authenticator_of(signer.gate)),
    )
    for kind, device in found:
        if device is not None:
            at, used_at = device.created_at, device.last_used_at
            yield Shown(kind, str(kind.label), at, used_at)
