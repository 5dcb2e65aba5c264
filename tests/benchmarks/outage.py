"""The press of Text Me while the carrier takes every request and answers none.

Nobody waits for the carrier but a worker: the goal is a p99 of at most 500 ms.
Floor: the same press for numbers that the carrier serves, in turn with the
others.
"""

from __future__ import annotations

from tests.benchmarks import figures, stage
from tests.benchmarks.browser import Browser
from tests.carrier.records import Mode

PRESSES = 100  # of each
GOAL = 0.5


def main() -> None:
    carrier = stage.prepare()
    from tests.benchmarks import cast  # noqa: PLC0415 -- needs the settings

    signers = cast.Cast().signers(2 * PRESSES)
    floor, ours = [], []
    with stage.web() as port, stage.worker():
        for served, silent in zip(signers[::2], signers[1::2], strict=True):
            carrier.set_mode(Mode.TIME_OUT, silent.gate.phone_e164)
            floor.append(press(port, served))
            ours.append(press(port, silent))
        carrier.closing.set()
    figures.show(
        f"Text Me while the carrier times out ({stage.backend()})",
        figures.LATENCY_HEAD,
        figures.latency_rows(
            "carrier silent: press to answer",
            ours,
            "carrier answers: press to answer",
            floor,
        ),
    )
    met = "met" if figures.quantile(ours, 0.99) <= GOAL else "missed"
    figures.note(f"goal: p99 of at most {figures.in_ms(GOAL)}: {met}")


def press(port: int, signer) -> float:
    """Return the seconds between the press and its answer."""
    from verification import links  # noqa: PLC0415

    gate, browser = signer.gate, Browser(port)
    browser.open(f"/l/{links.make_token(gate.public_id, gate.link_version)}")
    browser.send("/ask/sms")
    browser.close()
    return browser.pressed_for


if __name__ == "__main__":
    main()
