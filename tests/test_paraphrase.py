"""What the network hears in a draft: at its place, with its neighbours, once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.embed import BundledEncoder
from copilot.lint import Ear, Linter
from copilot.net.outputs import PHRASES
from copilot.net.session import BundledNetwork
from copilot.paraphrase import Paraphrases
from copilot.phrasebook import Phrasebook
from copilot.playbooks.examples import Draft, LabelledDraft
from copilot.playbooks.model import Card
from copilot.text import fold
from tests.fakes import FakeEncoder, FakeNetwork, grows_linearly
from tests.test_lint import BOTH, CARD, entry, kinds

HALF = {"en": 0.5, "zh": 0.5}


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork()


def ear(network: FakeNetwork, *drafts: LabelledDraft) -> Ear:
    encoder = FakeEncoder()
    sarcasm = entry("sarcasm", "error", ["how clever"], ["真行啊"])
    card = Card.model_validate(
        {"id": "phrase.irony", "kind": "phrase", "source": ["house"], "title": BOTH, "why": BOTH, "dont_say": [sarcasm]}
    )
    return Ear(Paraphrases(network, HALF), Phrasebook.fit([card], drafts, encoder), encoder)


def test_it_stands_where_it_was_heard(network: FakeNetwork) -> None:
    text = "Good morning. The lamp is here, well, well you noticed. See you."
    (heard,) = Paraphrases(network, HALF).hear(text).found
    assert heard.kind == "sarcasm"
    assert "well you noticed" in text[heard.start : heard.end]
    assert "morning" not in text[heard.start : heard.end]
    assert heard.confidence > 0.9


def test_words_in_quotation_marks_are_somebody_elses(network: FakeNetwork) -> None:
    text = 'You wrote "well, well" and I see why.'
    start = text.index('"')
    assert Paraphrases(network, HALF).hear(text, [(start, text.index('"', start + 1) + 1)]).found == ()


def test_a_higher_threshold_hears_less(network: FakeNetwork) -> None:
    assert Paraphrases(network, {"en": 0.9999, "zh": 0.5}).hear("Well, well.").found == ()


def test_while_an_agent_types_only_the_last_sentences_are_heard_again(network: FakeNetwork) -> None:
    paraphrases = Paraphrases(network, HALF)
    start = "The courier rang at four and nobody came to the door, so the parcel went back to the depot. " * 8
    asked: list[str] = []
    network.phrase = lambda texts: (asked.extend(texts), FakeNetwork().phrase(texts))[1]  # type: ignore[method-assign]
    paraphrases = Paraphrases(network, HALF)
    paraphrases.hear(start + "I will")
    before = len(asked)
    paraphrases.hear(start + "I will call")
    assert before >= 3
    assert len(asked) - before == 1


def test_neighbours_are_heard_along(network: FakeNetwork) -> None:
    text = "".join(f"Sentence number {n} is sure. " for n in range(30))
    asked: list[str] = []
    network.phrase = lambda texts: (asked.extend(texts), FakeNetwork().phrase(texts))[1]  # type: ignore[method-assign]
    Paraphrases(network, HALF).hear(text)
    assert sum(len(piece) for piece in asked) > len(text)


@given(st.text(max_size=200))
def test_any_text_is_heard(text: str) -> None:
    folded = fold(text).text
    for heard in Paraphrases(FakeNetwork(), HALF).hear(folded).found:
        assert 0 <= heard.start < heard.end <= len(folded)


@pytest.mark.parametrize("piece", ["a", "不", "well, well ", '"'])
def test_time_is_linear_and_bounded(piece: str) -> None:
    linter = Linter([CARD], ear=ear(FakeNetwork()))
    assert grows_linearly(linter.lint, piece, 40_000)


def test_the_nearest_phrase_gives_the_reason_and_the_better_words() -> None:
    network = FakeNetwork()
    example = Draft.model_validate(
        {"text": "Well, well, you found it.", "bad": [{"kind": "sarcasm", "span": "Well, well", "instead": "I see"}]}
    )
    far = Draft.model_validate(
        {"text": "Zzz, qqq.", "bad": [{"kind": "sarcasm", "span": "Zzz, qqq", "instead": "Not this"}]}
    )
    drafts = [LabelledDraft(far, "en", "t"), LabelledDraft(example, "en", "t")]
    (finding,) = Linter([CARD], ear=ear(network, *drafts)).lint("Well, well, 4 weeks.")
    assert (finding.kind, finding.severity, finding.card) == ("sarcasm", "error", "phrase.irony")
    assert (finding.message, finding.suggestion) == ("It hurts.", "I see")


def test_listed_words_have_their_way() -> None:
    network = FakeNetwork()
    found = Linter([CARD], ear=ear(network)).lint("well, well calm down")
    assert [(f.kind, f.text) for f in found] == [("calm_down", "calm down")]


def test_figures_of_an_example_are_not_offered_to_others() -> None:
    example = Draft.model_validate(
        {"text": "Well, well.", "bad": [{"kind": "sarcasm", "span": "Well, well", "instead": "by 5 pm"}]}
    )
    (finding,) = Linter([CARD], ear=ear(FakeNetwork(), LabelledDraft(example, "en", "t"))).lint("Well, well.")
    assert finding.suggestion == "Better."


def test_a_span_that_is_not_in_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly once"):
        Draft.model_validate({"text": "a b a", "bad": [{"kind": "sarcasm", "span": "a"}]})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("That is between you and the courier.", "dont_care"),
        ("这个您得找快递，跟我们没关系。", "dont_care"),
        ("就您事多。", "cant_be_bothered"),
    ],
)
def test_the_shipped_network_hears_paraphrases(text: str, kind: str) -> None:
    network = BundledNetwork()
    scores = network.phrase([text])[0].scores
    assert scores.shape[1] == PHRASES
    assert np.isfinite(scores).all()
    from copilot.config import shipped

    assert Paraphrases.read(shipped("playbooks"), network).hear(text).found, kind


def test_the_encoder_and_the_book_agree(encoder: BundledEncoder) -> None:
    book = Phrasebook.fit([CARD], [], encoder)
    assert book.advise("calm_down", "en", encoder.encode(["relax"])[0]) is not None
    assert book.advise("sarcasm", "en", encoder.encode(["relax"])[0]) is None


def innocent(text: str, own: tuple[str, ...] = ()) -> list[str]:
    """What is found with an ear that hears nothing in anything but “well, well”."""
    hears = ear(FakeNetwork())
    hears.paraphrases = hears.paraphrases.at(0.5, 0.01)
    return [finding.kind for finding in Linter([CARD], ear=hears, own=own).lint(text)]


def test_a_listed_phrase_is_excused_where_nothing_hurts() -> None:
    assert innocent("The screen did not calm down. Bye.") == []
    assert kinds("The screen did not calm down. Bye.") == ["calm_down"], "without an ear the list stands"


def test_it_is_not_excused_where_something_does() -> None:
    assert "calm_down" in innocent("Well, well, calm down. Bye.")


def test_an_organisations_own_phrases_are_never_excused() -> None:
    assert innocent("The screen did not calm down.", own=("phrase.test",)) == ["calm_down"]


def test_what_was_not_heard_is_not_excused() -> None:
    assert innocent("word " * 2_000 + "calm down") == ["calm_down"]
