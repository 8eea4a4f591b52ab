"""Ask an OpenAI-compatible server through LangChain. The only file that knows LangChain and OpenAI.

A call is one task on the loop of `copilot.llm.loop`, stopped at its deadline wherever it is then. Every answer is
streamed, so that a server that gives no sign is noticed early. Nothing is traced: customers' words go to the configured
server and nowhere else, whatever LangChain finds in the environment.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

import httpx2
import openai
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from langsmith import tracing_context
from pydantic import BaseModel, SecretStr

from copilot.errors import LlmError
from copilot.llm import faults
from copilot.llm.bound import TooLong, bound
from copilot.llm.heard import Heard
from copilot.llm.loop import iterate, run
from copilot.llm.model import Completion, Message, Usage
from copilot.llm.parse import json_text
from copilot.llm.settings import LlmSettings

__all__ = ["OpenAIModel", "Rung"]

T = TypeVar("T")
Rung = Literal["json_schema", "json_object", "text", "bare"]

_MOST_TOKENS = 2_000
_GRACE = 0.05  # of the deadline, for the task to stop by itself
_NO_KEY = "none"  # a server on this machine mostly wants none, the SDK wants one
# What endpoints support differs: a request turned away is asked again on the next rung. The last sends no
# temperature, no limit and no wish for usage, which some models refuse.
_RUNGS: tuple[Rung, ...] = ("json_schema", "json_object", "text", "bare")
_ROLES: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}

# The rungs are the answer to what these advise.
warnings.filterwarnings("ignore", message="This model does not support OpenAI's structured output feature")
warnings.filterwarnings("ignore", message="Invalid schema for OpenAI's structured output feature")


class OpenAIModel:
    """One model of one server. Safe to use from many threads at once."""

    def __init__(self, settings: LlmSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        # A proxy from the environment does not stand between this machine and itself.
        self._http = openai.DefaultAsyncHttpxClient(
            trust_env=not settings.local, timeout=settings.timeout, event_hooks={"response": [bound]}
        )
        self._full = self._chat(temperature=settings.temperature, max_tokens=_MOST_TOKENS, stream_usage=True)
        self._bare = self._chat(stream_usage=False)
        self._reached: dict[type[BaseModel] | None, Rung] = {}

    def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, within: float | None = None
    ) -> Completion:
        seconds = min(self._settings.timeout, self._settings.timeout if within is None else max(0.0, within))
        return self._blocking(self._answer(messages, schema, lambda _: None, seconds), seconds)

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Completion]:
        try:
            seconds = self._settings.timeout
            yield from iterate(lambda put: self._answer(messages, None, put, seconds), _limit(seconds))
            return
        except TimeoutError:
            pass
        raise faults.too_slow(self._settings)

    def models(self) -> list[str]:
        """The names of the models that the server lists."""
        return self._blocking(self._models(), self._settings.timeout)

    def rung(self, schema: type[BaseModel] | None = None) -> Rung:
        """How this endpoint is asked, as far as is known yet."""
        return self._reached.get(schema, "json_schema" if schema else "text")

    def close(self) -> None:
        """Give back the connections."""
        run(self._http.aclose(), _limit(self._settings.timeout))

    def _blocking(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        try:
            return run(work, _limit(seconds))
        except TimeoutError:
            pass
        raise faults.too_slow(self._settings)

    def _chat(self, **options: Any) -> _Chat:
        return _Chat(
            model=self.name,
            api_key=self._settings.api_key or SecretStr(_NO_KEY),
            base_url=self._settings.address,
            http_async_client=self._http,
            http_socket_options=(),
            timeout=self._settings.timeout,
            max_retries=0,
            stream_chunk_timeout=None,
            use_responses_api=False,
            **options,
        )

    async def _models(self) -> list[str]:
        loop = asyncio.get_running_loop()
        client = self._full.root_async_client

        async def ask(_: asyncio.Timeout) -> list[str]:
            return [str(model.id) for model in (await client.models.list()).data]

        found = await self._within(ask, loop.time() + self._settings.timeout)
        if isinstance(found, LlmError):
            raise found
        return found

    async def _answer(
        self,
        messages: Sequence[Message],
        schema: type[BaseModel] | None,
        put: Callable[[str], None],
        seconds: float,
    ) -> Completion:
        """Down the rungs until one is accepted, and once more where that may help, all within one deadline."""
        now = asyncio.get_running_loop().time
        begun = now()
        call = _Call(messages, schema, put, begun, begun + seconds)
        rungs = list(_RUNGS[_RUNGS.index(self.rung(schema)) :])
        tries = 2
        while True:
            answer = await self._within(lambda limit: self._ask(call, rungs[0], limit), call.end)
            if isinstance(answer, Completion):
                self._reached[schema] = rungs[0]
                return answer
            pause = faults.pause_before_retry(answer, call.end - now())
            if answer.reason == "bad_request" and len(rungs) > 1:
                del rungs[0]
            elif tries > 1 and pause is not None:
                tries -= 1
                await asyncio.sleep(pause)
            else:
                raise answer

    async def _within(self, ask: Callable[[asyncio.Timeout], Coroutine[Any, Any, T]], end: float) -> T | LlmError:
        """What `ask` gives by `end`, or why not. The error is returned: raised in here it would carry the original,
        with the server's words and perhaps the key, into every log."""
        first = asyncio.get_running_loop().time() + self._settings.first_sign
        limit = asyncio.timeout_at(min(first, end))
        try:
            async with limit:
                return await ask(limit)
        except TimeoutError:
            if (limit.when() or end) < end:
                return faults.no_first_sign(self._settings)
            return faults.too_slow(self._settings)
        except LlmError as error:
            return error
        except Exception as error:
            return self._fault(error)

    async def _ask(self, call: _Call, rung: Rung, limit: asyncio.Timeout) -> Completion:
        now = asyncio.get_running_loop().time
        heard, first_sign = Heard(), 0.0
        chat = self._bare if rung == "bare" else self._full
        with tracing_context(enabled=False):
            # An async generator, whatever its annotation says: closed at once when the answer grows too long.
            answer = cast("AsyncGenerator[AIMessageChunk]", chat.astream(call.turns, **call.response_format(rung)))
            async with aclosing(answer) as chunks:
                async for chunk in chunks:
                    piece = _take(heard, chunk)
                    if not piece:
                        continue
                    if not first_sign:
                        first_sign = now() - call.begun
                        limit.reschedule(call.end)
                    call.put(piece)
        text = heard.text()
        return Completion(
            text=json_text(text, call.schema) if call.schema else text,
            model=heard.model or self.name,
            usage=heard.usage,
            seconds=now() - call.begun,
            first_sign=first_sign,
        )

    def _fault(self, error: Exception) -> LlmError:
        match error:
            case TooLong():
                return faults.unusable("too_long")
            case openai.APIStatusError():
                wait = faults.seconds_to_wait(error.response.headers.get("retry-after"))
                return faults.for_status(error.status_code, error.code, wait, self._settings)
            case openai.APITimeoutError():
                return faults.too_slow(self._settings)
            case openai.APIConnectionError() if faults.came_from(error, httpx2.ConnectError):
                return faults.unreachable(self._settings)
            case openai.APIConnectionError():
                return faults.cut()
            case openai.APIError():
                return faults.for_status(0, error.code, None, self._settings)
            case _ if faults.came_from(error, httpx2.TransportError):
                return faults.cut()
            case _:
                return faults.invalid_answer(self._settings)


