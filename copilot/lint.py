"""The linter: finds what an agent should not send, says why, and says what to send instead.

Two layers: the phrases that the cards list (`phrase_rules`), and their paraphrases, heard by the network
(`paraphrase`), for which the nearest listed phrase gives the reason and better words (`phrasebook`). Where both speak
of the same words the list has its way: it is exact, and an organisation may have written it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from copilot.edits import What, fit
from copilot.embed import Encoder
from copilot.language import of_draft
from copilot.paraphrase import Hearing, Paraphrases
from copilot.patterns import pattern
from copilot.phrase_rules import Hit, PhraseRules, Rule, sentence_and_next
from copilot.phrasebook import Phrasebook
from copilot.playbooks.model import Card, Severity
from copilot.text import Folded, Span, fold, is_han, scripts, sentences, span_at, to_script
from copilot.types import Finding, Language

__all__ = ["Ear", "Linter"]

_ALWAYS = frozenset({"data_request", "house_rule"})
_SEVERITY_RANK = {"error": 0, "warning": 1, "suggestion": 2}
_SEVERAL_WORDS = pattern(r"\p{Han}{3}|[a-z']+\s+[a-z']+")
_QUOTED = pattern(r'"[^"\n]{0,400}"|「[^」\n]{0,400}」|『[^』\n]{0,400}』')


class Ear:
    """The second layer whole: what is heard, and what is said about it."""

    def __init__(self, paraphrases: Paraphrases, phrasebook: Phrasebook, encoder: Encoder) -> None:
        self.paraphrases, self.phrasebook, self.encoder = paraphrases, phrasebook, encoder


class Linter:
    """Built once from all cards; `lint` is pure and thread-safe. Without an `ear` only listed phrases are found. `own`
    are the ids of the organisation's cards, whose phrases no ear excuses."""

    def __init__(
        self,
        cards: Iterable[Card],
        allowed_phrases: Callable[[], Collection[str]] = tuple,
        ear: Ear | None = None,
        own: Collection[str] = (),
    ) -> None:
        self._own = own
        self._rules = PhraseRules(cards)
        self._allowed_phrases = allowed_phrases
        self._ear = ear

    def lint(
        self,
        text: str,
        *,
        customer_text: str | None = None,
        locale: Language | None = None,
        exempt: Collection[str] = (),
    ) -> tuple[Finding, ...]:
        """Findings in the order of the text, none overlapping another.

        `customer_text` lets the agent quote the customer's own words; `locale` is the language of the reasons (the
        draft's own by default); `exempt` names kinds that are not looked for.
        """
        folded = fold(text)
        spans = sentences(folded.text)
        quoted = self._quotes(folded.text, customer_text)
        hearing = self._ear.paraphrases.hear(folded.text, quoted) if self._ear else Hearing((), ())
        layers = self._listed(folded, spans, hearing, locale), self._heard(folded, spans, hearing, locale)
        return _without_overlaps(
            (number, finding)
            for number, layer in enumerate(layers)
            for finding in layer
            if finding.kind not in exempt and not _within(folded, finding, quoted)
        )

    def _listed(
        self, folded: Folded, spans: Sequence[Span], hearing: Hearing, locale: Language | None
    ) -> Iterator[Finding]:
        for language in _languages(folded.text):
            for hit in self._rules.find(folded.flat, language, spans):
                rule = hit.rule
                if rule.kind == "unauthorised_promise" and self._allowed(hit.around):
                    continue
                if not self._stands(rule) and self._innocent(folded.text, hit, spans, hearing):
                    continue
                why = rule.why.in_(locale or language)
                span = hit.start, hit.end
                yield _finding(folded, span, rule.kind, rule.severity, why, rule.instead, rule.card, rule.edit)

    def _heard(
        self, folded: Folded, spans: Sequence[Span], hearing: Hearing, locale: Language | None
    ) -> Iterator[Finding]:
        if self._ear is None:
            return
        for heard in hearing.found:
            words = folded.text[heard.start : heard.end]
            language = of_draft(words)
            if heard.kind == "unauthorised_promise" and self._allowed(
                sentence_and_next(folded.flat, spans, heard.start)
            ):
                continue
            advice = self._ear.phrasebook.advise(heard.kind, language, self._ear.encoder.encode([words])[0])
            if advice is not None:
                yield _finding(
                    folded,
                    _trimmed(folded.text, heard.start, heard.end),
                    heard.kind,
                    advice.severity,
                    advice.why.in_(locale or language),
                    advice.instead,
                    advice.card,
                )

    def _stands(self, rule: Rule) -> bool:
        """Whether a phrase holds however innocent it sounds: asking for secrets does not sound rude."""
        return rule.kind in _ALWAYS or rule.card in self._own

    def _innocent(self, text: str, hit: Hit, spans: Sequence[Span], hearing: Hearing) -> bool:
        """Whether nothing hurts in the sentences where a phrase stands, neither among their neighbours nor alone. A
        phrase may begin with the stop of the sentence before."""
        ends = [at for at in (hit.start, hit.end - 1) if span_at(spans, at) is not None]
        if self._ear is None or not ends or any(span_at(hearing.innocent, at) is None for at in ends):
            return False
        places = {number for at in ends if (number := span_at(spans, at)) is not None}
        return all(self._ear.paraphrases.innocent(text[start:end]) for start, end in map(spans.__getitem__, places))

    def _allowed(self, around: str) -> bool:
        """Whether the organisation lets agents promise in these words."""
        return any(fold(phrase).text.lower() in around.lower() for phrase in self._allowed_phrases())

    @staticmethod
    def _quotes(text: str, customer_text: str | None) -> list[Span]:
        """Quotations: what somebody else said is no fault of the agent's, who may be apologising for it.

        A single word is taken for the agent's own unless it is the customer's: inverted commas can mock. A draft that
        is nothing but a quotation is a draft that was pasted with its marks.
        """
        theirs = fold(customer_text or "").text.lower()
        quotes = []
        for match in _QUOTED.finditer(text):
            words = match.group()[1:-1].strip(" .,!?。，！？").lower()
            whole = match.group() == text.strip()
            if words in theirs or (_SEVERAL_WORDS.search(words) and not whole):
                quotes.append(match.span())
        return quotes


