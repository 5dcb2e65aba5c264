"""The roles of a template, retold to whoever looks at it or starts from it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from signing import proof_words
from signing.flows.identity_rules import details_of, with_rules
from signing.models import Company, Signer, Template
from verification.models import Factor
from workspace import phones, strength

Kind = Factor.Kind


@dataclass(frozen=True)
class Ask:
    """One factor of a role; hint says when, and from where its secret or number is."""

    icon: str
    name: str
    hint: str


@dataclass(frozen=True)
class Role:
    signer: Signer
    name: str
    turn: str
    asks: list[Ask]
    phone: str


def of(template: Template) -> list[Role]:
    request = template.request
    rows = request.signers.select_related("gate").prefetch_related(with_rules())
    roles = list(rows)
    is_ordered = request.is_ordered and len(roles) > 1
    return [
        Role(
            signer=signer,
            name=signer.label or signer.name or _("Role %(number)d") % {"number": at},
            turn=_turn(signer, at if is_ordered else 0),
            asks=_asks(signer, request.company),
            phone=phones.shown(signer.gate.phone, request.company),
        )
        for at, signer in enumerate(roles, start=1)
    ]


def _turn(signer: Signer, place: int) -> str:
    if not signer.acts:
        return str(Signer.Role(signer.role).label)
    return _("Signs as number %(place)d") % {"place": place} if place else _("Signs")


def _asks(signer: Signer, company: Company) -> list[Ask]:
    factors = sorted(signer.gate.factors.all(), key=lambda factor: factor.place)
    asks = [_ask(factor, signer, company) for factor in factors]
    if not signer.login_required:
        return asks
    hint = str(Factor.Stage.VIEW.label)
    hint = hint[:1].upper() + hint[1:]
    return [Ask(strength.icon(Kind.ACCOUNT), str(Kind.ACCOUNT.label), hint), *asks]


def _ask(factor: Factor, signer: Signer, company: Company) -> Ask:
    kind = Kind(factor.kind)
    words = {
        "stage": str(Factor.Stage(factor.stage).label),
        "source": _source(factor, signer, company),
    }
    hint = _("%(stage)s; %(source)s") if words["source"] else _("%(stage)s")
    told = hint % words
    return Ask(strength.icon(kind), str(kind.label), told[:1].upper() + told[1:])


def _source(factor: Factor, signer: Signer, company: Company) -> str:
    """Say where what the factor needs comes from."""
    if factor.kind == Kind.ACCESS_CODE:
        if factor.secret:
            return _("the stored password")
        if signer.needs_access_code:
            return _("required: set it when you start")
        return _("set it when you start, or turn it off")
    if factor.kind == Kind.PHONE:
        if signer.phone:
            shown = phones.shown(signer.gate.phone, company)
            return _("to %(phone)s") % {"phone": shown}
        if signer.needs_phone:
            return _("required: write the number when you start")
        return _("write the number when you start, or turn it off")
    if factor.kind == Kind.IDENTITY:
        often = proof_words.frequency(factor.frequency)
        rules = proof_words.rules_of(details_of(factor))
        return _("%(often)s; %(rules)s") % {"often": often, "rules": rules}
    return ""