@dataclass(frozen=True)
class _Call:
    """One question; `begun` and `end` are times of the loop."""

    messages: Sequence[Message]
    schema: type[BaseModel] | None
    put: Callable[[str], None]
    begun: float
    end: float

    @property
    def turns(self) -> list[BaseMessage]:
        # Half a character, which a customer's text may hold, cannot be sent.
        return [_ROLES[m.role](content=m.text.encode("utf-8", "replace").decode()) for m in self.messages]

    def response_format(self, rung: Rung) -> dict[str, Any]:
        """Sent as a further field of the body: as an argument it would make the SDK read, and reject, on its own."""
        if self.schema is None or rung in ("text", "bare"):
            return {}
        wanted: dict[str, Any] = {"type": rung}
        if rung == "json_schema":
            strict = openai.pydantic_function_tool(self.schema)["function"]["parameters"]
            wanted["json_schema"] = {"name": self.schema.__name__, "strict": True, "schema": strict}
        return {"extra_body": {"response_format": wanted}}


class _Chat(ChatOpenAI):
    """Keeps a refusal, which ChatOpenAI drops when it streams."""

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict[str, Any], default_chunk_class: type, base_generation_info: dict[str, Any] | None
    ) -> ChatGenerationChunk | None:
        made = super()._convert_chunk_to_generation_chunk(chunk, default_chunk_class, base_generation_info)
        refusal = any((choice.get("delta") or {}).get("refusal") for choice in chunk.get("choices") or ())
        if made is not None and refusal:
            made.message.additional_kwargs["refusal"] = True
        return made


def _take(heard: Heard, chunk: AIMessageChunk) -> str:
    told, usage = chunk.response_metadata, chunk.usage_metadata
    heard.note(told.get("finish_reason"), told.get("model_name"), refused="refusal" in chunk.additional_kwargs)
    if usage:
        heard.usage = Usage(usage["input_tokens"], usage["output_tokens"])
    return heard.take(chunk.content if isinstance(chunk.content, str) else "")


def _limit(seconds: float) -> float:
    """When the caller stops waiting, should the task not have stopped by itself."""
    return seconds * (1 + _GRACE) + _GRACE
