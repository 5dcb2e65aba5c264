"""A form with files as the same plain value that a JSON body is.

The libraries write lists and objects into form fields in several ways, all of
which are read here: one field per element with JSON in it, labels[0], labels
repeated, reminderSettings[reminderDays], ReminderSettings.ReminderDays.
"""

from __future__ import annotations

import re
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from django.http import HttpRequest
from pydantic import BaseModel

from workspace.api.boldsign import reading
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.schemas.base import names_of

HEAD = re.compile(r"[^.\[]+")
STEP = re.compile(r"\[([^\[\]]*)\]|\.([^.\[\]]+)")
WORDS = {"true": True, "false": False}
DIGITS = re.compile(r"-?[0-9]{1,18}")
Model = type[BaseModel]


def read_form(request: HttpRequest, model: Model) -> dict[str, Any]:
    """Return a form's fields, typed as model wants them. Raises DoorError.

    Files stay in request.FILES.
    """
    read: dict[str, Any] = {}
    types = types_of(model)
    for written in request.POST:
        head, path = split(written)
        name = names_of(model).get(head.lower())
        if name is None:
            continue
        for text in request.POST.getlist(written):
            reading.refuse_unstorable(text)
            put(read, name, path, text, types[name])
    return read


def split(written: str) -> tuple[str, list[str]]:
    """Return ("metaData", ["key"]) for metaData[key]."""
    head = HEAD.match(written)
    if head is None:
        return written, []
    steps = list(STEP.finditer(written, head.end()))
    if "".join(step.group() for step in steps) != written[head.end() :]:
        return written, []
    return head.group(), [step.group(1) or step.group(2) or "" for step in steps]


def types_of(model: Model) -> dict[str, Any]:
    """Return {the vendor's name: plain type} of a model's members."""
    return {
        field.alias or name: plain(field.annotation)
        for name, field in model.model_fields.items()
    }


def plain(annotation: Any) -> Any:
    """Return the type inside Annotated and beside None."""
    if get_origin(annotation) is Annotated:
        return plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return plain(get_args(annotation)[0])
    return annotation


def put(
    read: dict[str, Any], name: str, path: list[str], text: str, wanted: Any
) -> None:
    if get_origin(wanted) is list:
        read.setdefault(name, []).append(as_element(text))
    elif get_origin(wanted) is dict or is_model(wanted):
        put_into(read, name, path, text, wanted)
    else:
        read[name] = as_scalar(text, wanted)


def put_into(
    read: dict[str, Any], name: str, path: list[str], text: str, wanted: Any
) -> None:
    if not path:
        read[name] = as_element(text)
        return
    held = read.setdefault(name, {})
    if not isinstance(held, dict) or len(path) > 1:
        raise DoorError(f"The {name} must be an object.")
    member = path[0]
    if is_model(wanted):
        member = names_of(wanted).get(member.lower(), member)
        held[member] = as_scalar(text, types_of(wanted).get(member, str))
    else:
        held[member] = text


def is_model(wanted: Any) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, BaseModel)


def as_element(text: str) -> Any:
    """One element: an object where it is written as one, else the text itself."""
    if not text.lstrip().startswith("{"):
        return text
    return reading.parse_json(text.encode())


def as_scalar(text: str, wanted: Any) -> Any:
    if wanted is bool:
        return WORDS.get(text.strip().lower(), text)
    if wanted is int and DIGITS.fullmatch(text.strip()):
        return int(text)
    return text
