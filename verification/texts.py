"""The words of texts and calls. Emails have templates; these have room for none."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from verification import gsm

FALLBACK_LANGUAGE = "en"
# One of these would make the whole text UCS-2 and cut its room to less than
# half. Letters are never replaced: they are people's names.
STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´′", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "\N{ZERO WIDTH SPACE}": "",
        "\N{SOFT HYPHEN}": "",
    }
)
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
) | frozenset("\u2066\u2067\u2068\u2069")


def one_line(text: str) -> str:
    """Return text as one line without controls, so that it can't add a line.

    A name or title with a line break could put a header into an email, or a
    false last line into a text; bidirectional controls could hide one.
    """
    spaced = "".join(" " if _breaks(c) else c for c in text if c not in BIDI_CONTROLS)
    return " ".join(spaced.split())


def sms_text(
    *,
    code: str,
    reference: str,
    host: str,
    company: str,
    title: str,
    name: str,
    language: str,
) -> str:
    """Compose the text that carries a code: one segment, last line "@host #code".

    That line lets browsers offer the code to this host only. Source: the
    WICG's "Delivering origin-bound one-time codes over SMS". What does not
    fit goes in this order: advice, signer's name, title, company. Raises
    ValueError when not even code and reference fit; a system check limits the
    host's length long before that.
    """
    company, title, name = (_plain(part) for part in (company, title, name))
    last_line = f"@{host} #{code}"
    with translation.override(written_language(language)):
        for first in _shorter_and_shorter(
            grouped(code), reference, company, title, name
        ):
            text = f"{first}\n{last_line}"
            if gsm.fits_one_segment(text):
                return text
    raise ValueError("The host's name leaves no room for the code.")


def voice_intro(*, company: str, name: str, language: str) -> str:
    """Return what a call says first. Whoever picks up hears it: no code."""
    words = {"company": one_line(company), "name": one_line(name)}
    with translation.override(written_language(language)):
        if not words["company"]:
            return _("This is Countersign, with a security code. Press 1 to hear it.")
        if not words["name"]:
            return (
                _(
                    "This is Countersign, for %(company)s, with a security code. "
                    "Press 1 to hear it."
                )
                % words
            )
        return (
            _(
                "This is Countersign, for %(company)s, with a security code for "
                "%(name)s. Press 1 to hear it."
            )
            % words
        )


def voice_code(code: str, language: str) -> str:
    """Return everything that a call says once the key is pressed."""
    return " ".join(voice_code_sentences(code, language))


def voice_code_sentences(code: str, language: str) -> list[str]:
    words = {"digits": ", ".join(code)}
    with translation.override(written_language(language)):
        return [
            _("Your security code is: %(digits)s.") % words,
            _("Again: %(digits)s.") % words,
            _("Press 1 to hear it again."),
        ]


def voice_again(language: str) -> str:
    """Return what a call says after a key that is not 1."""
    with translation.override(written_language(language)):
        return _("Press 1 to hear your security code.")


def voice_dead(language: str) -> str:
    """Return what a call says when its code no longer counts."""
    with translation.override(written_language(language)):
        return _("This security code is no longer valid. Please ask for a new one.")


def voice_goodbye(language: str) -> str:
    with translation.override(written_language(language)):
        return pgettext("end of a phone call", "Goodbye.")


def grouped(code: str) -> str:
    """Return code in two halves, easier to read and to keep in mind."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def written_language(language: str) -> str:
    """Return the language that our texts for language are really in."""
    try:
        return translation.get_supported_language_variant(language.lower())
    except LookupError:
        return FALLBACK_LANGUAGE


# Keyed by (with a name, with a title).
SENTENCES = {
    (True, True): gettext_noop("%(code)s is %(name)s's security code for %(title)s."),
    (False, True): gettext_noop("%(code)s is your security code for %(title)s."),
    (True, False): gettext_noop("%(code)s is %(name)s's security code."),
    (False, False): gettext_noop("%(code)s is your security code."),
}


def _shorter_and_shorter(
    code: str, reference: str, company: str, title: str, name: str
) -> Iterator[str]:
    whole = _first_line(code, company, title, name)
    words = {"sentence": whole, "reference": reference}
    yield _("%(sentence)s Ref %(reference)s. Do not tell anyone.") % words
    for parts in (
        (company, title, name),
        (company, title, ""),
        (company, "", ""),
        ("", "", ""),
    ):
        words = {"sentence": _first_line(code, *parts), "reference": reference}
        yield _("%(sentence)s Ref %(reference)s.") % words
    yield f"{code} ({reference})"


def _first_line(code: str, company: str, title: str, name: str) -> str:
    words = {"code": code, "name": name, "title": title}
    sentence = _(SENTENCES[bool(name), bool(title)]) % words
    if not company:
        return sentence
    return _("%(company)s: %(sentence)s") % {"company": company, "sentence": sentence}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", one_line(text).translate(STRAIGHT)).strip()


def _breaks(character: str) -> bool:
    """Control characters, line and paragraph separators, halves of pairs."""
    return unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")
