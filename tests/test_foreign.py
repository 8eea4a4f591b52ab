"""Rule files of other linters: what is lost is said, and no file does harm."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from copilot.cli import cli
from copilot.config import shipped
from copilot.lint import Linter
from copilot.playbooks.check import check_card, check_wording
from copilot.playbooks.foreign import take_over, write
from copilot.playbooks.load import load, read_card
from copilot.playbooks.model import Card
from tests.rulefiles import AVOID, BETTER, CHINESE, PRH, TERMS, existence, found, linter, rule_file, said, taken


def test_what_is_lost_or_different_is_said(tmp_path: Path) -> None:
    assert said(taken(tmp_path, CHINESE)).splitlines() == [
        "3 rules matched as substrings: between Han characters there are no word boundaries",
        "capitals count in 1, unlike elsewhere: ＶＩＰ客戶",
    ]
    assert "1 rule matched as a substring:" in said(taken(tmp_path, existence(tokens=["稍等", "hm"])))
    assert "capitals count in 2, unlike elsewhere: github, IT" in said(
        taken(tmp_path, "extends: substitution\nmessage: x\nswap: {github: GitHub, IT: technology, large: big}")
    )
    assert "1 with ^ or $" in said(taken(tmp_path, existence(tokens=["^hello"])))
    assert "imports: are not followed" in said(taken(tmp_path, "version: 1\nimports: [a.yml]\nrules: [Cookie]"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"extends: existence\nmessage: \xe4", "file: is not UTF-8 (byte 28)"),
        (b"a: " + b"x" * 10_000_000, "file: is larger than one megabyte"),
        (b"extends: existence\ntokens: [", "file: is not valid YAML, line "),
        (b"extends: existence\ntokens: " + b"[" * 100_000, "file: is nested too deeply"),
        (b"a: &a [x]\nb: &b [*a, *a]\nextends: existence", "file: uses the YAML alias *a"),
        (b"extends: existence\ntokens: [" + b"a," * 120_000 + b"]", "holds too much"),
        (b"extends: \x00", "not valid YAML"),
        (b"- a\n- b", "file: is neither a Vale rule"),
        (b"", "file: is neither a Vale rule"),
        (b"StylesPath: styles", "file: is neither a Vale rule"),
        (b"extends: capitalization\nmatch: $title", "extends: 'capitalization' cannot be taken over"),
        (b"extends: [existence]", "extends: Input should be a valid string"),
        (b"extends: existence\ntokens: foo", "tokens: Input should be a valid tuple"),
        (b"extends: existence\ntokens: [a]\nlevel: fatal", "level: Input should be 'error', 'warning' or"),
        (b"extends: existence\ntokens: [a]\nscope: heading", "scope: 'heading' is no part of"),
        (b"extends: existence\ntokens: [a]\nignorecase: maybe", "ignorecase: "),
        (b"extends: existence\nmessage: x", "tokens: are missing"),
        (b"extends: existence\nraw: [[a]]", "raw: must be a list of texts"),
        (b"extends: existence\nnonword: true\ntokens: ['.']", "tokens.0: would be found in nearly any text"),
        (b"extends: substitution\nmessage: x", "swap: is missing"),
        (b"extends: substitution\npos: NN\nswap: {a: b}", "pos: "),
        ("extends: substitution\nswap: {裡面: 里面}".encode(), "swap.裡面: would find its own better words"),
        (b"version: 2\nrules: [a]", "version: '2' is not known"),
        (b"version: 1\nrules: {a: b}", "rules: must be a list"),
        (b"version: 1\nimports: [x.yml]", "rules: must be a list"),
        (b"rules: [{pattern: a}]", "rules.0.expected: Field required"),
        (b"rules: [{expected: a, pattern: {b: c}}]", "rules.0.pattern"),
        ("rules: [微信]".encode(), "rules.0: would find its own better words"),
        (
            "rules: [{expected: （$1）, pattern: '/\\(([^)]+)\\)/'}]".encode(),
            "rules.0: would find its own better words",
        ),
        (b"rules: [{expected: b, pattern: /a(b)/, regexpMustEmpty: $1}]", "group 1 empty, which it never is"),
        (b"rules: [{expected: b, pattern: a, regexpMustEmpty: first}]", "rules.0.regexpMustEmpty"),
        (b"rules: [{expected: y, pattern: x, specs: [{from: a x, to: a x}]}]", "judges its own example “a x” wrongly"),
        (b"extends: existence\ntokens: ['\x1b[31m(']", "valid YAML"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(tmp_path: Path, text: bytes, says: str) -> None:
    made = taken(tmp_path, text)
    assert made.card is None
    assert says in said(made)
    assert len(said(made).splitlines()) <= 2
    assert said(made).replace("\n", "").isprintable()


def test_one_bad_rule_costs_no_other(tmp_path: Path) -> None:
    mixed = existence(tokens=["good", "foo(?=bar)", "", ["list"], "(", "fine"], exceptions=["(x"])
    made = taken(tmp_path, mixed)
    assert found(made, "good and fine") == ["good", "fine"]
    assert [fault.field for fault in made.left_out] == ["exceptions.0", "tokens.1", "tokens.3", "tokens.4"]
    assert "what it allows will be found" in made.left_out[0].message
    assert made.rules == 2
    made = taken(
        tmp_path,
        "rules:\n- {expected: ok, pattern: [/a(?=b)/, okay]}\n- 7\n- [x]\n"
        "- {expected: サーバー, pattern: /サーバ(?!ー)/}",
    )
    assert found(made, "okay") == ["okay"]
    assert [fault.field for fault in made.left_out] == ["rules.0", "rules.1", "rules.2", "rules.3"]
    assert "/a(?=b)/" not in said(made), "a pattern is named without its slashes"


def test_rules_that_are_too_many_or_too_large_end_the_file(tmp_path: Path) -> None:
    made = taken(tmp_path, existence(tokens=[f"\\p{{L}}{{6}}{n}" for n in range(300)]))
    assert 20 < made.rules < 100
    assert "from here on the file is not read" in made.left_out[-1].message
    made = taken(tmp_path, existence(tokens=[f"({n}" for n in range(3000)]))
    assert len(made.left_out) < 600


@given(
    st.dictionaries(
        st.sampled_from(["extends", "message", "tokens", "raw", "swap", "exceptions", "rules", "scope"]),
        st.recursive(
            st.text(max_size=6), lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=4), x, max_size=3)
        ),
    )
)
def test_any_file_is_taken_over_or_said_to_be_faulty(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    path = tmp_path_factory.mktemp("any") / "rules.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8", errors="surrogatepass")
    (made,) = take_over([path], path.parent / "playbooks", ())
    assert made.card or made.left_out


@pytest.fixture(scope="module")
def shipped_cards() -> tuple[Card, ...]:
    return tuple(load(shipped("playbooks"), examples=False).cards.values())


def test_what_is_taken_over_passes_the_check(tmp_path: Path, shipped_cards: tuple[Card, ...]) -> None:
    swap = {"asap": "as soon as possible", "hm": "Please calm down.", "large": "big", "big": "vast"}
    clash = yaml.safe_dump({"extends": "substitution", "message": "x", "swap": swap})
    for number, text in enumerate((AVOID, BETTER, CHINESE, TERMS, PRH, clash, existence(tokens=["say", "words"]))):
        made = taken(tmp_path, text, f"House/rules{number}.yml", shipped_cards)
        assert made.card
        card = read_card(write(made.card, tmp_path / "playbooks"))
        assert card == made.card
        everything = Linter([*shipped_cards, card])
        assert [*check_card(card), *check_wording(card, everything)] == []
    made = taken(tmp_path, clash, "House/rules5.yml", shipped_cards)
    assert "swap.hm: its better words “Please calm down.” are left out, being found too: calm_down" in said(made)
    assert [f.suggestion for f in linter(made).lint("hm, big, large")] == [
        "Say it in other words.",
        "vast",
        "Say it in other words.",
    ], "nor may one rule of a file offer what another forbids"


def imported(data: Path, *arguments: object) -> Result:
    return CliRunner().invoke(cli, ["playbooks", "import", *map(str, arguments)], env={"LEVELHEAD_DATA_DIR": str(data)})


@pytest.fixture
def few_cards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Reading all shipped playbooks takes seconds."""
    monkeypatch.setattr("copilot.cli.content.shipped", lambda name: tmp_path / "nothing")


