"""The interface of language models: answers, streams, JSON, settings, breaker, budget, and the command that checks."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from copilot.cli.llm import llm
from copilot.errors import (
    LlmBroken,
    LlmBusy,
    LlmError,
    LlmRefused,
    LlmResting,
    LlmSettingsError,
    LlmSpent,
    LlmTimeout,
    LlmUnusable,
)
from copilot.llm import Completion, LanguageModel, LlmSettings, Message, Usage, connect, parse
from copilot.llm.breaker import Breaker
from copilot.llm.budget import DailyBudget
from copilot.llm.parse import json_text
from tests.llm_server import (
    MODEL,
    Behaviour,
    Exchange,
    LlmServer,
    answer,
    finished,
    hang,
    only,
    pieces,
    sse,
    status,
)

KEY = "sk-test-0123456789abcdef"
ASK = [Message("system", "Be brief."), Message("user", "你好?")]


class Verdict(BaseModel):
    ok: bool
    why: str = ""


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def model(llm_server: LlmServer) -> LanguageModel:
    return connected(llm_server)


def connected(server: LlmServer, **options: object) -> LanguageModel:
    settings = LlmSettings.model_validate({"base_url": server.url, "api_key": KEY, "model": MODEL, **options})
    model = connect(settings)
    assert model is not None
    return model


# answers


def test_an_answer_says_what_it_cost_and_how_long_it_took(llm_server: LlmServer, model: LanguageModel) -> None:
    llm_server.script(pieces("Hello", " there", delay=0.05))
    done = model.complete(ASK)
    assert (done.text, done.model, done.usage) == ("Hello there", MODEL, Usage(7, 5))
    assert 0.05 <= done.first_sign < done.seconds < 8


def test_what_is_sent_is_what_was_asked_and_bounded(llm_server: LlmServer, model: LanguageModel) -> None:
    model.complete([*ASK, Message("assistant", "Yes."), Message("user", "half \ud83d a character")])
    (request,) = llm_server.asked
    assert request.body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "你好?"},
        {"role": "assistant", "content": "Yes."},
        {"role": "user", "content": "half ? a character"},
    ]
    assert request.body["model"] == MODEL and request.body["temperature"] == 0.3
    assert 0 < request.body["max_completion_tokens"] <= 4_000
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_a_stream_gives_pieces_and_then_the_whole(llm_server: LlmServer, model: LanguageModel) -> None:
    llm_server.script(pieces("抱", "歉", "。"))
    *shown, done = model.stream(ASK)
    assert shown == ["抱", "歉", "。"]
    assert isinstance(done, Completion) and done.text == "抱歉。" and done.usage == Usage(7, 5)


def test_a_stream_gives_each_piece_when_it_comes(llm_server: LlmServer, model: LanguageModel) -> None:
    read = threading.Event()

    def wait_for_reader(exchange: Exchange) -> None:
        exchange.head()
        exchange.send(sse({"content": "first"}))
        assert read.wait(5)
        exchange.send(sse({"content": "second"}) + finished())

    llm_server.script(wait_for_reader)
    stream = model.stream(ASK)
    assert next(stream) == "first"
    read.set()
    assert next(stream) == "second"


def test_a_server_that_does_not_count_tokens_is_taken_at_that(llm_server: LlmServer, model: LanguageModel) -> None:
    llm_server.script(answer("Yes.", usage=False))
    assert model.complete(ASK).usage == Usage(0, 0)


def test_fifty_calls_at_once_all_get_their_own_answer(llm_server: LlmServer, model: LanguageModel) -> None:
    llm_server.reply = lambda request: request.text.upper()
    with ThreadPoolExecutor(50) as pool:
        done = list(pool.map(lambda n: model.complete([Message("user", f"call {n}")]).text, range(50)))
    assert done == [f"CALL {n}" for n in range(50)]


# JSON


@pytest.mark.parametrize(
    "text",
    [
        '{"ok": true}',
        '```json\n{"ok": true}\n```',
        '```\n{"ok": true}```\nThat is all.',
        'Sure! Here it is: {"ok": true} Anything else?',
        'With {braces} in words, and {"note": 1} before: {"ok": true}',
        '<think>{"ok": "not yet"}</think>{"ok": true}',
        '{"broken": {"ok": true}',
    ],
)
def test_json_is_found_wherever_it_stands(llm_server: LlmServer, model: LanguageModel, text: str) -> None:
    llm_server.script(answer(text))
    assert parse(model.complete(ASK, schema=Verdict), Verdict) == Verdict(ok=True)


@given(st.text(alphabet='{}[]":,a1 \n\\', max_size=200))
def test_looking_for_json_never_fails(text: str) -> None:
    assert json_text(text, Verdict) in (
        text.strip(),
        *(text[a:b] for a in range(len(text)) for b in range(len(text) + 1)),
    )


@pytest.mark.parametrize(
    ("supported", "forms"),
    [
        (("json_schema", "json_object", None), ["json_schema"]),
        (("json_object", None), ["json_schema", "json_object"]),
        ((None,), ["json_schema", "json_object", None]),
    ],
)
def test_the_best_form_that_the_endpoint_knows_is_used_and_remembered(
    llm_server: LlmServer, model: LanguageModel, supported: Sequence[str | None], forms: list[str | None]
) -> None:
    llm_server.script(*[only(*supported)] * 9)
    assert parse(model.complete(ASK, schema=Verdict), Verdict).ok
    assert [request.format for request in llm_server.asked] == forms
    assert parse(model.complete(ASK, schema=Verdict), Verdict).ok
    assert [request.format for request in llm_server.asked] == [*forms, forms[-1]]


def test_the_schema_itself_is_sent(llm_server: LlmServer, model: LanguageModel) -> None:
    llm_server.script(answer('{"ok": true, "why": "x"}'))
    model.complete(ASK, schema=Verdict)
    sent = llm_server.asked[0].body["response_format"]["json_schema"]
    assert sent["name"] == "Verdict" and set(sent["schema"]["properties"]) == {"ok", "why"}


def test_a_model_that_wants_neither_temperature_nor_limit_gets_neither(
    llm_server: LlmServer, model: LanguageModel
) -> None:
    def picky(exchange: Exchange) -> None:
        extra = {"temperature", "max_completion_tokens", "stream_options"} & set(exchange.request.body)
        (status(400) if extra else answer("Hm."))(exchange)

    llm_server.script(picky, picky, picky)
    assert [model.complete(ASK).text, model.complete(ASK).text] == ["Hm.", "Hm."]
    assert len(llm_server.asked) == 3


def test_advice_of_the_library_is_not_shown_as_a_warning(llm_server: LlmServer) -> None:
    refused = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
    llm_server.script(status(400, message=refused), answer('{"ok": true}'))
    code = f"""
