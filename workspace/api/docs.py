"""What the doors can do, read from their OpenAPI documents: one page, no scripts
and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

METHODS = ("get", "post", "put", "patch", "delete")
# By path, since the doors import this package.
DOORS = {
    "countersign": ("workspace.api.own.api.api", "/api/v1"),
    "boldsign": ("workspace.api.boldsign.api.api", "/v1"),
    "box": ("workspace.api.box.api.api", ""),
}
HEADERS = {
    "countersign": "Authorization: Bearer KEY",
    "boldsign": "X-API-KEY: KEY",
    "box": "Authorization: Bearer KEY",
}
NAMES = {
    "countersign": _("Countersign’s own door"),
    "boldsign": _("The door for BoldSign’s clients"),
    "box": _("The door for Box Sign’s clients"),
}


@dataclass(frozen=True)
class Member:
    """One parameter, or one member of an object."""

    name: str
    kind: str
    is_required: bool
    words: str


@dataclass(frozen=True)
class Answer:
    status: str
    kind: str
    words: str


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    words: str
    parameters: list[Member]
    body: str
    answers: list[Answer]


@dataclass(frozen=True)
class Shape:
    anchor: str
    name: str
    words: str
    members: list[Member]
    values: str


@dataclass(frozen=True)
class Door:
    """base: where its paths begin; schema: the address of its OpenAPI document."""

    name: str
    title: str
    words: str
    header: str
    base: str
    schema: str
    operations: list[Operation]
    shapes: list[Shape]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html", {"doors": [_door(name) for name in DOORS]})


@require_safe
def schema(request: HttpRequest, door: str) -> HttpResponse:
    if door not in DOORS:
        raise Http404
    return JsonResponse(document(door))


@cache
def document(door: str) -> dict[str, Any]:
    """Return a door's OpenAPI document; it is the same until the next start."""
    where, prefix = DOORS[door]
    made = import_string(where).get_openapi_schema(path_prefix=f"{prefix}/")
    paths = {f"/{path.lstrip('/')}": facts for path, facts in made["paths"].items()}
    return {**made, "paths": paths, "servers": [{"url": settings.PUBLIC_URL}]}


def _door(name: str) -> Door:
    told = document(name)
    return Door(
        name=name,
        title=str(NAMES[name]),
        words=told["info"].get("description", ""),
        header=HEADERS[name],
        base=settings.PUBLIC_URL,
        schema=reverse("api-schema", args=[name]),
        operations=list(_operations(name, told["paths"])),
        shapes=list(_shapes(name, told.get("components", {}).get("schemas", {}))),
    )


def _operations(door: str, paths: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in paths.items():
        for method in METHODS:
            if method in methods:
                yield _operation(door, path, method, methods[method])


def _operation(door: str, path: str, method: str, told: dict[str, Any]) -> Operation:
    content = told.get("requestBody", {}).get("content", {})
    body = next(iter(content.items()), None)
    return Operation(
        anchor=f"{door}-{told['operationId']}",
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        words=told.get("description", ""),
        parameters=[
            Member(
                one["name"],
                f"{kind_of(one['schema'])} ({one['in']})",
                one.get("required", False),
                one.get("description", one["schema"].get("description", "")),
            )
            for one in told.get("parameters", [])
        ],
        body=f"{kind_of(body[1]['schema'])} ({body[0]})" if body else "",
        answers=[
            Answer(str(status), _answer_kind(one), one.get("description", ""))
            for status, one in told["responses"].items()
        ],
    )


def _answer_kind(told: Mapping[str, Any]) -> str:
    content = told.get("content", {})
    return ", ".join(
        kind_of(one.get("schema", {})) or media for media, one in content.items()
    )


def _shapes(door: str, schemas: Mapping[str, Any]) -> Iterator[Shape]:
    for name, told in schemas.items():
        required = told.get("required", [])
        yield Shape(
            anchor=f"{door}-{name}",
            name=name,
            words=told.get("description", ""),
            members=[
                Member(one, kind_of(facts), one in required, rule_of(facts))
                for one, facts in told.get("properties", {}).items()
            ],
            values=", ".join(map(str, told.get("enum", []))),
        )


def kind_of(told: Mapping[str, Any]) -> str:
    """Return a schema in a few words: list of SignerOut; text or null."""
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    if "anyOf" in told:
        return " | ".join(kind_of(one) for one in told["anyOf"])
    if "enum" in told:
        return " | ".join(map(str, told["enum"]))
    if told.get("type") == "array":
        return f"[{kind_of(told.get('items', {}))}]"
    kind = str(told.get("format") or told.get("type") or "")
    return kind or ("object" if "properties" in told else "")


RULES = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
}


def rule_of(told: Mapping[str, Any]) -> str:
    rules = [words.format(told[key]) for key, words in RULES.items() if key in told]
    return "; ".join([*filter(None, [told.get("description", "")]), *rules])
