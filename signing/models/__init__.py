"""What is signed? Companies, requests, documents, signers, fields."""

from __future__ import annotations

from signing.models.company import Company, SenderIdentity
from signing.models.launch import LaunchCode
from signing.models.request import Document, Page, SignRequest
from signing.models.search import SearchText
from signing.models.signer import Field, Signature, Signer
from signing.models.template import Template

__all__ = [
    "Company",
    "Document",
    "Field",
    "LaunchCode",
    "Page",
    "SearchText",
    "SenderIdentity",
    "SignRequest",
    "Signature",
    "Signer",
    "Template",
]
