"""Run the benchmarks: all, or those that are named.

    python -m tests.benchmarks [codes journeys sealing pictures guesses outage doors listing]

Each is a process of its own and prints a table with its own floor. Read the
ratios; the figures themselves depend on the machine and what else it does.
"""

from __future__ import annotations

import os
import subprocess
import sys

# Name, and whether it also runs on SQLite and the filesystem broker.
BENCHMARKS = {
    "codes": True,
    "journeys": False,
    "sealing": False,
    "pictures": False,
    "guesses": False,
    "outage": False,
    "doors": False,
    "listing": False,
}
BIG = ("DATABASE_URL", "REDIS_URL")
LONGEST = 300  # seconds; one that hangs must not hold up the rest
# A million transactions take their time to be made.
LONGEST_OF = {"listing": 1200}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(BENCHMARKS):
        sys.stderr.write(f"No such benchmark: {', '.join(sorted(unknown))}\n")
        return 2
    failed = 0
    for name in names or BENCHMARKS:
        failed += run(name, dict(os.environ))
        if BENCHMARKS[name]:
            small = {k: v for k, v in os.environ.items() if k not in BIG}
            failed += run(name, small)
    return 1 if failed else 0


def run(name: str, environment: dict[str, str]) -> bool:
    command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
    try:
        status = subprocess.run(  # noqa: S603 -- our own modules
            command, env=environment, timeout=LONGEST_OF.get(name, LONGEST), check=False
        ).returncode
    except subprocess.TimeoutExpired:
        status = 1
    if status:
        sys.stderr.write(f"The benchmark {name} failed.\n")
    return status != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
