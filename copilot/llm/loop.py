"""One event loop on a thread of its own: blocking callers, and calls that can be stopped at any moment.

A blocking call cannot be stopped while it waits for a name server, a handshake or the next byte; a task can.
"""

from __future__ import annotations

import asyncio
import atexit
import queue
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from typing import Any, TypeVar

__all__ = ["iterate", "run"]

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_END = object()


def run(work: Coroutine[Any, Any, T], limit: float) -> T:
    """The result of `work`; it is stopped, and TimeoutError raised, after `limit` seconds or when Python ends."""
    future = asyncio.run_coroutine_threadsafe(work, _shared())
    try:
        return future.result(limit)
    except CancelledError:
        raise TimeoutError from None
    finally:
        future.cancel()


def iterate(work: Callable[[Callable[[str], None]], Coroutine[Any, Any, T]], limit: float) -> Iterator[str | T]:
    """What `work` puts, as it comes, then its result. It is stopped when the iterator is closed or after `limit`."""
    pieces: queue.SimpleQueue[Any] = queue.SimpleQueue()
    end = time.monotonic() + limit
    future = asyncio.run_coroutine_threadsafe(work(pieces.put), _shared())
    future.add_done_callback(lambda _: pieces.put(_END))
    try:
        while (piece := _next(pieces, end)) is not _END:
            yield piece
        yield future.result(0)
    except CancelledError:
        raise TimeoutError from None
    finally:
        future.cancel()


def _next(pieces: queue.SimpleQueue[Any], end: float) -> Any:
    try:
        return pieces.get(timeout=max(0.0, end - time.monotonic()))
    except queue.Empty:
        raise TimeoutError from None


def _shared() -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603  one loop a process, started when first needed
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            thread = threading.Thread(target=_loop.run_forever, name="levelhead-llm", daemon=True)
            thread.start()
            atexit.register(_stop, _loop, thread)
        return _loop


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """When Python ends: whatever still runs is stopped, and nothing is left to complain about."""

    def leave() -> None:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.call_later(0.05, loop.stop)  # time for them to end

    loop.call_soon_threadsafe(leave)
    thread.join(1)
    if not thread.is_alive():
        loop.close()
