"""Which number of the network's answer means what."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.playbooks.model import FINDING_KINDS, FLAGS, STANCES

__all__ = ["COUNT", "ESCALATE", "FLAG", "HEAT", "HEATS", "PHRASES", "SPOTS", "STANCE", "heat_steps"]

HEATS = 3  # heat > 0, > 1, > 2
SPOTS = len(FLAGS) + 1  # what a single token can give away: each flag, and that somebody else must see this
PHRASES = len(FINDING_KINDS)  # in an agent's draft: what a token says that should not be said

STANCE = slice(0, len(STANCES))
FLAG = slice(len(STANCES), len(STANCES) + len(FLAGS))
ESCALATE = len(STANCES) + len(FLAGS)
HEAT = slice(ESCALATE + 1, ESCALATE + 1 + HEATS)
COUNT = HEAT.stop


def heat_steps(logits: NDArray[Any]) -> NDArray[np.float64]:
    """How likely each step of heat is passed, (n, HEATS), from answers (n, COUNT). Their sum is the heat."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits[:, HEAT], -30, 30))), dtype=np.float64)
