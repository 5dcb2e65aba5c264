"""Sender identities: on whose behalf a company sends."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from workspace.api.boldsign.schemas.base import Flag, Input, Output, Text
from workspace.api.boldsign.schemas.properties import PageDetails
from workspace.api.boldsign.schemas.sending import Locale, Metadata

Notifications = Annotated[dict[Text, Flag | None], Field(max_length=50)]


class IdentityDetails(Input):
    name: Annotated[Text, Field(max_length=80)] | None = None
    notification_settings: Notifications = {}
    brand_id: Annotated[Text, Field(max_length=120)] | None = None
    redirect_url: Annotated[Text, Field(max_length=2000)] | None = None
    meta_data: Metadata = {}
    locale: Locale | None = None


class CreateIdentity(IdentityDetails):
    email: Annotated[Text, Field(min_length=1, max_length=250)]


class IdentityCreated(Output):
    sender_identity_id: str


class Identity(Output):
    id: str
    name: str
    email: str
    status: str
    created_by: str
    approved_date: str | None
    notification_settings: dict[str, Any] | None
    brand_id: str | None
    redirect_url: str | None
    meta_data: dict[str, str | None]
    locale: str | None


class IdentityList(Output):
    page_details: PageDetails
    result: list[Identity]