from pydantic import create_model
from copilot.llm import *
model = connect(LlmSettings(base_url={llm_server.url!r}, model={MODEL!r}, timeout=60, first_sign=60))
print(model.complete([Message("user", "Hello?")], schema=create_model("Verdict", ok=(bool, ...))).text)
"""
    done = python(code)
    assert (done.stdout, done.stderr) == ('{"ok": true}\n', "")


# settings


def test_nothing_configured_is_no_language_model(tmp_path: Path) -> None:
    assert connect(LlmSettings.read(tmp_path)) is None


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "llm.yaml").write_text(
        f"api_key: {KEY}\nbase_url: http://127.0.0.1:1/v1/\nmodel: small\ntimeout: 3\nprice_in:\n", encoding="utf-8"
    )
    monkeypatch.setenv("LEVELHEAD_LLM_MODEL", "big")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv("LEVELHEAD_LLM_TEMPERATURE", "")
    settings = LlmSettings.read(tmp_path)
    assert settings.api_key is not None and settings.api_key.get_secret_value() == "sk-other"
    assert (settings.model_name, settings.timeout, settings.first_sign, settings.temperature) == ("big", 3, 2, 0.3)
    assert settings.address == "http://127.0.0.1:1/v1" and settings.local
    assert settings.cost(Usage(1, 1)) is None


def test_our_own_names_win_over_openais(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL"):
        monkeypatch.setenv(f"OPENAI_{name}", "http://theirs/v1")
        monkeypatch.setenv(f"LEVELHEAD_LLM_{name}", "http://ours/v1")
    settings = LlmSettings.read()
    assert settings.address == "http://ours/v1" and not settings.local
    assert settings.api_key is not None and settings.api_key.get_secret_value() == "http://ours/v1"


def test_a_key_alone_means_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    settings = LlmSettings.read()
    assert settings.configured and settings.address == "https://api.openai.com/v1" and settings.model_name


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("modle: x", "modle"), ("timeout: never", "LEVELHEAD_LLM_TIMEOUT"), ("timeout: 0", "LEVELHEAD_LLM_TIMEOUT"),
        ("temperature: 9", "LEVELHEAD_LLM_TEMPERATURE"), ("base_url: localhost:11434", "LEVELHEAD_LLM_BASE_URL"),
        ("base_url: http://me:secret@host/v1", "LEVELHEAD_LLM_BASE_URL"), ("base_url: 'http://[x/v1'", "BASE_URL"),
        (f"api_key: {KEY} and more", "LEVELHEAD_LLM_API_KEY"), (f"api_key: [{KEY}]", "LEVELHEAD_LLM_API_KEY"),
        ("daily_budget: -1", "LEVELHEAD_LLM_DAILY_BUDGET"), ("- a list", "llm.yaml"), (f"a: {KEY}: {{", "llm.yaml"),
    ],
)  # fmt: skip
def test_a_mistake_names_the_field_and_never_the_value(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "llm.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(LlmSettingsError) as caught:
        LlmSettings.read(tmp_path)
    assert named in str(caught.value) and caught.value.reason == "settings"
    assert KEY not in str(caught.value) and "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_server_without_a_model_says_what_to_set() -> None:
    with pytest.raises(LlmSettingsError, match="LEVELHEAD_LLM_MODEL"):
        connect(LlmSettings.model_validate({"base_url": "http://127.0.0.1:9/v1"}))


def test_a_server_of_ones_own_needs_no_key(llm_server: LlmServer) -> None:
    assert connected(llm_server, api_key=None).complete(ASK).text == "All right."


def test_a_price_makes_a_cost() -> None:
    settings = LlmSettings.model_validate({"price_in": 2, "price_out": 10})
    assert settings.cost(Usage(500_000, 100_000)) == pytest.approx(2.0)


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    llm_server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert connected(llm_server).complete(ASK).text == "All right."


def test_a_proxy_is_asked_for_the_world_outside(llm_server: LlmServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, llm_server.url.removesuffix("/v1"))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LlmBroken):
        connected(llm_server, base_url="http://llm.example/v1").complete(ASK)
    assert llm_server.asked[0].path == "http://llm.example/v1/chat/completions"


def test_traces_go_nowhere_whatever_the_environment_says(
    llm_server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", llm_server.url)
    monkeypatch.setenv("LANGSMITH_API_KEY", "lsv2_x")
    assert connected(llm_server).complete(ASK).text == "All right."
    from langchain_core.tracers.langchain import wait_for_all_tracers

    wait_for_all_tracers()
    assert len(llm_server.requests) == 1


def test_the_key_is_never_shown(llm_server: LlmServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    llm_server.key = "another"
    settings = LlmSettings.model_validate({"base_url": llm_server.url, "api_key": KEY, "model": MODEL})
    model = connect(settings)
    assert model is not None
    with pytest.raises(LlmRefused) as caught:
        model.complete(ASK)
    assert "LEVELHEAD_LLM_API_KEY" in str(caught.value)
    shown = f"{settings!r} {settings} {model!r} {vars(model)!r} {caught.getrepr()} {settings.model_dump_json()}"
    assert KEY not in shown and KEY not in caplog.text


# importing and leaving


def python(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=False)


def test_the_pipeline_does_not_load_langchain() -> None:
    code = (
        "import copilot.pipeline, copilot.llm, copilot.cli.llm, sys;"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('langchain', 'langchain_core', 'langchain_openai', 'langsmith', 'openai', 'httpx2', 'tiktoken')])"
    )
    done = python(code)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_a_process_leaves_quietly_while_a_call_is_under_way(llm_server: LlmServer) -> None:
    llm_server.script(hang, answer("Yes."))
    code = f"""
