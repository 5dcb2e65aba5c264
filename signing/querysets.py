from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from signing.models import SignRequest  # noqa: F401  named in the base class


class SignRequestQuerySet(models.QuerySet["SignRequest"]):
    def of_company(self, company_id: int) -> SignRequestQuerySet:
        return self.filter(company_id=company_id)

    def open(self) -> SignRequestQuerySet:
        return self.filter(state="sent")

    def overdue(self, at: datetime) -> SignRequestQuerySet:
        """Open requests whose time to sign is over at that moment."""
        return self.open().filter(ends_at__lte=at)
