"""Rule files of other linters, small but of real shape, and what taking one over gives."""

from __future__ import annotations

import textwrap
from pathlib import Path

import yaml

from copilot.lint import Linter
from copilot.playbooks.foreign import Taken, as_yaml, take_over
from copilot.playbooks.model import Card

__all__ = ["AVOID", "BETTER", "CHINESE", "PRH", "TERMS", "existence", "found", "linter", "rule_file", "said", "taken"]

AVOID = """
    extends: existence
    message: "Don't use '%s'."
    link: https://example.com/style
    ignorecase: true
    level: error
    tokens:
      - and so on
      - app(?:lication)? file
      - kindly
    exceptions:
      - kindly contributed
    """
BETTER = """
    extends: substitution
    message: "Prefer '%s' over '%s'."
    level: suggestion
    ignorecase: true
    swap:
      landlord: building manager
      steward(?:ess)?: flight attendant|cabin crew
      e-?mail: email
      within the (\\w+) folder: in the $1 folder
    """
CHINESE = """
    extends: existence
    message: 请勿使用“%s”。
    level: error
    tokens:
      - 請冷靜
      - ＶＩＰ客戶
      - 稍等
      - no way
    exceptions:
      - 稍等兩分鐘
    """
TERMS = """
    extends: substitution
    message: 请写“%s”，不写“%s”。
    swap:
      軟體: 软件
      无线网路: Wi-Fi
      亲亲: ''
    """
PRH = """
    version: 1
    rules:
      - expected: Cookie
      - expected: 微信支付
        patterns:
          - 微信付款
          - /微信\\s*pay/i
        specs:
          - {from: 用微信Pay付, to: 用微信支付付}
      - expected: 软件
        pattern: /(日经)?软体/
        regexpMustEmpty: $1
        specs:
          - {from: 日经软体, to: 日经软体}
      - expected: js
        options: {wordBoundary: true}
        specs:
          - {from: foo altJS bar, to: foo altJS bar}
      - expected: 退款
        pattern: 退錢
        prh: 对客户统一说“退款”。
    """


def rule_file(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
    return path


def taken(folder: Path, text: str | bytes, name: str = "House/rules.yml", catalogue: tuple[Card, ...] = ()) -> Taken:
    """What becomes of one file; the overlay is in the same folder."""
    (made,) = take_over([rule_file(folder / name, text)], folder / "playbooks", catalogue)
    return made


def existence(**fields: object) -> str:
    return yaml.safe_dump({"extends": "existence", "message": "No '%s'.", **fields}, allow_unicode=True)


def linter(made: Taken) -> Linter:
    assert made.card, made.left_out
    # As it is read from disk, not as it was made.
    return Linter([Card.model_validate(yaml.safe_load(as_yaml(made.card)))])


def found(made: Taken, draft: str) -> list[str]:
    return [finding.text for finding in linter(made).lint(draft)]


def said(made: Taken) -> str:
    return "\n".join([*(f"{fault.field}: {fault.message}" for fault in made.left_out), *made.remarks])
