"""Phone numbers as publishers type them, and what can be told from one."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from babel import Locale
from django import forms
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

from signing.models import Company
from verification.policy import BLOCKED_TYPES

TOO_SHORT = {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}


def parse(typed: str, company: Company) -> PhoneNumber:
    """Read a number in the company's national form, or with + and country code.

    Raises ValidationError. A number of the right shape that no plan assigns is
    taken: the carrier knows better than a list of last year (decision 29).
    """
    try:
        number = PhoneNumber.from_string(typed, region=company.country)
    except NumberParseException as error:
        raise forms.ValidationError(
            _("This is not a phone number. Write it as you dial it.")
        ) from error
    _require_shape(number)
    if not regions(number) & company.countries:
        raise forms.ValidationError(
            _("Your company does not send codes to this country. Ask your admin.")
        )
    if phonenumbers.number_type(number) in BLOCKED_TYPES:
        raise forms.ValidationError(
            _("We send no codes to numbers of this kind. Write a person’s own number.")
        )
    if number.extension:
        raise forms.ValidationError(
            _("We can’t reach an extension. Write a direct number.")
        )
    return number if number.is_valid() else _as_stored(number)


def regions(number: PhoneNumber) -> frozenset[str]:
    """Return the countries that a number can be in: several share +1."""
    region = phonenumbers.region_code_for_number(number)
    if region:
        return frozenset({region})
    return frozenset(phonenumbers.region_codes_for_country_code(number.country_code))


def shown(number: PhoneNumber | str, company: Company) -> str:
    """Return a stored number as this company's people write it."""
    if not isinstance(number, PhoneNumber) or not number.country_code:
        return str(number or "")
    home = phonenumbers.country_code_for_region(company.country)
    if number.country_code == home:
        return str(number.as_national)
    return str(number.as_international)


@dataclass(frozen=True)
class Reading:
    """What a number tells: US +1; United States, mobile. Texts and calls work."""

    prefix: str
    words: str
    is_warning: bool = False


def read(number: PhoneNumber, company: Company) -> Reading:
    """Tell the country and kind of a number; nothing of a kind that no plan names."""
    found = regions(number)
    region = company.country if company.country in found else ""
    region = next(iter(found)) if len(found) == 1 else region
    prefix = f"{region} +{number.country_code}".strip()
    words = {"country": country_name(region) or f"+{number.country_code}"}
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.MOBILE:
        told = _("%(country)s, mobile. Texts and calls work.")
    elif kind == PhoneNumberType.FIXED_LINE:
        told = _("%(country)s, landline. Call Me works, texts don’t arrive.")
    elif kind == PhoneNumberType.FIXED_LINE_OR_MOBILE:
        told = _("%(country)s, mobile or landline.")
    else:
        told = _("%(country)s.")
    return Reading(prefix, told % words, kind == PhoneNumberType.FIXED_LINE)


def unread(company: Company) -> Reading:
    """Tell the country in which a number without + will be looked for."""
    code = phonenumbers.country_code_for_region(company.country)
    return Reading(f"{company.country} +{code}", "")


def country_name(region: str) -> str:
    """Return what the language that is active calls a country; "" for none."""
    locale = Locale.parse(to_locale(get_language() or "en"))
    return str(locale.territories.get(region, region))


def _require_shape(number: PhoneNumber) -> None:
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible in TOO_SHORT:
        words = _("This number is too short. Add the area code.")
    elif possible == ValidationResult.TOO_LONG:
        words = _("This number is too long. Check it again.")
    elif possible == ValidationResult.INVALID_COUNTRY_CODE:
        words = _("There is no such country code. Check the digits after the +.")
    elif possible != ValidationResult.IS_POSSIBLE or _starts_like_none(number):
        words = _("There is no such phone number. Check it again.")
    else:
        return
    raise forms.ValidationError(words)


def _starts_like_none(number: PhoneNumber) -> bool:
    """0 and 1 begin no number that a plan could ever assign, unless it did."""
    digits = phonenumbers.national_significant_number(number)
    return not number.is_valid() and digits.startswith(("0", "1"))


def _as_stored(number: PhoneNumber) -> PhoneNumber:
    """The column keeps what is not assigned as it was typed: so as E.164."""
    return PhoneNumber.from_string(str(number.as_e164))
