"""What has come of an answer so far, and whether the whole of it can be used."""

from __future__ import annotations

from copilot.llm import faults
from copilot.llm.model import Usage

__all__ = ["Heard"]

_MOST_CHARACTERS = 20_000


class Heard:
    """Grows while a server answers. `usage` stays 0 when the server does not say."""

    def __init__(self) -> None:
        self.model: str | None = None
        self.usage = Usage(0, 0)
        self._pieces: list[str] = []
        self._length = 0
        self._finish: str | None = None
        self._refused = False

    def note(self, finish: str | None, model: str | None, *, refused: bool) -> None:
        """What the server says beside the text: why it ended, which model it is, that it declines."""
        self._finish = finish or self._finish
        self.model = model or self.model
        self._refused = self._refused or refused

    def take(self, piece: str) -> str:
        """The same piece. Raises `LlmUnusable` when it is one too many."""
        self._length += len(piece)
        if self._length > _MOST_CHARACTERS:
            raise faults.unusable("too_long")
        if piece:
            self._pieces.append(piece)
        return piece

    def text(self) -> str:
        """All of it, once the server has ended. Raises `LlmUnusable`, or `LlmBroken` when it ended half-way."""
        text = "".join(self._pieces)
        if self._refused:
            raise faults.unusable("refusal")
        if self._finish == "content_filter":
            raise faults.unusable("content_filter")
        if self._finish == "length":
            raise faults.unusable("too_long")
        if not text.strip():
            raise faults.unusable("empty")
        if self._finish is None:
            raise faults.cut()
        return text