@pytest.mark.usefixtures("few_cards")
def test_importing_again_replaces_the_card_and_another_file_of_that_name_does_not(tmp_path: Path) -> None:
    data, google = tmp_path / "data", rule_file(tmp_path / "Google" / "Avoid.yml", AVOID)
    microsoft = rule_file(tmp_path / "Microsoft" / "Avoid.yml", existence(tokens=["backbone"]))
    run = imported(data, google)
    card = data / "playbooks" / "phrase" / "imported_avoid.yaml"
    assert (run.exit_code, run.stdout) == (0, f"{card}: 3 rules\n")
    rule_file(google, existence(tokens=["perhaps"]))
    assert imported(data, google).stdout == f"{card}: 1 rule\n"
    assert Linter([read_card(card)]).lint("Perhaps not, and so on.")[0].text == "Perhaps"
    assert imported(data, microsoft, google).exit_code == 0
    assert {path.name for path in card.parent.iterdir()} == {"imported_avoid.yaml", "imported_microsoft_avoid.yaml"}
    assert read_card(card).source == ("vale", "Google/Avoid.yml")
    assert imported(data, microsoft).stdout.startswith(str(card.with_name("imported_microsoft_avoid.yaml")))


@pytest.mark.usefixtures("few_cards")
@pytest.mark.parametrize("name", ["禁用语.yml", "Ärger & Co.yml", "../x.yml", "-.yml", "a" * 200 + ".yml", "x\ty.yml"])
def test_any_file_name_makes_a_safe_id(tmp_path: Path, name: str) -> None:
    path = rule_file(tmp_path / "rules" / name, AVOID)
    assert imported(tmp_path / "data", path).exit_code == 0
    (card,) = (tmp_path / "data" / "playbooks").rglob("*.yaml")
    assert [*check_card(read_card(card))] == []
    assert card.parent == tmp_path / "data" / "playbooks" / "phrase"


