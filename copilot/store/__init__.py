"""What is kept: cases, turns, suggestions, outcomes, keys, audit. The only package that knows SQLAlchemy."""

from copilot.store.cases import CaseRow, Cases, CaseSummary, Saved
from copilot.store.database import Database
from copilot.store.keys import ROLES, Key, Keys

__all__ = ["ROLES", "CaseRow", "CaseSummary", "Cases", "Database", "Key", "Keys", "Saved"]
