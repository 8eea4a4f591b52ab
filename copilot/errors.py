"""Every error that Levelhead raises on purpose.

LevelheadError
├── InputError            the caller's text or fields are at fault; says which and how to mend it
├── PlaybookError         a card or exemplar file is at fault; names file, field and fix
├── OrganisationError     organisation.yaml is at fault
├── DataDirectoryError    the data directory cannot be used
├── IndexError_           the index cannot be built or read
├── StoreError            the database cannot be used
├── NotFound              no such case, suggestion, card or key
└── LlmError              the language model gave nothing to use; `reason` says why, as a stable code
    ├── LlmTimeout        no first sign, or no full answer, in time
    ├── LlmRefused        the key is missing or wrong
    ├── LlmBusy           too many requests, or no credit left
    ├── LlmBroken         not reachable, cut off, a fault of the server, no such model, no valid answer
    ├── LlmUnusable       an answer that cannot be used: empty, refused, filtered, endless, not the JSON asked for
    ├── LlmSpent          the tokens for today are used up
    ├── LlmResting        not asked, because it failed a moment ago
    └── LlmSettingsError  a setting or llm.yaml is at fault; names field and fix
"""

from __future__ import annotations

__all__ = [
    "DataDirectoryError",
    "IndexError_",
    "InputError",
    "LevelheadError",
    "LlmBroken",
    "LlmBusy",
    "LlmError",
    "LlmRefused",
    "LlmResting",
    "LlmSettingsError",
    "LlmSpent",
    "LlmTimeout",
    "LlmUnusable",
    "NotFound",
    "OrganisationError",
    "PlaybookError",
    "StoreError",
]


class LevelheadError(Exception):
    """Base of all of them; `str()` is fit for a person to read."""


class InputError(LevelheadError):
    """What the caller sent cannot be used. `field` names the part at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class PlaybookError(LevelheadError):
    """A card or exemplar file that cannot be used."""


class OrganisationError(LevelheadError):
    """organisation.yaml cannot be used."""


class DataDirectoryError(LevelheadError):
    """The data directory cannot be read or written."""


class IndexError_(LevelheadError):
    """The index cannot be built or opened."""


class StoreError(LevelheadError):
    """The database cannot be opened or written."""


class NotFound(LevelheadError):
    """No such case, suggestion, card or key."""


class LlmError(LevelheadError):
    """The language model gave nothing to use. `reason` is a stable code for notices and metrics."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class LlmTimeout(LlmError):
    """Too late. Reasons: `no_first_sign`, `too_slow`."""


class LlmRefused(LlmError):
    """The key is missing, wrong or may not do this. Reason: `key_refused`."""


class LlmBusy(LlmError):
    """Reasons: `busy`, `quota`. `retry_after` is in seconds, None when the server does not say."""

    def __init__(self, reason: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(reason, message)
        self.retry_after = retry_after


class LlmBroken(LlmError):
    """Reasons: `unreachable`, `cut`, `server_error`, `not_found`, `bad_request`, `invalid_answer`."""


class LlmUnusable(LlmError):
    """Reasons: `empty`, `refusal`, `content_filter`, `too_long`, `invalid_json`, `wrong_fields`."""


class LlmSpent(LlmError):
    """The tokens for today are used up. Reason: `budget_spent`."""


class LlmResting(LlmError):
    """Not asked, because it failed a moment ago, or for good. Reason: `resting`."""


class LlmSettingsError(LlmError):
    """A setting or llm.yaml cannot be used. Reason: `settings`."""

    def __init__(self, message: str) -> None:
        super().__init__("settings", message)
