"""A passkey is set up at a verified visit, and asked for at the next (WebAuthn).

What a passkey signs is a challenge of ours that belongs to one browser, one
factor and one purpose, lives five minutes and is used up before its answer is
looked at. Nothing here can be guessed, so no try is charged; but who is locked
is locked.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, NoReturn

from django.db import IntegrityError, transaction
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from verification import devices, passkeys
from verification.flows import answers, trying
from verification.flows.trying import Try
from verification.models import Factor, Gate, Passkey, PasskeyChallenge, Visit
from verification.outcomes import Outcome
from verification.passkeys import MALFORMED, Answer, Refused, Site
from verification.standing import budget_for, standing

Purpose = PasskeyChallenge.Purpose
CHALLENGE_BYTES = 32
HANDLE_BYTES = 32
VERIFIED = UserVerificationRequirement.REQUIRED


def begin(visit: Visit, factor: Factor, now: datetime) -> str | Outcome:
    """Return what the browser is to ask for, as JSON; an Outcome where it may not.

    Whether a passkey is made or asked for is decided here, never by the browser.
    """
    gate = visit.gate
    site, proven = passkeys.site(), standing(gate, visit, now)
    if gate.closed_at is not None:
        return Outcome.CLOSED
    if site is None:
        return Outcome.NOT_ALLOWED
    if factor.kind != Factor.Kind.PASSKEY or not proven.is_reached(factor):
        return Outcome.STALE
    if budget_for(factor).locked_at:
        return Outcome.LOCKED
    passkey = devices.passkey_of(gate)
    if passkey is None and not proven.may_enrol(factor):
        return Outcome.STALE
    challenge = _new_challenge(visit, factor, passkey, now)
    if passkey is None:
        return _to_create(gate, challenge, site)
    return _to_get(passkey, challenge, site)


def finish(attempt: Try, key: str, now: datetime) -> Outcome:
    """Look at what the browser brought; attempt.typed is its JSON."""
    answer = answers.begin(attempt.visit, key, attempt.factor, now)
    if answer is None:
        return answers.given(attempt.visit, key)
    if refusal := trying.refuse(attempt, now):
        return answers.finish(answer, refusal)
    if budget_for(attempt.factor).locked_at:
        return answers.finish(answer, Outcome.LOCKED)
    try:
        outcome = _accept(attempt, now)
    except Refused as refused:
        outcome = _record_failed(attempt, refused, now)
    return answers.finish(answer, outcome)


def _accept(attempt: Try, now: datetime) -> Outcome:
    """Raises Refused."""
    site = passkeys.site()
    if site is None or attempt.factor.kind != Factor.Kind.PASSKEY:
        return Outcome.STALE
    answer = passkeys.read(attempt.typed)
    challenge = _use_challenge(attempt, answer, now)
    passkey = devices.passkey_of(attempt.gate)
    if challenge.purpose == Purpose.GET:
        if passkey is None:  # removed meanwhile
            return Outcome.STALE
        return _authenticate(attempt, answer, challenge, passkey, site, now)
    proven = standing(attempt.gate, attempt.visit, now)
    if passkey is not None or not proven.may_enrol(attempt.factor):
        return Outcome.STALE  # set up meanwhile, in another browser
    behind = proven.proven_besides(attempt.factor)
    return _enrol(attempt, answer, challenge, site, behind, now)


def _use_challenge(attempt: Try, answer: Answer, now: datetime) -> PasskeyChallenge:
    """Find and use up what was signed. Raises Refused."""
    found = PasskeyChallenge.objects.filter(value=answer.challenge).first()
    if found is None:
        raise Refused("unknown_challenge")
    if found.visit_id != attempt.visit.pk or found.factor_id != attempt.factor.pk:
        raise Refused("other_browser", Outcome.OTHER_BROWSER)
    if not found.use(now):
        found.refresh_from_db()
        if found.used_at is not None:
            raise Refused("replayed", Outcome.USED)
        raise Refused("expired", Outcome.EXPIRED)
    return found


def _authenticate(
    attempt: Try,
    answer: Answer,
    challenge: PasskeyChallenge,
    passkey: Passkey,
    site: Site,
    now: datetime,
) -> Outcome:
    if answer.credential_id != passkey.credential_id:
        _refuse_other(answer)
    if answer.user_handle not in ("", passkey.user_handle):
        raise Refused("other_user")
    try:
        verified = verify_authentication_response(
            credential=answer.json,
            expected_challenge=base64url_to_bytes(challenge.value),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except MALFORMED as error:
        raise passkeys.explain(answer, site, passkey.sign_count) from error
    # The counter is compared again: of two answers at once, one is the later.
    same = Passkey.objects.filter(
        pk=passkey.pk, removed_at=None, sign_count=passkey.sign_count
    )
    with transaction.atomic():
        if not same.update(
            sign_count=verified.new_sign_count,
            is_backed_up=verified.credential_backed_up,
            last_used_at=now,
        ):
            return Outcome.STALE
        trying.grant(attempt.visit, attempt.factor, now)
        trying.tell(
            attempt,
            "passkey_passed",
            now,
            set_up_at=passkey.created_at.isoformat(),
            behind=passkey.enrolled_behind,
        )
    return Outcome.PASSED


def _enrol(
    attempt: Try,
    answer: Answer,
    challenge: PasskeyChallenge,
    site: Site,
    behind: list[str],
    now: datetime,
) -> Outcome:
    try:
        verified = verify_registration_response(
            credential=answer.json,
            expected_challenge=base64url_to_bytes(challenge.value),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except MALFORMED as error:
        raise passkeys.explain(answer, site, 0) from error
    credential_id = bytes_to_base64url(verified.credential_id)
    if len(credential_id) > Passkey.LONGEST_ID:
        raise Refused("malformed")
    multi = verified.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    try:
        with transaction.atomic():
            Passkey.objects.create(
                **devices.person_of(attempt.gate),
                enrolled_at_gate=attempt.gate,
                enrolled_behind=behind,
                created_at=now,
                last_used_at=now,
                credential_id=credential_id,
                public_key=bytes_to_base64url(verified.credential_public_key),
                sign_count=verified.sign_count,
                transports=answer.transports,
                user_handle=challenge.user_handle,
                is_syncable=multi,
                is_backed_up=verified.credential_backed_up,
            )
            trying.grant(attempt.visit, attempt.factor, now)
            told = {"behind": behind, "browser": attempt.origin.browser}
            trying.tell(attempt, "passkey_enrolled", now, synced=multi, **told)
    except IntegrityError:
        if devices.passkey_of(attempt.gate) is not None:
            return Outcome.STALE  # of two browsers, the other was first
        _refuse_other(answer)
    return Outcome.PASSED


def _refuse_other(answer: Answer) -> NoReturn:
    known = Passkey.objects.filter(credential_id=answer.credential_id)
    if known.exists():
        raise Refused("other_person", Outcome.OTHER_SIGNER)
    raise Refused("unknown_passkey")


def _record_failed(attempt: Try, refused: Refused, now: datetime) -> Outcome:
    with transaction.atomic():
        trying.tell(attempt, "passkey_failed", now, why=refused.why)
    trying.count_failure(attempt, now)
    return refused.outcome


def _new_challenge(
    visit: Visit, factor: Factor, passkey: Passkey | None, now: datetime
) -> PasskeyChallenge:
    """The one before, of this browser, ends: one ceremony at a time."""
    before = visit.passkey_challenges.filter(factor=factor, used_at=None)
    before.update(used_at=now)
    return PasskeyChallenge.objects.create(
        visit=visit,
        factor=factor,
        purpose=Purpose.GET if passkey else Purpose.CREATE,
        value=bytes_to_base64url(secrets.token_bytes(CHALLENGE_BYTES)),
        user_handle=""
        if passkey
        else bytes_to_base64url(secrets.token_bytes(HANDLE_BYTES)),
        ends_at=now + PasskeyChallenge.LIFETIME,
    )


def _to_create(gate: Gate, challenge: PasskeyChallenge, site: Site) -> str:
    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=gate.company_name or "Countersign",
        user_id=base64url_to_bytes(challenge.user_handle),
        user_name=gate.email,
        user_display_name=gate.name,
        challenge=base64url_to_bytes(challenge.value),
        timeout=_milliseconds(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=VERIFIED,
        ),
    )
    return options_to_json(options)


def _to_get(passkey: Passkey, challenge: PasskeyChallenge, site: Site) -> str:
    options = generate_authentication_options(
        rp_id=site.rp_id,
        challenge=base64url_to_bytes(challenge.value),
        timeout=_milliseconds(),
        allow_credentials=[
            PublicKeyCredentialDescriptor(
                id=base64url_to_bytes(passkey.credential_id),
                transports=_transports(passkey) or None,
            )
        ],
        user_verification=VERIFIED,
    )
    return options_to_json(options)


def _transports(passkey: Passkey) -> list[AuthenticatorTransport]:
    known: Any = AuthenticatorTransport
    values = {one.value for one in known}
    return [known(name) for name in passkey.transports if name in values]


def _milliseconds() -> int:
    return int(PasskeyChallenge.LIFETIME.total_seconds() * 1000)
