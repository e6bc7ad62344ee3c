"""How many decisions a step needs: all, a number or a share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


@dataclass(frozen=True)
class Quorum:
    """`count` decisions, or `percent` of them rounded up; all where both are None."""

    count: int | None = None
    percent: int | None = None

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read "all", 3 or "60%"; raises `ValueError`."""
        if value == "all":
            return cls()
        if isinstance(value, int) and not isinstance(value, bool):
            if value < 1:
                raise ValueError(f"{value} is no quorum: at least one decision is needed")
            return cls(count=value)
        if isinstance(value, str) and value.endswith("%") and value[:-1].isascii():
            share = value[:-1]
            if share.isdigit() and 1 <= int(share) <= 100:
                return cls(percent=int(share))
        raise ValueError(
            f'cannot be read as a quorum: {value!r}. Write "all", a number such as 3, '
            'or a share from "1%" to "100%"'
        )

    def __str__(self) -> str:
        if self.percent is not None:
            return f"{self.percent}%"
        return "all" if self.count is None else str(self.count)

    def needed(self, institutions: int) -> int:
        """How many of so many institutions; never more than there are, never none of some."""
        if self.count is not None:
            return min(self.count, institutions)
        return -(-institutions * (self.percent or 100) // 100)


def _parse(value: object) -> object:
    return value if isinstance(value, Quorum) else Quorum.parse(value)


def _write(value: Quorum) -> int | str:
    return value.count if value.count is not None else str(value)


QuorumText = Annotated[
    Quorum,
    BeforeValidator(_parse),
    PlainSerializer(_write, return_type=int | str),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "all"},
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": "^([1-9][0-9]?|100)%$"},
            ]
        }
    ),
]
