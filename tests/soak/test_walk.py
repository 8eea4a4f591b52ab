"""Nothing that Levelhead suggests is anything it would underline: all of it, a quarter of an hour."""

from __future__ import annotations

import pytest

from copilot.pipeline import Copilot
from tests.walk import faults, steps

pytestmark = pytest.mark.soak


def test_nothing_suggested_hurts(copilot: Copilot) -> None:
    found = [fault for step in steps(copilot) for fault in faults(copilot, step)]
    assert not found, "\n".join(dict.fromkeys(found))
