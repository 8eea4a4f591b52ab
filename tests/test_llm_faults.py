"""Every way in which a language model can fail, over real HTTP: which error, which reason, and never late."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import BaseModel

from copilot.errors import LlmBroken, LlmBusy, LlmError, LlmRefused, LlmTimeout, LlmUnusable
from copilot.llm import LlmSettings, Message, parse
from copilot.llm.client import OpenAIModel
from tests.llm_server import (
    MODEL,
    Behaviour,
    Exchange,
    LlmServer,
    answer,
    body,
    cut,
    drip,
    endless,
    finished,
    hang,
    hang_after_headers,
    no_choices,
    pieces,
    refusal,
    sse,
    status,
)

TIMEOUT, FIRST_SIGN = 1.2, 0.9
LATEST = TIMEOUT * 1.1 + 1.0  # a machine with other work to do is slow, not wrong
KEY = "sk-test-0123456789abcdef"
ASK = [Message("user", "Hello?")]
Connect = Callable[..., OpenAIModel]


class Verdict(BaseModel):
    ok: bool


@pytest.fixture
def ask() -> Iterator[Connect]:
    """Makes a model of a server, with a short deadline; its connections are given back."""
    made: list[OpenAIModel] = []

    def connect(url: str, **options: object) -> OpenAIModel:
        given = {"base_url": url, "api_key": KEY, "model": MODEL, "timeout": TIMEOUT, "first_sign": FIRST_SIGN}
        settings = LlmSettings.model_validate({**given, **options})
        made.append(OpenAIModel(settings, MODEL))
        return made[-1]

    yield connect
    for model in made:
        model.close()


def complete(model: OpenAIModel) -> object:
    return model.complete(ASK)


def stream(model: OpenAIModel) -> object:
    return list(model.stream(ASK))


def structured(model: OpenAIModel) -> object:
    return parse(model.complete(ASK, schema=Verdict), Verdict)


def fault_of(call: Callable[[], object]) -> LlmError:
    """The error, once it is certain that it came in time and holds no key, not even in what led to it."""
    begun = time.monotonic()
    with pytest.raises(LlmError) as caught:
        call()
    assert time.monotonic() - begun <= LATEST
    error: BaseException | None = caught.value
    while error is not None:
        assert KEY not in f"{error!s} {error!r}"
        error = error.__cause__ or error.__context__
    return caught.value


FAULTS: list[tuple[str, Sequence[Behaviour], type[LlmError], str]] = [
    ("the key is wrong", [status(401, error="invalid_api_key")], LlmRefused, "key_refused"),
    ("the key may not do this", [status(403)], LlmRefused, "key_refused"),
    ("there is no such model", [status(404, error="model_not_found")], LlmBroken, "not_found"),
    ("too many requests", [status(429)], LlmBusy, "busy"),
    ("too many requests, come back too late", [status(429, retry_after="30")], LlmBusy, "busy"),
    ("too many requests, twice", [status(429, retry_after="0")] * 2, LlmBusy, "busy"),
    ("no credit", [status(429, error="insufficient_quota", retry_after="0")], LlmBusy, "quota"),
    ("a fault of the server", [status(500)], LlmBroken, "server_error"),
    ("an overloaded server", [status(503)], LlmBroken, "server_error"),
    ("a server overloaded twice", [status(503, retry_after="0")] * 2, LlmBroken, "server_error"),
    ("a proxy in the way", [body("<html>Bad gateway", kind="text/html")], LlmBroken, "invalid_answer"),
    ("requests of another form only", [status(400)] * 4, LlmBroken, "bad_request"),
    ("a filter before the model", [status(400, error="content_filter")], LlmUnusable, "content_filter"),
    ("no answer at all", [hang], LlmTimeout, "no_first_sign"),
    ("headers and no more", [hang_after_headers], LlmTimeout, "no_first_sign"),
    ("a slow drip", [drip(0.05)], LlmTimeout, "no_first_sign"),
    ("a slow drip after a piece", [drip(0.05, first="Well")], LlmTimeout, "too_slow"),
    ("pieces without haste", [pieces(*"abcdefghijkl", delay=0.2)], LlmTimeout, "too_slow"),
    ("a cut before the first piece", [cut()], LlmBroken, "cut"),
    ("a cut after a piece", [cut("We")], LlmBroken, "cut"),
    ("a polite cut", [body(sse({"content": "We"}))], LlmBroken, "cut"),
    ("an error inside the stream", [body('data: {"error": {"message": "oh"}}\n\n')], LlmBroken, "server_error"),
    ("no JSON", [body("data: {oh\n\n")], LlmBroken, "invalid_answer"),
    ("JSON of another shape", [body("data: [1, 2]\n\n")], LlmBroken, "invalid_answer"),
    ("a choice without text", [body('data: {"choices": [{"index": 0}]}\n\n')], LlmBroken, "invalid_answer"),
    ("no bytes", [body("")], LlmBroken, "invalid_answer"),
    ("text without end", [endless], LlmUnusable, "too_long"),
    ("a line without end", [body(":" * 5_000_000)], LlmUnusable, "too_long"),
    ("an answer cut at its limit", [answer("We are", finish="length")], LlmUnusable, "too_long"),
    ("no choices", [no_choices], LlmUnusable, "empty"),
    ("no text", [answer("")], LlmUnusable, "empty"),
    ("blanks", [answer(" \n")], LlmUnusable, "empty"),
    ("a refusal", [refusal], LlmUnusable, "refusal"),
    ("a filter on the answer", [answer("You", finish="content_filter")], LlmUnusable, "content_filter"),
]  # fmt: skip


@pytest.mark.parametrize(("behaviours", "kind", "reason"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_each_fault_is_its_own_error_and_comes_in_time(
    llm_server: LlmServer, ask: Connect, behaviours: Sequence[Behaviour], kind: type[LlmError], reason: str
) -> None:
    model = ask(llm_server.url)
    for how in (complete, stream):
        llm_server.script(*behaviours)
        error = fault_of(lambda how=how: how(model))  # type: ignore[misc]
        assert isinstance(error, kind) and error.reason == reason
        # The model is as good as new.
        llm_server.script()
        assert model.complete(ASK).text == "All right."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I would say yes.", "invalid_json"),
        ('{"ok": tr', "invalid_json"),
        ("{" * 5_000, "invalid_json"),
        ('{"a":' * 3_000, "invalid_json"),
        ('{"ok": "maybe"}', "wrong_fields"),
        ('{"fine": true}', "wrong_fields"),
        ("[true]", "wrong_fields"),
    ],
)
def test_json_that_does_not_fit_is_unusable_and_says_why(
    llm_server: LlmServer, ask: Connect, text: str, reason: str
) -> None:
    llm_server.script(answer(text))
    error = fault_of(lambda: structured(ask(llm_server.url)))
    assert isinstance(error, LlmUnusable) and error.reason == reason


def test_endless_json_is_unusable(llm_server: LlmServer, ask: Connect) -> None:
    llm_server.script(
        lambda exchange: (exchange.head(), exchange.send(sse({"content": '{"ok": ['})), endless(exchange))
    )
    assert fault_of(lambda: structured(ask(llm_server.url))).reason == "too_long"


def test_a_server_that_is_not_there_is_tried_twice(ask: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = fault_of(lambda: complete(ask(f"http://127.0.0.1:{port}/v1")))
    assert isinstance(error, LlmBroken) and error.reason == "unreachable"
    assert f"127.0.0.1:{port}" in str(error) and "LEVELHEAD_LLM_BASE_URL" in str(error)


def test_a_server_that_comes_up_meanwhile_is_found(llm_server: LlmServer, ask: Connect) -> None:
    """The second try is real: the port is closed at the first."""
    spare = socket.create_server(("127.0.0.1", 0))
    port = spare.getsockname()[1]
    spare.close()
    late: list[socket.socket] = []

    def relay() -> None:
        time.sleep(0.1)
        late.append(socket.create_server(("127.0.0.1", port)))
        late[0].accept()[0].close()

    thread = threading.Thread(target=relay)
    thread.start()
    error = fault_of(lambda: complete(ask(f"http://127.0.0.1:{port}/v1")))
    thread.join()
    late[0].close()
    assert error.reason == "cut"


def test_a_name_that_nobody_knows_is_unreachable(ask: Connect) -> None:
    error = fault_of(lambda: complete(ask("http://nowhere.invalid/v1")))
    assert error.reason in ("unreachable", "no_first_sign")


def test_a_port_that_takes_no_connection_is_given_up(ask: Connect) -> None:
    """A full backlog neither refuses nor accepts: only the deadline helps."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(deaf.getsockname())
            error = fault_of(lambda: complete(ask(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1")))
        finally:
            for filler in fillers:
                filler.close()
    assert isinstance(error, LlmTimeout)


@pytest.mark.parametrize("code", [429, 503])
def test_a_wait_that_fits_is_waited_once(llm_server: LlmServer, ask: Connect, code: int) -> None:
    llm_server.script(status(code, retry_after="0.1"), answer("Here I am."))
    assert ask(llm_server.url).complete(ASK).text == "Here I am."
    assert len(llm_server.asked) == 2


@pytest.mark.parametrize(
    ("behaviour", "requests"),
    [(status(429), 1), (status(429, retry_after="30"), 1), (status(429, retry_after="0.01"), 2), (status(500), 1),
     (status(503), 1), (status(401), 1), (cut("We"), 1), (hang, 1)],
)  # fmt: skip
def test_nothing_is_asked_more_often_than_helps(
    llm_server: LlmServer, ask: Connect, behaviour: Behaviour, requests: int
) -> None:
    llm_server.script(*[behaviour] * 5)
    fault_of(lambda: complete(ask(llm_server.url)))
    assert len(llm_server.asked) == requests


@pytest.mark.parametrize(
    ("said", "understood"),
    [("30", 30.0), ("0.5", 0.5), ("nan", None), ("inf", None), ("-1", None), ("soon", None), (None, None),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("9" * 400, None)],
)  # fmt: skip
def test_the_wait_that_a_busy_server_asks_for_is_kept(
    llm_server: LlmServer, ask: Connect, said: str | None, understood: float | None
) -> None:
    llm_server.script(*[status(429, retry_after=said)] * 2)
    error = fault_of(lambda: complete(ask(llm_server.url)))
    assert isinstance(error, LlmBusy) and error.retry_after == understood


def test_a_retry_cannot_outlast_the_deadline(llm_server: LlmServer, ask: Connect) -> None:
    llm_server.script(status(429, retry_after="0.25"), drip(0.05, first="Well"))
    assert fault_of(lambda: complete(ask(llm_server.url))).reason == "too_slow"


@pytest.mark.parametrize("within", [0.2, 0.0, -1.0])
def test_a_call_can_be_given_less_time(llm_server: LlmServer, ask: Connect, within: float) -> None:
    llm_server.script(drip(0.05, first="Well"))
    model = ask(llm_server.url, timeout=30)
    begun = time.monotonic()
    assert fault_of(lambda: model.complete(ASK, within=within)).reason == "too_slow"
    assert time.monotonic() - begun <= 0.2 * 1.1 + 1.0


def test_pieces_already_shown_stay_shown_when_the_rest_fails(llm_server: LlmServer, ask: Connect) -> None:
    llm_server.script(cut("We are", " sorry"))
    shown: list[object] = []
    with pytest.raises(LlmBroken):
        for piece in ask(llm_server.url).stream(ASK):
            shown.append(piece)
    assert shown == ["We are", " sorry"]


def test_closing_the_stream_hangs_up(llm_server: LlmServer, ask: Connect) -> None:
    gone = threading.Event()

    def babble(exchange: Exchange) -> None:
        try:
            drip(0.02, first="Well")(exchange)
        except OSError:
            gone.set()

    llm_server.script(babble)
    pieces_ = ask(llm_server.url, timeout=30).stream(ASK)
    assert next(pieces_) == "Well"
    pieces_.close()  # type: ignore[attr-defined]
    assert gone.wait(5)


def test_a_reader_in_no_hurry_still_gets_the_whole(llm_server: LlmServer, ask: Connect) -> None:
    llm_server.script(answer("Yes."))
    answers = ask(llm_server.url).stream(ASK)
    assert next(answers) == "Yes."
    time.sleep(TIMEOUT * 1.2)
    assert next(answers).text == "Yes."  # type: ignore[union-attr]


def test_many_calls_that_hang_all_end_in_time_and_leave_no_thread(llm_server: LlmServer, ask: Connect) -> None:
    llm_server.script(*[hang, drip(0.05, first="x")] * 15)
    model = ask(llm_server.url)
    with ThreadPoolExecutor(30) as pool:
        begun = time.monotonic()
        errors = [future.exception() for future in [pool.submit(complete, model) for _ in range(30)]]
        assert time.monotonic() - begun <= LATEST + 1.0  # thirty at once
    assert all(isinstance(error, LlmTimeout) for error in errors)
    assert [t.name for t in threading.enumerate()].count("levelhead-llm") == 1


@pytest.mark.parametrize("how", [complete, stream])
def test_text_after_the_end_is_not_waited_for(
    llm_server: LlmServer, ask: Connect, how: Callable[[OpenAIModel], object]
) -> None:
    """Some servers end the answer and keep the connection open."""

    def linger(exchange: Exchange) -> None:
        exchange.head()
        exchange.send(sse({"content": "Yes."}) + finished())
        hang(exchange)

    llm_server.script(linger)
    begun = time.monotonic()
    how(ask(llm_server.url, timeout=20, first_sign=10))
    assert time.monotonic() - begun < 4
