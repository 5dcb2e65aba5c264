"""Reading one picture of an identity document, in the child of a worker.

Floor: a child that decodes the same picture with Pillow and does nothing else.
Memory is the most that the child ever held; the worker itself decodes nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import figures

ROOT = Path(__file__).resolve().parents[2]
RUNS = 7
# A small process starts each child: what a large one holds would be counted.
LAUNCH = """
import json, resource, subprocess, sys, time
from verification import sandbox
operation, side = sys.argv[1:]
source = sys.stdin.buffer.read()
begun = time.perf_counter()
if operation == "bare":
    decode = "import io, sys; from PIL import Image;" \\
        "Image.open(io.BytesIO(sys.stdin.buffer.read())).convert('RGB')"
    subprocess.run([sys.executable, "-c", decode], input=source, check=True)
else:
    sandbox.run(
        "verification.identity.child", operation, source,
        timeout=120, options={"side": side}, on_disk=False,
    )
clock = time.perf_counter() - begun
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


@dataclass(frozen=True)
class Run:
    """Seconds on the clock and of the processor, and mebibytes."""

    clock: float
    processor: float
    memory: float


def main() -> None:
    from workspace.demo import snapshots, specimens  # noqa: PLC0415 -- draws

    ada = specimens.Holder()
    passport = snapshots.as_jpeg(snapshots.on_table(specimens.passport(ada)))
    license_ = snapshots.as_jpeg(snapshots.on_table(specimens.license_front(ada)))
    selfie = snapshots.as_jpeg(specimens.selfie(ada))
    shown = {
        "bare Pillow: decode": ("bare", "front", passport),
        "countersign: selfie, quality and face": ("look", "selfie", selfie),
        "countersign: license, no zone found": ("read", "front", license_),
        "countersign: passport, zone read twice": ("read", "front", passport),
    }
    rows, floor = [], 0.0
    for name, (operation, side, source) in shown.items():
        runs = [measure(operation, side, source) for _ in range(RUNS)]
        processor = figures.middle([run.processor for run in runs])
        floor = floor or processor
        rows.append(
            (
                name,
                figures.in_ms(figures.middle([run.clock for run in runs])),
                figures.in_ms(processor),
                figures.ratio(processor, floor),
                f"{max(run.memory for run in runs):.0f} MB",
            )
        )
    figures.show(
        f"One picture in a worker's child, median of {RUNS}",
        ("", "time", "processor", "ratio", "memory"),
        rows,
    )


def measure(operation: str, side: str, source: bytes) -> Run:
    done = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", LAUNCH, operation, side],
        input=source,
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    return Run(*json.loads(done.stdout))


if __name__ == "__main__":
    main()
