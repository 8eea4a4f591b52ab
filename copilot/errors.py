"""Every error that Levelhead raises on purpose.

LevelheadError
├── InputError            the caller's text or fields are at fault; says which and how to mend it
├── PlaybookError         a card or exemplar file is at fault; names file, field and fix
├── OrganisationError     organisation.yaml is at fault
├── DataDirectoryError    the data directory cannot be used
├── IndexError_           the index cannot be built or read
├── StoreError            the database cannot be used
└── NotFound              no such case, suggestion, card or key
"""

from __future__ import annotations

__all__ = [
    "DataDirectoryError",
    "IndexError_",
    "InputError",
    "LevelheadError",
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
