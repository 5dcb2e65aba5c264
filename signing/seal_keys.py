"""The key that seals a company's documents.

Made on first use and kept encrypted under STORAGE_KEYS, or supplied for the
whole installation as PKCS#12.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.x509 import Certificate
from django.conf import settings

from signing.models import Company
from signing.pdf.seal import SealKey, load_pkcs12, make_key
from verification import vault

PURPOSE = "seal-key"


def key_of(company: Company) -> SealKey:
    """Return the key of a company. Raises vault.UnreadableError, BadKey, OSError.

    Of two workers that make one at the same time, one wins and both use it.
    """
    if settings.SEAL_PKCS12_FILE:
        data = Path(settings.SEAL_PKCS12_FILE).read_bytes()
        return load_pkcs12(data, settings.SEAL_PKCS12_PASSPHRASE.encode())
    company.refresh_from_db(fields=["seal_key"])
    if not company.seal_key:
        made = vault.encrypt(make_key(company.name).to_pem(), _purpose(company))
        Company.objects.filter(pk=company.pk, seal_key="").update(seal_key=made)
        company.refresh_from_db(fields=["seal_key"])
    return SealKey.from_pem(vault.decrypt(company.seal_key, _purpose(company)))


def root_of(company: Company) -> Certificate:
    """Return the certificate to trust when a sealed document is examined."""
    return key_of(company).root


def _purpose(company: Company) -> str:
    return f"{PURPOSE}:{company.public_id}"
