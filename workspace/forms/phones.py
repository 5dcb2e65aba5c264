"""The forms that put a number or an address right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.phonenumber import PhoneNumber

from signing.flows.holding import fingerprint
from signing.models import Company, Signer
from verification.models.gate import as_e164
from workspace import phones
from workspace.forms.inflight import seen_field
from workspace.people import Line


@dataclass(frozen=True)
class Row:
    """A line as the dialog shows it; field is None where nothing may be changed."""

    line: Line
    name: str
    shown: str
    field: forms.BoundField | None
    reading: phones.Reading
    same_as: str

    @property
    def errors(self) -> Any:
        return self.field.errors if self.field else None


class PhonesForm(forms.Form):
    """A number for each line. Only what differs from what was shown is looked at.

    meant is the public id of the signer that the dialog was opened for, or "".
    """

    use_required_attribute = False

    def __init__(
        self,
        lines: Sequence[Line],
        company: Company,
        data: Any = None,
        meant: str = "",
    ) -> None:
        super().__init__(data)
        self.lines, self.company = lines, company
        self.numbers: dict[str, PhoneNumber | str] = {}
        for line in lines:
            if not line.why_not:
                self.fields[name_of(line)] = _phone_field(line, company)
        people = {name_of(line): line.signers for line in lines}
        first = [name for name in self.fields if _has(people[name], meant)]
        self._focus_on([*first, *self.fields])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.changed_data:
            if self._was_changed_meanwhile(name):
                words = _(
                    "This number was changed meanwhile. Close this and look again."
                )
                self.add_error(name, words)
                continue
            typed = str(cleaned.get(name) or "").strip()
            try:
                number = phones.parse(typed, self.company) if typed else ""
            except forms.ValidationError as error:
                self.add_error(name, error)
            else:
                self.numbers[name] = number
        self._focus_on(name for name in self.fields if name in self.errors)
        return cleaned

    def changes(self) -> dict[Signer, str]:
        return {
            signer: as_e164(self.numbers[name_of(line)])
            for line in self.lines
            if name_of(line) in self.numbers
            for signer in line.signers
        }

    def rows(self) -> Iterator[Row]:
        """Return every line with what its number tells, as it is typed now."""
        first_with: dict[str, str] = {}
        for line in self.lines:
            name = name_of(line)
            field = self[name] if name in self.fields else None
            is_wrong = bool(field and field.errors)
            number = self.numbers.get(name, line.signer.gate.phone)
            digits = "" if is_wrong else as_e164(number)
            before = first_with.setdefault(digits, line.signer.name) if digits else ""
            yield Row(
                line=line,
                name=name,
                shown=phones.shown(number, self.company),
                field=field,
                reading=self._read(number if digits else ""),
                same_as=before if before != line.signer.name else "",
            )

    def _was_changed_meanwhile(self, name: str) -> bool:
        """Whether the field showed a number that is not the signer's any more."""
        shown = self.data.get(self.add_initial_prefix(name))
        return shown is not None and shown != self[name].initial

    def _read(self, number: PhoneNumber | str) -> phones.Reading:
        if isinstance(number, PhoneNumber) and number.country_code:
            return phones.read(number, self.company)
        return phones.unread(self.company)

    def _focus_on(self, names: Iterable[str]) -> None:
        first = next(iter(names), "")
        for name, field in self.fields.items():
            field.widget.attrs["autofocus"] = name == first


class EmailForm(forms.Form):
    seen = seen_field()
    email = forms.EmailField(
        label=gettext_lazy("Email"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "off", "inputmode": "email", "autofocus": True}
        ),
        error_messages={
            "required": gettext_lazy("Enter the signer’s email address."),
            "invalid": gettext_lazy("Write an email address like ada@example.com."),
        },
    )

    def __init__(self, signer: Signer, data: Any = None) -> None:
        initial = {"email": signer.email, "seen": fingerprint(signer)}
        super().__init__(data, initial=initial)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=500,
        help_text=gettext_lazy("It stands in the timeline and in the certificate."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": gettext_lazy("Write in a few words why."),
            "max_length": gettext_lazy("Use 500 characters at most."),
        },
    )


def _has(signers: Iterable[Signer], public_id: str) -> bool:
    return any(str(one.public_id) == public_id for one in signers)


def name_of(line: Line) -> str:
    return f"phone-{line.signer.public_id}"


def _phone_field(line: Line, company: Company) -> forms.CharField:
    name = name_of(line)
    return forms.CharField(
        label=_("Phone number of %(name)s") % {"name": line.signer.name},
        max_length=40,
        required=False,
        show_hidden_initial=True,
        initial=phones.shown(line.signer.gate.phone, company),
        widget=forms.TextInput(
            attrs={
                "class": "input",
                "autocomplete": "off",
                "inputmode": "tel",
                "dir": "ltr",
                "aria-describedby": f"status-{name}",
            }
        ),
        error_messages={"max_length": _("This number is too long. Check it again.")},
    )
