"""Bodies that ninja does not read itself, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

FORM = "multipart/form-data"
JSON = "application/json"


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Say that an operation takes model, as JSON or as a form with files."""
    schema = inlined(model.model_json_schema(by_alias=True))
    return {
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": schema}, FORM: {"schema": with_files(schema)}},
        }
    }


def with_files(schema: dict[str, Any]) -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    files = {"Files": {"type": "array", "items": file}}
    kept = {k: v for k, v in schema["properties"].items() if k != "files"}
    return schema | {"properties": kept | files}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Put definitions where they are named: ninja keeps no place for them."""
    definitions = schema.pop("$defs", {})

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return walk(definitions[value["$ref"].rpartition("/")[2]])
            return {name: walk(one) for name, one in value.items()}
        if isinstance(value, list):
            return [walk(one) for one in value]
        return value

    walked: dict[str, Any] = walk(schema)
    return walked
