"""Whether a case must leave the front line: the organisation's policy applied to a reading.

A flag that is raised escalates as its policy says. Beside that stands a score: how likely it is that any of the reasons
holds, be it a flag that is only half suspected or the models' own view of the whole. From `escalate_from` on, the score
alone is enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from copilot.organisation import FlagPolicy, Organisation
from copilot.types import Escalation, Flag, Language
from copilot.wording import Wording

__all__ = ["decide"]

_GRAVE = 0.35  # the models' probability from which "serious" holds
_ANGRY = 2
_RISING = 0.2  # of the way to certainty, when each message is hotter than the last
# How far a flag's probability is one of escalation, by its policy. Found on held-out exemplars.
_COUNTS = {"always": 0.9, "angry": 0.8, "serious": 0.1, "never": 0.0}


def decide(
    flags: Sequence[Flag],
    chances: Mapping[str, float],
    heat: float,
    probability: float,
    rising: bool,
    labels: Mapping[str, str],
    organisation: Organisation,
    wording: Wording,
    locale: Language,
) -> Escalation:
    """`flags` are those raised, `chances` the probability of each flag, raised or not; `heat` is on 0..3; `probability`
    is the models' that cases like this were escalated; `rising`: hotter than the customer's words before; `labels`
    names flags for people."""
    if rising:
        probability += _RISING * (1 - probability)
    chances = {**chances, **{f.code: max(f.confidence, chances.get(f.code, 0.0)) for f in flags}}
    weight = {code: _weight(policy, heat) * chances.get(code, 0.0) for code, policy in organisation.escalation.items()}
    score = round(1 - (1 - probability) * math.prod(1 - w for w in weight.values()), 3)
    fired = [(f, p) for f in flags if (p := _policy(organisation, f.code)) and _fires(p, heat, probability >= _GRAVE)]
    if not fired and score < organisation.escalate_from:
        return Escalation(False, score)
    hotter = (wording.say("reasons", "rising", language=locale),) if rising and round(heat) >= _ANGRY else ()
    if not fired:
        likeliest = max(weight, key=lambda code: weight[code])
        policy = organisation.escalation[likeliest]
        route = policy.route_to if weight[likeliest] >= probability else "supervisor"
        reasons = (wording.say("reasons", "model", language=locale), *hotter)
        minutes = organisation.escalation["repeat"].respond_within_minutes
        return Escalation(True, score, "soon", reasons, (route,), minutes)
    return Escalation(
        needed=True,
        score=score,
        urgency="now" if any(p.urgency == "now" for _, p in fired) else "soon",
        reasons=tuple(dict.fromkeys(_reason(flag, labels, wording, locale) for flag, _ in fired)) + hotter,
        route_to=tuple(dict.fromkeys(p.route_to for _, p in fired)),
        respond_within_minutes=min(p.respond_within_minutes for _, p in fired),
    )


def _policy(organisation: Organisation, code: str) -> FlagPolicy | None:
    return organisation.escalation.get(code)  # type: ignore[call-overload, no-any-return]


def _fires(policy: FlagPolicy, heat: float, grave: bool) -> bool:
    return {"always": True, "serious": grave, "angry": round(heat) >= _ANGRY, "never": False}[policy.escalates]


def _weight(policy: FlagPolicy, heat: float) -> float:
    angry = 1 / (1 + math.exp(-4 * (heat - 1.5))) if policy.escalates == "angry" else 1.0
    return _COUNTS[policy.escalates] * angry


def _reason(flag: Flag, labels: Mapping[str, str], wording: Wording, locale: Language) -> str:
    special = {"repeat": "repeat_hot", "vulnerable": "vulnerable_need", "fraud": "fraud_serious", "abuse": "threat"}
    if flag.code in special:
        return wording.say("reasons", special[flag.code], language=locale)
    return labels.get(flag.code, flag.code)
