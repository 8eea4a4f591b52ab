"""Try out the configured language model step by step, and say of each step whether it works and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

from copilot.errors import LlmBroken, LlmError, LlmRefused
from copilot.llm.model import Completion, Message
from copilot.llm.parse import parse
from copilot.llm.settings import FILE_NAME, LlmSettings

if TYPE_CHECKING:
    from copilot.llm.client import OpenAIModel

__all__ = ["Line", "examine"]

_ASK = [Message("user", "Answer with one short sentence.")]
_ASK_JSON = [Message("user", 'Answer with this JSON object and nothing else: {"ok": true}')]
_SHOWN = 12  # names of models in one line
_FALLBACK = "While the language model does not answer, replies are written from the playbooks and say so."
_FORMS = {
    "json_schema": "by JSON schema",
    "json_object": "as JSON, without a schema",
    "text": "as text in which the JSON is looked for",
    "bare": "as text in which the JSON is looked for, with no temperature and no limit set",
}


class _Probe(BaseModel):
    ok: bool


@dataclass(frozen=True)
class Line:
    """One finding. `ok` is None for a remark; `fix` is empty when there is nothing to mend."""

    ok: bool | None
    text: str
    fix: str = ""


def examine(settings: LlmSettings) -> Iterator[Line]:
    """Findings in the order of the steps, each as soon as it is known; a fault that makes the rest moot ends them."""
    if not settings.configured:
        yield Line(
            False,
            "no language model is configured",
            "set OPENAI_API_KEY; or, for a server of your own, LEVELHEAD_LLM_BASE_URL (such as "
            f"http://127.0.0.1:11434/v1) and LEVELHEAD_LLM_MODEL; or write them to {FILE_NAME} in the data directory",
        )
    else:
        from copilot.llm.client import OpenAIModel

        key = "with a key" if settings.api_key else "without a key"
        yield Line(None, f"asking {settings.address} {key}, for at most {settings.timeout:g} seconds a step")
        model = OpenAIModel(settings, settings.model_name or "")
        try:
            yield from _steps(model, settings)
        finally:
            model.close()
    yield Line(None, _FALLBACK)


def _steps(model: OpenAIModel, settings: LlmSettings) -> Iterator[Line]:
    listed: list[str] = []
    try:
        listed = model.models()
    except LlmRefused as error:
        yield Line(True, "reachable")
        yield Line(False, "key refused", str(error))
        return
    except LlmError as error:
        if not isinstance(error, LlmBroken) or error.reason in ("unreachable", "cut", "server_error"):
            yield Line(False, "not reachable", str(error))
            return
        yield Line(None, "the server does not list its models")
    else:
        yield Line(True, "reachable")
        yield Line(True, "key accepted" if settings.api_key else "no key needed")
    names = _names(listed)
    if settings.model_name is None:
        yield Line(False, "no model is named", f"set LEVELHEAD_LLM_MODEL to one of: {names}")
        return
    if listed and settings.model_name not in listed:
        yield Line(None, f"the server does not list the model '{settings.model_name}'; it lists {names}")
    elif listed:
        yield Line(True, f"model '{settings.model_name}' exists")
    for step in (_chat, _streaming, _structured):
        line = _tried(step, model)
        yield line
        if step is _chat and not line.ok:
            return


def _tried(step: Callable[[OpenAIModel], Line], model: OpenAIModel) -> Line:
    try:
        return step(model)
    except LlmError as error:
        return Line(False, f"{step.__name__.removeprefix('_')} failed", str(error))


def _chat(model: OpenAIModel) -> Line:
    done = model.complete(_ASK)
    return Line(True, f"chat works: answered in {done.seconds:.1f} seconds{_counted(done)}")


def _streaming(model: OpenAIModel) -> Line:
    done: Completion | None = None
    count = 0
    for piece in model.stream(_ASK):
        if isinstance(piece, Completion):
            done = piece
        else:
            count += 1
    assert done is not None, "a stream ends in a completion or raises"
    return Line(True, f"streaming works: first token after {done.first_sign:.2f} seconds, {count} pieces")


def _structured(model: OpenAIModel) -> Line:
    parse(model.complete(_ASK_JSON, schema=_Probe), _Probe)
    return Line(True, f"structured output works: {_FORMS[model.rung(_Probe)]}")


def _counted(done: Completion) -> str:
    usage = done.usage
    return f", {usage.input_tokens} + {usage.output_tokens} tokens" if usage.output_tokens else ", tokens not counted"


def _names(listed: list[str]) -> str:
    """What the server says, fit for a terminal."""
    shown = ["".join(c for c in name if c.isprintable())[:60] for name in sorted(listed)[:_SHOWN]]
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return (", ".join(shown) or "the server's models, which it does not list") + more
