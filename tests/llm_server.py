"""An OpenAI-compatible server that behaves, and misbehaves, as it is told.

    server.script(status(429, retry_after="1"), answer("Hello"))

Each request to `/v1/chat/completions` takes the next behaviour; when none is left, `server.reply(request)` is the
answer. Streams when asked to. `server.requests` holds what came in.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

__all__ = [
    "Behaviour",
    "Exchange",
    "LlmServer",
    "Request",
    "answer",
    "body",
    "cut",
    "drip",
    "endless",
    "finished",
    "hang",
    "hang_after_headers",
    "no_choices",
    "only",
    "pieces",
    "refusal",
    "sse",
    "status",
]

MODEL = "test-model"


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names are in lower case, `body` is empty for a GET."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """The newest message."""
        return str(self.body["messages"][-1]["content"])

    @property
    def format(self) -> str | None:
        """`json_schema`, `json_object`, or None where no form was asked for."""
        return (self.body.get("response_format") or {}).get("type")


@dataclass
class Exchange:
    """A request, and the ways to answer it."""

    request: Request
    _handler: BaseHTTPRequestHandler
    _closing: threading.Event

    def wait(self, seconds: float = 60) -> bool:
        """Pause; true when the server is being closed."""
        return self._closing.wait(seconds)

    def head(self, code: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        """Status line and headers of an answer that ends when the connection does."""
        self._handler.send_response(code)
        for name, value in {"Content-Type": kind, "Connection": "close", **headers}.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()
        self._handler.close_connection = True

    def send(self, data: str) -> None:
        self._handler.wfile.write(data.encode())
        self._handler.wfile.flush()

    def json(self, code: int, value: Any, **headers: str) -> None:
        """A whole answer, on a connection that is kept."""
        data = json.dumps(value).encode()
        self._handler.send_response(code)
        for name, text in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self._handler.send_header(name.replace("_", "-"), text)
        self._handler.end_headers()
        self._handler.wfile.write(data)


Behaviour = Callable[[Exchange], None]


def sse(delta: dict[str, Any] | None = None, finish: str | None = None, **fields: Any) -> str:
    """One event of a stream."""
    choices = [{"index": 0, "delta": delta or {}, "finish_reason": finish}]
    chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": choices, **fields}
    return f"data: {json.dumps(chunk)}\n\n"


def finished(reason: str = "stop", usage: bool = True) -> str:
    """The events that end a stream."""
    counts = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    return sse(finish=reason) + (sse(choices=[], usage=counts) if usage else "") + "data: [DONE]\n\n"


def pieces(*texts: str, delay: float = 0, finish: str = "stop", usage: bool = True) -> Behaviour:
    """The texts one by one, `delay` seconds before each."""

    def behave(exchange: Exchange) -> None:
        if not exchange.request.body.get("stream"):
            message = {"role": "assistant", "content": "".join(texts)}
            exchange.json(200, {"id": "c1", "object": "chat.completion", "created": 1, "model": MODEL,
                                "choices": [{"index": 0, "message": message, "finish_reason": finish}]})  # fmt: skip
            return
        exchange.head()
        exchange.send(sse({"role": "assistant", "content": ""}))
        for text in texts:
            if exchange.wait(delay):
                return
            exchange.send(sse({"content": text}))
        exchange.send(finished(finish, usage))

    return behave


def answer(text: str, **options: Any) -> Behaviour:
    """The whole text at once; an empty one is an empty answer."""
    return pieces(*([text] if text else []), **options)


def status(code: int, *, retry_after: str | None = None, error: str | None = None, message: str = "no") -> Behaviour:
    """An error: 401, 404, 429, 500 and so on; `error` is the server's own code for it."""
    headers = {} if retry_after is None else {"Retry_After": retry_after}
    return lambda exchange: exchange.json(code, {"error": {"message": message, "code": error}}, **headers)


