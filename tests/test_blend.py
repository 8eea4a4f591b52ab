"""The blend: whoever is right more often counts for more, and a probability means what it says."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.blend import Blend, Scores
from copilot.net.outputs import COUNT, ESCALATE, FLAG, HEAT
from copilot.playbooks.examples import Exemplar, LabelledText
from copilot.playbooks.model import FLAGS, STANCES

EVEN = dict.fromkeys(STANCES, 0.2)
MESSAGES = 400


def made(network_sees: bool, rng: np.random.Generator) -> tuple[Scores, list[LabelledText]]:
    """Random messages; either the network sees what they are and the quick classifiers guess, or the reverse."""
    labels, network, quick = [], rng.normal(size=(MESSAGES, COUNT)), rng.normal(size=(MESSAGES, 18))
    for n in range(MESSAGES):
        stance = STANCES[int(rng.integers(len(STANCES)))]
        flags = tuple(code for code in FLAGS if rng.random() < 0.2)
        heat = int(rng.integers(4))
        exemplar = Exemplar(text=f"m{n}", type=stance, heat=heat, flags=flags, escalate="legal" in flags)  # type: ignore[arg-type]
        labels.append(LabelledText(exemplar, "en", f"theme{n % 5}"))
        sign = np.array([s == stance for s in STANCES] + [f in flags for f in FLAGS] + ["legal" in flags]) * 6.0 - 3.0
        if network_sees:
            network[n, : ESCALATE + 1] += sign
            network[n, HEAT] += np.array([heat > k for k in range(3)]) * 6.0 - 3.0
        else:
            quick[n, :-1] += sign
            quick[n, -1] = heat - 1
    return Scores(network, quick, np.zeros((MESSAGES, len(FLAGS))), np.zeros(MESSAGES, dtype=bool)), labels


@pytest.mark.parametrize("network_sees", [True, False])
def test_whoever_sees_is_believed(network_sees: bool) -> None:
    rng = np.random.default_rng(1)
    blend = Blend.fit(*made(network_sees, rng), EVEN)
    scores, labels = made(network_sees, rng)
    said = blend.predict(scores)
    right = np.mean([STANCES[k] == label.exemplar.type for k, label in zip(said.types.argmax(1), labels, strict=True)])
    assert right > 0.9
    assert np.mean(np.abs(said.heat - [label.exemplar.heat for label in labels])) < 0.6
    truth = np.array([[f in label.exemplar.flags for f in FLAGS] for label in labels])
    assert ((said.flags > 0.5) == truth).mean() > 0.9
    assert said.flags[truth].mean() > 0.7
    assert said.flags[~truth].mean() < 0.2


def test_rare_stances_at_the_desk_need_more_proof() -> None:
    rng = np.random.default_rng(2)
    scores, labels = made(True, rng)
    even, rare = Blend.fit(scores, labels, EVEN), Blend.fit(scores, labels, {**EVEN, "hater": 0.01})
    assert rare.predict(scores).types[:, 0].mean() < even.predict(scores).types[:, 0].mean()
    assert np.allclose(rare.predict(scores).types.sum(axis=1), 1)


def test_hardly_any_message_is_enough_to_start() -> None:
    """An organisation of one exemplar: every label has at least the clear cases that ship in the code."""
    scores, labels = made(True, np.random.default_rng(3))
    blend = Blend.fit(scores.take(np.array([0])), labels[:1], EVEN)
    said = blend.predict(scores)
    assert np.isfinite(said.types).all()
    assert ((said.flags >= 0) & (said.flags <= 1)).all()
    assert FLAG.stop == ESCALATE