@pytest.mark.usefixtures("few_cards")
def test_a_dry_run_prints_the_cards_and_writes_nothing(tmp_path: Path) -> None:
    files = rule_file(tmp_path / "a.yml", AVOID), rule_file(tmp_path / "b.yml", CHINESE)
    run = imported(tmp_path / "data", "--dry-run", *files)
    assert run.exit_code == 0
    assert [Card.model_validate(card).id for card in yaml.safe_load_all(run.stdout)] == [
        "phrase.imported_a",
        "phrase.imported_b",
    ]
    assert "b.yml: 3 rules matched as substrings" in run.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("few_cards")
def test_nothing_imported_is_exit_code_one(tmp_path: Path) -> None:
    bad, good = rule_file(tmp_path / "bad.yml", "extends: metric"), rule_file(tmp_path / "good.yml", AVOID)
    run = imported(tmp_path / "data", bad, tmp_path, tmp_path / "nowhere.yml")
    assert run.exit_code == 1
    assert run.stderr.splitlines()[-1] == "nothing could be imported"
    assert "skipped: bad.yml: extends: 'metric'" in run.stderr
    assert "nowhere.yml: file: is not there" in run.stderr
    assert "file: is a folder; name the files in it" in run.stderr
    assert not (tmp_path / "data").exists()
    run = imported(tmp_path / "data", bad, good)
    assert run.exit_code == 0
    assert "skipped: bad.yml: extends: 'metric'" in run.stderr