import threading, time
from contextlib import suppress
from copilot.errors import LlmError
from copilot.llm import *
model = connect(LlmSettings(base_url={llm_server.url!r}, model={MODEL!r}, timeout=60, first_sign=60))
def call():
    with suppress(LlmError):
        model.complete([Message("user", "Hello?")])
threading.Thread(target=call, daemon=True).start()
time.sleep(1)
print(model.complete([Message("user", "Hello?")]).text)
"""
    done = python(code, "-W", "error")
    assert (done.stdout, done.stderr, done.returncode) == ("Yes.\n", "", 0)


# breaker and budget


class Scripted:
    """A language model that does what its list says next: an error is raised, a text is the answer."""

    name = "scripted"

    def __init__(self, *steps: LlmError | str, counts: bool = True) -> None:
        self.steps = list(steps)
        self.usage = Usage(30, 10) if counts else Usage(0, 0)
        self.calls = 0

    def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, within: float | None = None
    ) -> Completion:
        self.calls += 1
        step = self.steps.pop(0) if self.steps else "fine"
        if isinstance(step, LlmError):
            raise step
        return Completion(step, self.name, self.usage, 0.1, 0.1)

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Completion]:
        done = self.complete(messages)
        yield done.text
        yield done


class Clock:
    """Seconds, and the moment of the day, that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.moment = datetime(2025, 3, 1, 23, 0, tzinfo=UTC)

    def seconds(self) -> float:
        return self.now

    def date(self) -> datetime:
        return self.moment


