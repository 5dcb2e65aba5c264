"""What happens after the carrier took a text or call: callbacks and voices."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from tests.carrier.records import Call, Mode, Text, one

if TYPE_CHECKING:
    from tests.carrier.server import Carrier

UNDELIVERED = {Mode.LANDLINE: 30006, Mode.OFF: 30003}
UNANSWERED = {
    Mode.OFF: "no-answer",
    Mode.NO_ANSWER: "no-answer",
    Mode.LINE_BUSY: "busy",
}
# After this many verbs a call that repeats itself is hung up.
LONGEST_CALL = 40


def deliver(carrier: Carrier, text: Text) -> None:
    """Carry a text to its phone, reporting on the way."""
    carrier.report_text(text, "sent")
    if code := UNDELIVERED.get(carrier.mode_of(text.to)):
        carrier.report_text(text, "undelivered", code)
    else:
        carrier.report_text(text, "delivered")


def ring(carrier: Carrier, call: Call) -> None:
    """Play a call from the first ring to the end."""
    mode = carrier.mode_of(call.to)
    carrier.report_call(call, "initiated", "initiated")
    carrier.report_call(call, "ringing", "ringing")
    if status := UNANSWERED.get(mode):
        carrier.report_call(call, status, "completed")
        return
    carrier.report_call(call, "in-progress", "answered")
    keys = []
    if mode is Mode.VOICEMAIL:
        carrier.report_machine(call)
    elif mode is not Mode.NO_KEY:
        keys = list(carrier.keys_of(call.to))
    listen(carrier, call, keys)
    carrier.report_call(call, "completed", "completed")


def listen(carrier: Carrier, call: Call, keys: list[str]) -> None:
    """Do what the TwiML says; keys are pressed one by one when asked for."""
    verbs = parse(call.twiml)
    for _ in range(LONGEST_CALL):
        verb = verbs.pop(0) if verbs else None
        if verb is None or verb.tag == "Hangup":
            return
        for sentence in verb.iter("Say"):
            call.said.append(sentence.text or "")
            call.languages.add(sentence.attrib.get("language", ""))
        if verb.tag == "Gather" and keys:
            call.said_before_key = call.said_before_key or len(call.said)
            carrier.key_may_be_pressed.wait(30)
            answer = carrier.press(call, verb.attrib["action"], keys.pop(0))
            verbs = parse(answer) if answer else []


def parse(twiml: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(twiml)  # noqa: S314  our own answer
    if root.tag != "Response":
        raise ValueError(f"{root.tag} is no TwiML")
    return list(root)


def wants(call: Call, event: str) -> bool:
    return event in call.params.get("StatusCallbackEvent", ["completed"])


def callback_of(record: Text | Call) -> str:
    return one(record.params, "StatusCallback")
