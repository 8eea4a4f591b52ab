"""The one interface behind which every language model stands. Importing it does not load LangChain; `connect` does."""

from __future__ import annotations

from copilot.errors import LlmSettingsError
from copilot.llm.breaker import Breaker
from copilot.llm.budget import DailyBudget
from copilot.llm.model import Completion, LanguageModel, Message, Usage
from copilot.llm.parse import parse
from copilot.llm.settings import LlmSettings

__all__ = ["Completion", "LanguageModel", "LlmSettings", "Message", "Usage", "connect", "parse"]


def connect(settings: LlmSettings) -> LanguageModel | None:
    """The configured model behind its circuit breaker and its daily budget; None when none is configured.

    Nothing is sent yet. It takes seconds (LangChain is loaded): call it once, when the copilot is built. Raises
    `LlmSettingsError` when a server is set but no model.
    """
    if not settings.configured:
        return None
    if settings.model_name is None:
        raise LlmSettingsError(
            "LEVELHEAD_LLM_MODEL: name the model to ask; `levelhead llm check` lists what the server has"
        )
    from copilot.llm.client import OpenAIModel

    return DailyBudget(Breaker(OpenAIModel(settings, settings.model_name)), settings.daily_budget)
