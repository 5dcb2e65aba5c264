from __future__ import annotations

from django.db import models

from signing.models.request import SignRequest


class SearchText(models.Model):
    """All that a search looks through, of one request, in one line of capitals.

    PostgreSQL writes it itself, by triggers on title, signers and their gates
    (migration 0015), so that nobody can forget to; SQLite has none and reads
    the rows themselves.
    """

    request = models.OneToOneField(
        SignRequest, models.CASCADE, primary_key=True, related_name="search_text"
    )
    company_id = models.BigIntegerField()
    text = models.TextField()

    def __str__(self) -> str:
        return self.text
