"""Everything that touches PDF bytes. Pure: no models, no database."""

from __future__ import annotations
