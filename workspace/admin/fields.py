"""Form fields of a company's settings."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale
from django import forms
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from signing.pdf import sandbox

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OTHER = "other"
MOST_LOGO_BYTES = 1_000_000
MOST_URLS = 20
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Presets = Sequence[tuple[int, "str | _StrPromise"]]


class LifetimeWidget(forms.MultiWidget):
    """A choice of usual times, and a field for any other."""

    template_name = "admin/widgets/lifetime.html"

    def __init__(self, presets: Presets, least: int, most: int) -> None:
        self.presets = presets
        choices = [*presets, (OTHER, _("Another time, in minutes:"))]
        minutes = {"min": least, "max": most, "aria-label": _("Minutes")}
        super().__init__(
            {
                "choice": forms.Select(choices=choices),
                "minutes": forms.NumberInput(attrs=minutes),
            }
        )

    def decompress(self, value: timedelta | None) -> list[Any]:
        if value is None:
            return [None, None]
        minutes = int(value / MINUTE)
        if any(minutes == preset for preset, _words in self.presets):
            return [minutes, None]
        return [OTHER, minutes]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"


class LifetimeField(forms.MultiValueField):
    """A timedelta in whole minutes, from least to most."""

    def __init__(self, presets: Presets, least: int, most: int, **options: Any) -> None:
        self.least, self.most = least, most
        choices = [(str(minutes), words) for minutes, words in presets]
        fields = (
            forms.ChoiceField(choices=[*choices, (OTHER, OTHER)]),
            forms.IntegerField(required=False),
        )
        widget = LifetimeWidget(presets, least, most)
        super().__init__(fields, widget=widget, require_all_fields=False, **options)

    def compress(self, data_list: list[Any]) -> timedelta | None:
        choice, minutes = data_list or (None, None)
        if choice and choice != OTHER:
            minutes = int(choice)
        if minutes is None:
            raise ValidationError(_("Choose a time, or type the minutes."))
        if not self.least <= minutes <= self.most:
            raise ValidationError(
                _("Choose from %(least)s to %(most)s minutes."),
                params={"least": self.least, "most": self.most},
            )
        return timedelta(minutes=int(minutes))


class CountriesWidget(FilteredSelectMultiple):
    """Django's two lists with a filter, in a box of their own beside the label."""

    template_name = "admin/widgets/countries.html"

    def __init__(self) -> None:
        super().__init__(_("countries"), is_stacked=False)


class DaysField(forms.IntegerField):
    """A timedelta in whole days."""

    def prepare_value(self, value: Any) -> Any:
        return value.days if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        return timedelta(days=super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class LinesField(forms.CharField):
    """A list of addresses, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in str(value or "").splitlines()]
        return list(dict.fromkeys(filter(None, lines)))

    def validate(self, value: Any) -> None:
        if len(value) > MOST_URLS:
            raise ValidationError(
                ngettext_lazy(
                    "At most %(count)d address.",
                    "At most %(count)d addresses.",
                    "count",
                ),
                params={"count": MOST_URLS},
            )
        for url in value:
            check_redirect_url(url)

    def run_validators(self, value: Any) -> None:
        """Those of CharField look at one text."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))


def check_redirect_url(url: str) -> None:
    """Take https addresses of a host; raise ValidationError for all else."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    is_secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    if not (host and is_secure and is_plain and "*" not in url and "\\" not in url):
        raise ValidationError(
            _("“%(url)s” is no address like https://crm.example.com/signed."),
            params={"url": url},
        )


class LogoField(forms.FileField):
    """A picture; cleaned, it is a new PNG that was drawn from it."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        return redraw(upload) if isinstance(upload, UploadedFile) else None


def redraw(upload: UploadedFile[bytes]) -> ContentFile[bytes]:
    """Draw an uploaded logo anew, in the child process that parses PDFs too.

    Raises ValidationError for what is too large or no picture.
    """
    if (upload.size or 0) > MOST_LOGO_BYTES:
        raise ValidationError(_("The logo must be smaller than 1 MB."))
    try:
        blobs = sandbox.run("logo", upload.read(), timeout=10).blobs
    except sandbox.PdfFailed:
        blobs = ()
    if not blobs:
        raise ValidationError(_("Choose a PNG, JPEG, WebP or GIF picture."))
    return ContentFile(blobs[0], name=f"{uuid.uuid4()}.png")


def country_choices() -> list[tuple[str, str]]:
    """Return (code, name) of every country with phone numbers, by name."""
    names = Locale.parse(get_language() or "en", sep="-").territories
    codes: Iterable[str] = phonenumbers.SUPPORTED_REGIONS
    return sorted(
        ((code, f"{names.get(code, code)} ({code})") for code in codes),
        key=lambda pair: pair[1].casefold(),
    )


def time_zone_choices() -> list[tuple[str, str]]:
    zones = available_timezones()
    plain = {zone for zone in zones if zone == "UTC" or "/" in zone}
    shown = sorted(zone for zone in plain if not zone.startswith(("Etc/", "SystemV/")))
    return [(zone, zone.replace("_", " ")) for zone in shown]
