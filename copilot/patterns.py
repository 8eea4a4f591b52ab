"""Regular expressions for content: RE2, so that no text a stranger sends can make one slow."""

from __future__ import annotations

from functools import cache
from typing import Any

import re2

__all__ = ["PatternError", "pattern"]


class PatternError(ValueError):
    """Not an RE2 pattern; `str()` says what is wrong with it."""


@cache
def pattern(source: str, *, case_sensitive: bool = False) -> Any:
    """A compiled pattern with `search`, `finditer` and spans in code points. Ignores case unless told otherwise."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = case_sensitive
    options.max_mem = 64 << 20
    try:
        return re2.compile(source, options)
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise PatternError(f"'{source}' is not an RE2 pattern: {reason}") from error