BROKEN = LlmBroken("server_error", "broken")
LATE = LlmTimeout("too_slow", "late")
ODD = LlmUnusable("refusal", "declined")


def outcome(model: LanguageModel) -> str:
    try:
        return model.complete(ASK).text
    except LlmError as error:
        return error.reason


def test_three_failures_in_a_row_give_the_model_a_rest() -> None:
    clock, inner = Clock(), Scripted(BROKEN, LATE, LlmBusy("busy", "busy", 1.0))
    model = Breaker(inner, clock=clock.seconds)
    assert [outcome(model) for _ in range(5)] == ["server_error", "too_slow", "busy", "resting", "resting"]
    assert inner.calls == 3
    clock.now += 29.9
    assert outcome(model) == "resting"
    clock.now += 0.2
    assert [outcome(model), outcome(model)] == ["fine", "fine"]


def test_a_probe_that_fails_means_another_rest() -> None:
    clock, inner = Clock(), Scripted(BROKEN, BROKEN, BROKEN, BROKEN)
    model = Breaker(inner, clock=clock.seconds)
    [outcome(model) for _ in range(3)]
    clock.now += 31
    assert [outcome(model), outcome(model)] == ["server_error", "resting"]
    clock.now += 31
    assert outcome(model) == "fine"


def test_answers_between_failures_keep_it_closed() -> None:
    inner = Scripted(BROKEN, BROKEN, "fine", BROKEN, BROKEN, ODD, BROKEN, BROKEN, "fine")
    model = Breaker(inner, clock=Clock().seconds)
    assert "resting" not in [outcome(model) for _ in range(9)]


