"""Whether a case must leave the front line: the organisation's policy applied to a reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from copilot.organisation import FlagPolicy, Organisation
from copilot.types import Escalation, Flag, Language
from copilot.wording import Wording

__all__ = ["decide"]

_GRAVE = 0.5  # the classifier's probability from which "serious" holds
_ALONE = 0.8  # from here on the classifier escalates without any flag
_SHARE = 0.5  # of the classifier in the score; the rest is the policy's


def _fires(policy: FlagPolicy, heat: int, grave: bool) -> bool:
    return {"always": True, "serious": grave, "angry": heat >= 2, "never": False}[policy.escalates]


def decide(
    flags: Sequence[Flag],
    heat: int,
    probability: float,
    labels: Mapping[str, str],
    organisation: Organisation,
    wording: Wording,
    locale: Language,
) -> Escalation:
    """`probability` is the classifier's that cases like this were escalated; `labels` names flags for people."""
    grave = probability >= _GRAVE
    fired: list[tuple[Flag, FlagPolicy]] = []
    strength = 0.0
    for flag in flags:
        policy = organisation.escalation.get(flag.code)  # type: ignore[call-overload]
        if policy is None:
            continue
        if _fires(policy, heat, grave):
            fired.append((flag, policy))
            strength = max(strength, flag.confidence)
        elif policy.escalates != "never":
            strength = max(strength, 0.4 * flag.confidence)
    alone = not fired and probability >= _ALONE
    score = _SHARE * probability + (1 - _SHARE) * strength
    if not fired and not alone:
        return Escalation(False, round(score, 3))
    if alone:
        default = organisation.escalation["repeat"]
        return Escalation(
            True,
            round(score, 3),
            "soon",
            (wording.say("reasons", "model", language=locale),),
            ("supervisor",),
            default.respond_within_minutes,
        )
    return Escalation(
        needed=True,
        score=round(score, 3),
        urgency="now" if any(p.urgency == "now" for _, p in fired) else "soon",
        reasons=tuple(dict.fromkeys(_reason(flag, labels, wording, locale) for flag, _ in fired)),
        route_to=tuple(dict.fromkeys(p.route_to for _, p in fired)),
        respond_within_minutes=min(p.respond_within_minutes for _, p in fired),
    )


def _reason(flag: Flag, labels: Mapping[str, str], wording: Wording, locale: Language) -> str:
    special = {"repeat": "repeat_hot", "vulnerable": "vulnerable_need", "fraud": "fraud_serious", "abuse": "threat"}
    if flag.code in special:
        return wording.say("reasons", special[flag.code], language=locale)
    return labels.get(flag.code, flag.code)
