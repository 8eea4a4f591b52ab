"""What every language model takes and gives, whoever runs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import BaseModel

__all__ = ["Completion", "LanguageModel", "Message", "Usage"]


@dataclass(frozen=True)
class Message:
    """One turn of the conversation with the model."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class Usage:
    """Tokens as the server counted them; 0 when it does not say."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class Completion:
    """A whole answer. `seconds` and `first_sign` (the first piece of text) count from the call."""

    text: str
    model: str
    usage: Usage
    seconds: float
    first_sign: float


class LanguageModel(Protocol):
    """Raises `LlmError` and nothing else, and keeps to the deadline of its settings."""

    name: str

    def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, within: float | None = None
    ) -> Completion:
        """The answer. With a schema its text is JSON where any was found: hand it to `parse`.

        The prompt must describe the fields too, in a sentence that says JSON: not every endpoint passes the schema on.
        `within` (seconds) shortens the deadline, for a call that must share it with another.
        """
        ...

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Completion]:
        """Pieces of the answer as they come, and at the very end the whole. Closing the iterator stops the model."""
        ...
