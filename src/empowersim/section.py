"""What a part of an experiment file is: strict, frozen data, whose errors are lines for people."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from empowersim.declaration import shown, unknown_name
from empowersim.errors import ExperimentError

MOST_SHOWN = 80

_INSIDE: ContextVar[bool] = ContextVar("inside another section", default=False)

type Several[T] = Annotated[tuple[T, ...], Field(strict=False)]
"""A list in a file, a tuple here."""


class Section(BaseModel):
    """Data that refuses unknown keys and wrong values, naming their place in the file.

    Raises:
        ExperimentError: the first thing that is wrong, in one line.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True
    )

    def __init__(self, /, **data: Any) -> None:
        if _INSIDE.get():
            super().__init__(**data)
            return
        outermost = _INSIDE.set(True)
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise ExperimentError(_in_words(error)) from None
        finally:
            _INSIDE.reset(outermost)

    @model_validator(mode="before")
    @classmethod
    def _no_unknown_key(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in known and key not in cls.model_fields:
                    raise ValueError(unknown_name("key", key, known, f"keys: {', '.join(known)}"))
        return data


def _in_words(error: ValidationError) -> str:
    """The first problem: where it is, and what to do."""
    first = error.errors()[0]
    # Pydantic also names the kind of a design, the type that it tried, and that a key is a key.
    steps = [
        str(step)
        for k, step in enumerate(first["loc"])
        if first["loc"][k - 1 : k] != ("design",) and step not in ("float", "[key]")
    ]
    place = ".".join(
        step if step.isprintable() and len(step) <= MOST_SHOWN else shown(step) for step in steps
    )
    message = first["msg"].removeprefix("Value error, ")
    match first["type"]:
        case "missing":
            message = "this key is missing; write it"
        case "union_tag_invalid" | "union_tag_not_found":
            tags = first.get("ctx", {}).get("expected_tags")
            allowed = f"kind must be one of {tags}".replace("'", "")
            message = allowed if tags else "the key kind is missing; write it"
        case "value_error":
            pass
        case _:
            given = textwrap.shorten(repr(first.get("input")), MOST_SHOWN)
            message = f"{given}: {message[:1].lower()}{message[1:]}"
    return f"{place}: {message}" if place else message
