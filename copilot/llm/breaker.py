"""Leave a language model alone for a while when it keeps failing, so that nobody waits for it in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pydantic import BaseModel

from copilot.errors import LlmError, LlmRefused, LlmResting, LlmUnusable
from copilot.llm.model import Completion, LanguageModel, Message

__all__ = ["Breaker"]


class Breaker:
    """Opens after `failures` in a row for `rest` seconds; then one call tries, and the rest wait for what it finds.

    A refused key or an unknown model opens it for good: only other settings, so another `connect`, mend that.
    An unusable answer is no failure: the server works. `clock` gives seconds.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        failures: int = 3,
        rest: float = 30,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = model.name
        self._model = model
        self._failures = failures
        self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._open_until: float | None = None
        self._probing = False
        self._for_good: str | None = None

    def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, within: float | None = None
    ) -> Completion:
        with self._watched():
            completion = self._model.complete(messages, schema=schema, within=within)
            self._worked()
            return completion

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Completion]:
        with self._watched():
            for piece in self._model.stream(messages):
                if isinstance(piece, Completion):
                    self._worked()  # now: nobody need come back for the end of the iterator
                yield piece

    @contextmanager
    def _watched(self) -> Iterator[None]:
        probe = self._enter()
        try:
            yield
        except LlmUnusable:
            self._worked()
            raise
        except LlmError as error:
            self._broke(error, probe)
            raise
        finally:
            # Also when the caller gave up half-way, which says nothing about the model.
            if probe:
                with self._lock:
                    self._probing = False

    def _enter(self) -> bool:
        """Whether this call is the one that tries. Raises `LlmResting`."""
        with self._lock:
            if self._for_good:
                raise LlmResting(
                    "resting", f"the language model is not asked until its settings change: {self._for_good}"
                )
            if self._open_until is None:
                return False
            left = self._open_until - self._clock()
            if left > 0 or self._probing:
                raise LlmResting(
                    "resting",
                    f"the language model failed {self._failed} times in a row and is asked again "
                    + (f"in {left:.0f} seconds" if left >= 1 else "in a moment"),
                )
            self._probing = True
            return True

    def _worked(self) -> None:
        with self._lock:
            self._failed = 0
            self._open_until = None

    def _broke(self, error: LlmError, probe: bool) -> None:
        with self._lock:
            if isinstance(error, LlmRefused) or error.reason == "not_found":
                self._for_good = str(error)
            self._failed += 1
            # Calls that began before it opened do not lengthen the rest.
            if probe or (self._open_until is None and self._failed >= self._failures):
                self._open_until = self._clock() + self._rest
