"""Where the language model is, and how long, how much and how warm it may answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from copilot.errors import LlmSettingsError
from copilot.llm.model import Usage

__all__ = ["FILE_NAME", "LlmSettings"]

FILE_NAME = "llm.yaml"
_OPENAI = "https://api.openai.com/v1"
_OPENAI_MODEL = "gpt-4o-mini"


def _names(field: str, *also: str) -> AliasChoices:
    return AliasChoices(f"LEVELHEAD_LLM_{field}", *also)


class LlmSettings(BaseSettings):
    """Built with `LlmSettings.read`: the environment wins over llm.yaml, an empty variable counts as unset."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_ignore_empty=True, populate_by_name=True, hide_input_in_errors=True
    )

    api_key: SecretStr | None = Field(default=None, validation_alias=_names("API_KEY", "OPENAI_API_KEY"))
    base_url: str | None = Field(default=None, validation_alias=_names("BASE_URL", "OPENAI_BASE_URL"))
    model: str | None = Field(default=None, min_length=1, validation_alias=_names("MODEL"))
    timeout: float = Field(default=8, gt=0, le=300, validation_alias=_names("TIMEOUT"))
    first_sign: float = Field(default=2, gt=0, le=300, validation_alias=_names("FIRST_SIGN"))
    temperature: float = Field(default=0.3, ge=0, le=2, validation_alias=_names("TEMPERATURE"))
    daily_budget: int | None = Field(default=None, ge=0, validation_alias=_names("DAILY_BUDGET"))
    price_in: float | None = Field(default=None, ge=0, validation_alias=_names("PRICE_IN"))
    price_out: float | None = Field(default=None, ge=0, validation_alias=_names("PRICE_OUT"))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    @classmethod
    def read(cls, home: Path | None = None) -> LlmSettings:
        """The environment, and llm.yaml in the data directory. Raises `LlmSettingsError` naming field and fix."""
        fault: LlmSettingsError
        try:
            return cls(**(_from_file(home / FILE_NAME) if home else {}))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            field = str(first["loc"][0]) if first["loc"] else "settings"
            fault = LlmSettingsError(f"{_known_as(field)}: {_in_words(first)}")
        raise fault

    @field_validator("api_key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        text = key.get_secret_value().strip() if key else ""
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError("holds a space or a character that no key has; paste it again")
        return SecretStr(text) if text else None

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        try:
            parts = urlsplit((url or "").strip())
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port)
        except ValueError:
            usable = False
        if url is not None and (not usable or parts.username or parts.password or parts.query or parts.fragment):
            raise ValueError("write an address such as http://127.0.0.1:11434/v1, the key in a setting of its own")
        return url.strip().rstrip("/") if url else None

    @property
    def configured(self) -> bool:
        """Whether there is a language model at all."""
        return self.api_key is not None or self.base_url is not None

    @property
    def address(self) -> str:
        return self.base_url or _OPENAI

    @property
    def local(self) -> bool:
        """Whether the server is on this machine: no proxy stands between."""
        host = (urlsplit(self.address).hostname or "").rstrip(".")
        return host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")

    @property
    def model_name(self) -> str | None:
        """The model to ask; None when a server of your own is set but no model."""
        return self.model or (None if self.base_url else _OPENAI_MODEL)

    def cost(self, usage: Usage) -> float | None:
        """What these tokens cost, in the currency of the prices; None when no price is set."""
        if self.price_in is None and self.price_out is None:
            return None
        return (usage.input_tokens * (self.price_in or 0) + usage.output_tokens * (self.price_out or 0)) / 1_000_000


def _from_file(path: Path) -> dict[str, Any]:
    """The fields of llm.yaml; empty ones count as unset. No fault repeats a value, which may be the key."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LlmSettingsError(f"{path}: cannot be read: {error.strerror}; make it readable") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise LlmSettingsError(f"{FILE_NAME}: is not valid YAML; write lines such as 'model: qwen3:8b'") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise LlmSettingsError(f"{FILE_NAME}: must hold fields such as 'model: qwen3:8b'")
    for name in data:
        if name not in LlmSettings.model_fields:
            known = ", ".join(LlmSettings.model_fields)
            raise LlmSettingsError(f"{FILE_NAME}: no field '{str(name)[:40]}'; there are {known}")
    return {name: value for name, value in data.items() if value not in (None, "")}


def _in_words(fault: Any) -> str:
    return str(fault["msg"]).removeprefix("Value error, ")


def _known_as(field: str) -> str:
    """The field as a person may have written it: `model (LEVELHEAD_LLM_MODEL)`."""
    name = field.lower().removeprefix("levelhead_llm_").removeprefix("openai_")
    return f"{name} (LEVELHEAD_LLM_{name.upper()} or {FILE_NAME})"
