"""Stop asking a language model when the tokens for today are used up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime

from pydantic import BaseModel

from copilot.errors import LlmError, LlmSpent, LlmTimeout, LlmUnusable
from copilot.llm.model import Completion, LanguageModel, Message

__all__ = ["DailyBudget"]


def _now() -> datetime:
    return datetime.now(UTC)


class DailyBudget:
    """Counts tokens by UTC day, in memory. `limit` None counts without ever stopping.

    The question's tokens are guessed and set aside before the call, so that many calls at once cannot all slip
    through; afterwards the server's own count takes the guess's place, if it gives one.
    """

    def __init__(self, model: LanguageModel, limit: int | None, *, clock: Callable[[], datetime] = _now) -> None:
        self.name = model.name
        self._model = model
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._day: date | None = None
        self._spent = 0

    @property
    def spent(self) -> int:
        """Tokens used today."""
        with self._lock:
            self._turn_over()
            return self._spent

    def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, within: float | None = None
    ) -> Completion:
        guess = self._set_aside(messages)
        try:
            completion = self._model.complete(messages, schema=schema, within=within)
        except LlmError as error:
            self._give_back(guess, error)
            raise
        self._settle(guess, completion)
        return completion

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Completion]:
        guess = self._set_aside(messages)
        try:
            for piece in self._model.stream(messages):
                if isinstance(piece, Completion):
                    self._settle(guess, piece)
                yield piece
        except LlmError as error:
            self._give_back(guess, error)
            raise

    def _set_aside(self, messages: Sequence[Message]) -> int:
        guess = sum(_tokens(message.text) for message in messages)
        with self._lock:
            self._turn_over()
            if self._limit is not None and self._spent + guess > self._limit:
                raise LlmSpent(
                    "budget_spent",
                    f"today's {self._limit:,} tokens for the language model are used up; "
                    "it is asked again after midnight UTC, or raise LEVELHEAD_LLM_DAILY_BUDGET",
                )
            self._spent += guess
        return guess

    def _settle(self, guess: int, completion: Completion) -> None:
        usage = completion.usage
        self._add((usage.input_tokens or guess) + (usage.output_tokens or _tokens(completion.text)) - guess)

    def _give_back(self, guess: int, error: LlmError) -> None:
        """An answer that came too late or cannot be used is billed all the same; a request turned away is not."""
        if not isinstance(error, LlmTimeout | LlmUnusable):
            self._add(-guess)

    def _add(self, tokens: int) -> None:
        with self._lock:
            self._turn_over()
            self._spent = max(0, self._spent + tokens)

    def _turn_over(self) -> None:
        today = self._clock().date()
        if self._day != today:
            self._day, self._spent = today, 0


def _tokens(text: str) -> int:
    """A guess on the high side: a token is about three bytes, so one Chinese character or three English letters."""
    return -(-len(text.encode("utf-8", "replace")) // 3)
