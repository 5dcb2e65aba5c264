from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

# Where the vendor's names are not what the rule would make of ours.
SPECIAL = {
    "disable_sms": "disableSMS",
    "enable_email_otp": "enableEmailOTP",
    "c_c_details": "cCDetails",
    "enable_print_and_sign_": "EnablePrintAndSign",
}

Text = Annotated[str, Strict()]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Email = Annotated[str, Strict(), Field(max_length=250)]
Tries = Annotated[int, Strict(), Field(ge=1, le=10)]
Order = Annotated[int, Strict(), Field(ge=1, le=50)]
LARGEST = 2_147_483_647


def vendor_name(name: str) -> str:
    return SPECIAL.get(name) or to_camel(name)


def fault(sentence: str) -> PydanticCustomError:
    """What a validator raises: a whole sentence that names the member and the rule."""
    return PydanticCustomError("rule", "{sentence}", {"sentence": sentence})


class Input(BaseModel):
    """Something a client sends. Names in any case; null is absent; more is ignored."""

    model_config = ConfigDict(
        alias_generator=vendor_name, extra="ignore", serialize_by_alias=True
    )

    @model_validator(mode="before")
    @classmethod
    def read_names(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = names_of(cls)
        pairs = ((known.get(str(name).lower()), value) for name, value in data.items())
        return {name: value for name, value in pairs if name and value is not None}


class Output(BaseModel):
    """Something a client reads by exact names."""

    model_config = ConfigDict(
        alias_generator=vendor_name, populate_by_name=True, serialize_by_alias=True
    )


class ErrorResult(Output):
    error: str


@cache
def names_of(model: type[BaseModel]) -> dict[str, str]:
    """Return {name in lower case: the vendor's name} of a model's members."""
    aliases = (field.alias or name for name, field in model.model_fields.items())
    return {alias.lower(): alias for alias in aliases}
