"""Times, their quantiles, and the table that a benchmark prints."""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Sequence


def quantile(times: Sequence[float], part: float) -> float:
    """Return the value that part of times does not exceed (nearest rank)."""
    return sorted(times)[max(0, math.ceil(part * len(times)) - 1)]


def latencies(times: Sequence[float]) -> tuple[float, float, float]:
    return quantile(times, 0.5), quantile(times, 0.95), quantile(times, 0.99)


def in_ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def ratio(ours: float, floor: float) -> str:
    return f"{ours / floor:.2f}" if floor else "-"


def latency_rows(
    name: str, ours: Sequence[float], floor_name: str, floor: Sequence[float]
) -> list[tuple[str, ...]]:
    """Return the rows of a table of latencies: floor, ours, ratio."""
    low, high = latencies(floor), latencies(ours)
    ratios = [ratio(one, other) for one, other in zip(high, low, strict=True)]
    return [
        (floor_name, str(len(floor)), *map(in_ms, low)),
        (name, str(len(ours)), *map(in_ms, high)),
        ("ratio", "", *ratios),
    ]


LATENCY_HEAD = ("", "runs", "p50", "p95", "p99")


def middle(times: Sequence[float]) -> float:
    return statistics.median(times)


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, the first column to the left, the others to the right."""
    lines = [head, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    out = [f"\n{title}"]
    for line in lines:
        first, *others = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        out.append("  ".join(["  " + first, *others]).rstrip())
    sys.stdout.write("\n".join(out) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()