@pytest.mark.parametrize("fault", [LlmRefused("key_refused", "wrong key: set it"), LlmBroken("not_found", "no model")])
def test_a_wrong_key_or_model_is_asked_once_only(fault: LlmError) -> None:
    clock, inner = Clock(), Scripted(fault)
    model = Breaker(inner, clock=clock.seconds)
    outcome(model)
    clock.now += 1e6
    with pytest.raises(LlmResting, match=str(fault)):
        model.complete(ASK)
    assert inner.calls == 1


def test_of_many_callers_one_probes() -> None:
    clock, inside, go = Clock(), threading.Event(), threading.Event()

    class Slow(Scripted):
        def complete(
            self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, within: float | None = None
        ) -> Completion:
            if self.calls >= 3:
                inside.set()
                assert go.wait(5)
            return super().complete(messages, schema=schema)

    inner = Slow(BROKEN, BROKEN, BROKEN)
    model = Breaker(inner, clock=clock.seconds)
    [outcome(model) for _ in range(3)]
    clock.now += 31
    with ThreadPoolExecutor(20) as pool:
        probe = pool.submit(outcome, model)
        assert inside.wait(5)
        assert set(pool.map(lambda _: outcome(model), range(19))) == {"resting"}
        go.set()
        assert probe.result() == "fine"
    assert outcome(model) == "fine"


def test_a_stream_left_half_way_neither_opens_nor_blocks_the_breaker() -> None:
    clock, inner = Clock(), Scripted(BROKEN, BROKEN, BROKEN)
    model = Breaker(inner, clock=clock.seconds)
    [outcome(model) for _ in range(3)]
    clock.now += 31
    stream = model.stream(ASK)
    assert next(stream) == "fine"
    assert outcome(model) == "resting"
    stream.close()  # type: ignore[attr-defined]
    assert outcome(model) == "fine"


def test_a_stream_read_up_to_its_completion_counts_as_a_success() -> None:
    clock, inner = Clock(), Scripted(BROKEN, BROKEN, BROKEN)
    model = Breaker(inner, clock=clock.seconds)
    [outcome(model) for _ in range(3)]
    clock.now += 31
    stream = model.stream(ASK)
    next(stream), next(stream)
    assert outcome(model) == "fine"


def test_the_budget_of_a_day_ends_with_it() -> None:
    clock, inner = Clock(), Scripted()
    model = DailyBudget(inner, 100, clock=clock.date)
    assert [outcome(model) for _ in range(4)] == ["fine", "fine", "fine", "budget_spent"]
    assert (model.spent, inner.calls) == (120, 3)
    clock.moment += timedelta(hours=1)
    assert (model.spent, outcome(model)) == (0, "fine")


def test_a_stream_counts_as_well() -> None:
    model = DailyBudget(Scripted(), 50, clock=Clock().date)
    list(model.stream(ASK))
    assert model.spent == 40
    list(model.stream([Message("user", "?")]))
    with pytest.raises(LlmSpent, match="LEVELHEAD_LLM_DAILY_BUDGET"):
        list(model.stream(ASK))


def test_tokens_that_the_server_does_not_count_are_guessed() -> None:
    model = DailyBudget(Scripted("好" * 20, counts=False), None, clock=Clock().date)
    model.complete([Message("user", "你" * 50)])
    assert model.spent == 70


@pytest.mark.parametrize(("fault", "counted"), [(LATE, True), (ODD, True), (BROKEN, False)])
def test_only_what_the_server_worked_on_is_counted(fault: LlmError, counted: bool) -> None:
    model = DailyBudget(Scripted(fault), None, clock=Clock().date)
    outcome(model)
    assert (model.spent > 0) is counted


