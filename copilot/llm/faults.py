"""What goes wrong with a language model, in the words a person reads. No sentence repeats what the server said:
it may repeat the key or the customer's text."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from math import isfinite
from time import time

from copilot.errors import LlmBroken, LlmBusy, LlmError, LlmRefused, LlmTimeout, LlmUnusable
from copilot.llm.settings import LlmSettings

__all__ = [
    "came_from",
    "cut",
    "for_status",
    "invalid_answer",
    "no_first_sign",
    "pause_before_retry",
    "seconds_to_wait",
    "too_slow",
    "unreachable",
    "unusable",
]

_PAUSE = 0.2  # seconds before a refused connection is tried again
_UNUSABLE = {
    "empty": "the language model answered nothing",
    "refusal": "the language model declined to answer",
    "content_filter": "the language model's content filter stopped the answer",
    "too_long": "the language model did not come to an end",
}


def unusable(reason: str) -> LlmUnusable:
    return LlmUnusable(reason, _UNUSABLE[reason])


def no_first_sign(settings: LlmSettings) -> LlmTimeout:
    return LlmTimeout(
        "no_first_sign",
        f"the language model gave no sign within {settings.first_sign:g} seconds; "
        "if that is its usual pace, raise LEVELHEAD_LLM_FIRST_SIGN",
    )


def too_slow(settings: LlmSettings) -> LlmTimeout:
    return LlmTimeout(
        "too_slow",
        f"the language model did not finish within {settings.timeout:g} seconds; "
        "if that is its usual pace, raise LEVELHEAD_LLM_TIMEOUT",
    )


def unreachable(settings: LlmSettings) -> LlmBroken:
    return LlmBroken(
        "unreachable", f"nothing answers at {settings.address}; start the server, or mend LEVELHEAD_LLM_BASE_URL"
    )


def cut() -> LlmBroken:
    return LlmBroken("cut", "the language model's answer was cut off; try again, or look into the server's log")


def invalid_answer(settings: LlmSettings) -> LlmBroken:
    return LlmBroken(
        "invalid_answer",
        f"what answers at {settings.address} does not speak like a language model; "
        "mend LEVELHEAD_LLM_BASE_URL, which mostly ends in /v1",
    )


def for_status(status: int, code: str | None, retry_after: float | None, settings: LlmSettings) -> LlmError:
    """`status` is HTTP's, 0 when the error came inside a stream; `code` is the server's own word for it."""
    if code == "content_filter":
        return unusable("content_filter")
    if status in (401, 403):
        return LlmRefused(
            "key_refused", f"{settings.address} refuses the key; set LEVELHEAD_LLM_API_KEY to one that is valid there"
        )
    if status == 404:
        return LlmBroken(
            "not_found",
            f"{settings.address} knows no model '{settings.model_name}', or is not the right address; "
            "mend LEVELHEAD_LLM_MODEL or LEVELHEAD_LLM_BASE_URL",
        )
    if code == "insufficient_quota":
        return LlmBusy("quota", "no credit is left for the language model; top up the account", retry_after)
    if status == 429:
        return LlmBusy("busy", "the language model has too many requests; it is asked again later", retry_after)
    if status == 503 and retry_after is not None:
        return _Overloaded(retry_after)
    if status >= 500 or not status:
        return LlmBroken("server_error", f"the language model's server failed ({status or 'while it answered'})")
    return LlmBroken("bad_request", f"the language model's server does not accept the request ({status})")


def seconds_to_wait(retry_after: str | None) -> float | None:
    """A Retry-After header, in seconds or as a date; None when there is none to go by."""
    if retry_after is None:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = max(0.0, parsedate_to_datetime(retry_after).timestamp() - time())
        except (ValueError, OverflowError, OSError):
            return None
    return seconds if isfinite(seconds) and seconds >= 0 else None


def pause_before_retry(fault: LlmError, left: float) -> float | None:
    """Seconds to wait before one more try, None if there should be none: half of what is `left` is for the answer."""
    pause: float | None = None
    if isinstance(fault, _Overloaded) or (isinstance(fault, LlmBusy) and fault.reason == "busy"):
        pause = fault.retry_after
    elif fault.reason == "unreachable":
        pause = _PAUSE
    return pause if pause is not None and pause <= left / 2 else None


def came_from(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether an error of this kind led to it."""
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Overloaded(LlmBroken):
    """503 by a server that says when to come back."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("server_error", "the language model's server is overloaded (503); it is asked again later")
        self.retry_after = retry_after