def _languages(text: str) -> list[Language]:
    languages: list[Language] = []
    if any(is_han(c) for c in text):
        languages.append("zh")
    if any(c.isascii() and c.isalpha() for c in text):
        languages.append("en")
    return languages


def _finding(
    folded: Folded,
    span: Span,
    kind: str,
    severity: Severity,
    why: str,
    instead: str,
    card: str,
    what: What = "clause",
) -> Finding:
    first, last = folded.span(*span)
    text = folded.original
    instead = to_script(instead, scripts(text), like=text)
    edit = fit(text, first, last, instead, what)
    return Finding(first, last, text[first:last], kind, severity, why, instead, card, edit)


def _trimmed(text: str, start: int, end: int) -> Span:
    """Without the stops at its end: they are not what hurts."""
    while end > start + 1 and text[end - 1] in " .,!?;:。,、！？；…~\n":
        end -= 1
    return start, end


def _within(folded: Folded, finding: Finding, quoted: Sequence[Span]) -> bool:
    return any(
        first <= finding.start and finding.end <= last for first, last in (folded.span(*span) for span in quoted)
    )


def _weight(layered: tuple[int, Finding]) -> tuple[int, ...]:
    layer, finding = layered
    return layer, _SEVERITY_RANK[finding.severity], finding.start - finding.end, finding.start


def _without_overlaps(found: Iterable[tuple[int, Finding]]) -> tuple[Finding, ...]:
    """Of each overlapping group the one of the first layer, then the gravest, then the longest."""
    kept: dict[int, Finding] = {}
    starts: list[int] = []
    for _, finding in sorted(found, key=_weight):
        # Those kept are apart, so only the neighbours on either side can overlap.
        place = bisect_left(starts, finding.start)
        after = starts[place] if place < len(starts) else None
        before = kept[starts[place - 1]] if place else None
        if (after is None or finding.end <= after) and (before is None or before.end <= finding.start):
            starts.insert(place, finding.start)
            kept[finding.start] = finding
    return tuple(kept[start] for start in starts)
