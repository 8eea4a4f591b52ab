"""Check sums of the numbers that people carry: each tells whether a run of digits could be such a number."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

__all__ = ["iban", "luhn", "north_american", "old_resident", "resident"]


def luhn(run: str) -> bool:
    """A payment card's, by ISO/IEC 7812."""
    if not run.isdigit():
        return False
    doubled = (sum(divmod(2 * int(c), 10)) for c in run[-2::-2])
    return (sum(doubled) + sum(map(int, run[::-2]))) % 10 == 0


def iban(code: str) -> bool:
    """A bank account's, by ISO 13616: modulo 97. Capital letters and digits."""
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def resident(run: str) -> bool:
    """A Chinese resident's, by GB 11643: a birthday, and a sum modulo 11 at the end. 18 digits, the last may be X."""
    if not run[:17].isdigit() or not _is_day(run[6:14]):
        return False
    total = sum(int(c) * (2 ** (17 - n) % 11) for n, c in enumerate(run[:17]))
    return "10X98765432"[total % 11] == run[17]


def old_resident(run: str) -> bool:
    """The same before 1999: 15 digits with a birthday and no sum."""
    return run.isdigit() and _is_day("19" + run[6:12])


def _is_day(digits: str) -> bool:
    with suppress(ValueError):
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year > 1850
    return False


def north_american(run: str) -> bool:
    """A telephone number's: neither area nor exchange begins with 0 or 1. The last ten digits count."""
    return run.isdigit() and run[-10] in "23456789" and run[-7] in "23456789"
