"""Photographs of Ada's documents, each made once."""

from __future__ import annotations

from datetime import date
from functools import cache

from workspace.demo import snapshots, specimens

ADA = specimens.Holder()
EXPIRED = specimens.Holder(expires_on=date(2024, 4, 15))


@cache
def passport() -> bytes:
    return snapshots.as_jpeg(snapshots.on_table(specimens.passport(ADA)))


@cache
def forged_passport() -> bytes:
    zone = specimens.with_wrong_digits(specimens.passport_zone(ADA))
    return snapshots.as_jpeg(snapshots.on_table(specimens.passport(ADA, zone)))


@cache
def selfie() -> bytes:
    return snapshots.as_jpeg(specimens.selfie(ADA))


@cache
def nobody() -> bytes:
    return snapshots.as_jpeg(specimens.nobody())


@cache
def license_back() -> bytes:
    return snapshots.as_jpeg(specimens.license_back(ADA))