def test_many_calls_at_once_do_not_slip_through_the_budget() -> None:
    barrier = threading.Barrier(20)

    class Together(Scripted):
        def complete(
            self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, within: float | None = None
        ) -> Completion:
            return super().complete(messages)

    inner = Together()
    model = DailyBudget(inner, 200, clock=Clock().date)

    def call(_: int) -> str:
        barrier.wait(5)
        return outcome(model)

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(call, range(20)))
    assert outcomes.count("fine") == inner.calls <= 10
    assert model.spent <= 200 + 40 * 2


def test_connect_puts_the_breaker_and_the_budget_in_place(llm_server: LlmServer) -> None:
    llm_server.script(status(401))
    model = connected(llm_server, daily_budget=20)
    assert [outcome(model), outcome(model)] == ["key_refused", "resting"]
    assert len(llm_server.asked) == 1
    model = connected(llm_server, daily_budget=14)
    assert [outcome(model), outcome(model)] == ["All right.", "budget_spent"]


# levelhead llm check


def checked(monkeypatch: pytest.MonkeyPatch, **settings: str) -> tuple[int, str]:
    for name, value in settings.items():
        monkeypatch.setenv(f"LEVELHEAD_LLM_{name.upper()}", value)
    done = CliRunner().invoke(llm, ["check"])
    assert KEY not in done.output
    return done.exit_code, done.output


def test_the_check_of_a_working_model_says_so_step_by_step(
    llm_server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    llm_server.key = KEY
    llm_server.reply = lambda request: '{"ok": true}' if request.format else "I am well."
    code, said = checked(monkeypatch, base_url=llm_server.url, api_key=KEY, model=MODEL)
    assert code == 0, said
    for words in (
        "reachable",
        "key accepted",
        "exists",
        "chat works",
        "first token after",
        "by JSON schema",
        "playbooks",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("settings", "behaviours", "words"),
    [
        ({"api_key": "sk-wrong"}, [], ["FAIL key refused", "LEVELHEAD_LLM_API_KEY"]),
        ({"model": "gone"}, [], ["does not list the model 'gone'", MODEL, "FAIL chat", "LEVELHEAD_LLM_MODEL"]),
        ({"model": ""}, [], ["FAIL no model is named", "other-model"]),
        ({}, [answer("Hi."), answer("Hi."), answer("no JSON")], ["ok   chat", "FAIL structured"]),
        ({}, [answer("Hi."), status(500), only("json_schema")], ["ok   chat", "FAIL streaming", "ok   structured"]),
        ({}, [answer("Hi.", usage=False), answer("Hi."), *[only(None)] * 3], ["tokens not counted", "looked for"]),
        ({"base_url": "http://127.0.0.1:9/v1"}, [], ["FAIL not reachable", "LEVELHEAD_LLM_BASE_URL"]),
        ({"timeout": "never"}, [], ["FAIL settings", "LEVELHEAD_LLM_TIMEOUT"]),
    ],
)
def test_the_check_names_each_fault_and_its_fix(
    llm_server: LlmServer,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    behaviours: list[Behaviour],
    words: list[str],
) -> None:
    llm_server.key = KEY
    llm_server.script(*behaviours)
    code, said = checked(monkeypatch, **{"base_url": llm_server.url, "api_key": KEY, "model": MODEL, **settings})
    assert code == (0 if "looked for" in words else 1), said
    for word in words:
        assert word in said


def test_without_a_model_the_check_says_how_to_set_one_up(monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = checked(monkeypatch)
    assert code == 1
    for words in ("OPENAI_API_KEY", "LEVELHEAD_LLM_BASE_URL", "LEVELHEAD_LLM_MODEL", "llm.yaml", "playbooks"):
        assert words in said


def test_names_that_a_server_lists_cannot_steer_the_terminal(
    llm_server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    llm_server.models = ["\x1b[2Jevil"]
    _, said = checked(monkeypatch, base_url=llm_server.url, model="")
    assert "evil" in said and "\x1b" not in said