def only(*formats: str | None, reply: str = '{"ok": true}') -> Behaviour:
    """Answers requests for these forms, and turns away (400) those for another."""

    def behave(exchange: Exchange) -> None:
        accepted = exchange.request.format in formats
        (answer(reply) if accepted else status(400, message="response_format is not supported"))(exchange)

    return behave


def hang(exchange: Exchange) -> None:
    """Never answers."""
    exchange.wait()


def hang_after_headers(exchange: Exchange) -> None:
    exchange.head()
    exchange.wait()


def drip(every: float = 0.1, first: str = "") -> Behaviour:
    """One byte at a time, for ever; after a whole piece if `first` is given."""

    def behave(exchange: Exchange) -> None:
        exchange.head()
        if first:
            exchange.send(sse({"content": first}))
        while not exchange.wait(every):
            exchange.send(":")

    return behave


def endless(exchange: Exchange) -> None:
    """Text without end, as fast as it is taken."""
    exchange.head()
    while not exchange.wait(0):
        exchange.send(sse({"content": "la " * 100}))


def cut(*texts: str) -> Behaviour:
    """The connection ends after these pieces, before the answer does."""

    def behave(exchange: Exchange) -> None:
        exchange.head(**{"Content_Length": "100000"})
        for text in texts:
            exchange.send(sse({"content": text}))

    return behave


def body(text: str, kind: str = "text/event-stream") -> Behaviour:
    """Just these bytes: an answer that is no JSON, a page of HTML."""

    def behave(exchange: Exchange) -> None:
        exchange.head(kind=kind)
        exchange.send(text)

    return behave


def no_choices(exchange: Exchange) -> None:
    exchange.head()
    exchange.send(sse(choices=[]) + "data: [DONE]\n\n")


def refusal(exchange: Exchange) -> None:
    exchange.head()
    exchange.send(sse({"role": "assistant", "refusal": "I will not."}) + finished())


class LlmServer:
    """Listens on a free port of this machine from `with` to its end."""

    def __init__(self, reply: Callable[[Request], str] = lambda request: "All right.") -> None:
        self.reply = reply
        self.models = [MODEL, "other-model"]
        self.key: str | None = None  # the one key that is accepted, if any is asked for
        self.requests: list[Request] = []
        self._script: deque[Behaviour] = deque()
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def script(self, *behaviours: Behaviour) -> None:
        """What to do with the next requests; replaces what was left of the last script."""
        with self._lock:
            self._script = deque(behaviours)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def asked(self) -> list[Request]:
        """The requests for an answer, without those for the list of models."""
        return [request for request in self.requests if request.method == "POST"]

    def handle(self, request: Request, handler: BaseHTTPRequestHandler) -> None:
        exchange = Exchange(request, handler, self._closing)
        with self._lock:
            self.requests.append(request)
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            status(401, message=f"Incorrect API key provided: {request.headers.get('authorization')}")(exchange)
        elif request.method == "GET" and request.path == "/v1/models":
            listed = [{"id": name, "object": "model", "created": 1, "owned_by": "test"} for name in self.models]
            exchange.json(200, {"object": "list", "data": listed})
        elif request.method == "POST" and request.path == "/v1/chat/completions":
            with self._lock:
                behave = self._script.popleft() if self._script else None
            if request.body.get("model") not in self.models:
                behave = status(404, error="model_not_found")
            (behave or answer(self.reply(request)))(exchange)
        else:
            status(404)(exchange)

    def __enter__(self) -> LlmServer:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                server._connections.append(self.connection)

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                sent = json.loads(self.rfile.read(size) or b"{}")
                headers = {name.lower(): value for name, value in self.headers.items()}
                with suppress(OSError):  # the other side may leave at any moment: that is what is tested
                    server.handle(Request(self.command, self.path, headers, sent), self)

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        class Http(ThreadingHTTPServer):
            request_queue_size = 128
            block_on_close = False

            def handle_error(self, *_: Any) -> None:
                pass

        self._http = Http(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        for connection in self._connections:  # those that are kept open would be answered still
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture(name="llm_server")
def llm_server_fixture() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server
