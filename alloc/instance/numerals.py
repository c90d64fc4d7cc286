"""Numbers as people write them: 30 %, 3.5亿元, 16万, 20‰, １２０, 1,200. What each means depends on its column."""

import re
import unicodedata
from decimal import Decimal
from math import prod
from typing import Any

LONGEST = 25
"""Longer texts are no number that anyone counts with; of all others the value is exact."""

_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u00ad]")
_MULTIPLES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_ENGLISH = {"k": 10**3, "thousand": 10**3, "mn": 10**6, "million": 10**6, "bn": 10**9, "billion": 10**9}
_PARTS = {"%": 100, "百分之": 100, "percent": 100, "‰": 1000, "千分之": 1000, "成": 10}
_YUAN = frozenset({"元", "块", "圆", "人民币", "rmb", "cny", "yuan"})
_MARKED = frozenset({"¥", "$", "€", "usd", "美元"})
_HEADS = frozenset({"人", "人次", "名", "个", "户", "口", "岗", "岗位", "个岗位", "persons", "people", "jobs"})
_WRITTEN = re.compile(
    r"(?P<sign>[-+]?)(?P<before>百分之|千分之|¥|\$|€|人民币|rmb|cny|usd)?(?P<digits>[0-9][0-9,.' ]*|\.[0-9]+)"
    r"(?P<exponent>e[-+]?[0-9]{1,2})?(?P<multiple>[十百千万亿]+|thousand|k|million|mn|billion|bn)?(?P<after>\D*)"
)
_BEHIND = re.compile(r" ?([十百千]*[万亿]+|(?:thousand|million|billion|mn|bn|k)(?![a-z])) ?([元块圆])?")
_PLAIN = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}([,' ])[0-9]{3}(\1[0-9]{3})*(\.[0-9]+)?")

OWN_UNITS = ("its unit", "resource per unit")
"""Units of columns whose numbers are counted in a word of the planner's own, such as 万立方米."""


def advise(word: str, unit: str, money: object = None) -> tuple[str, dict[str, Any]] | None:
    """Return what to say of a text that stands where a number should, None where it is like none.

    unit: of the column, as the schema has it; money: as in the document, None where nothing is written.
    A value is offered only where there is one reading: neither the decimal mark nor the unit is guessed.
    """
    found = _WRITTEN.fullmatch(_plain(word)) if len(word) <= LONGEST else None
    if found is None:
        return None
    part = found.groupdict("")
    digits = part["digits"].strip(" ")
    if not (_PLAIN.fullmatch(digits) or _GROUPED.fullmatch(digits)):
        return ("which_mark", {}) if _is_unclear(digits) else None
    after = part["after"].strip()
    if " per " in unit:
        after = after.partition("/")[0]
    factor = _factor(part["multiple"], {part["before"], after} - {""}, unit, money)
    if factor is None:
        return None
    if not factor:
        return "number_alone", {}
    number = Decimal(part["sign"] + re.sub("[,' ]", "", digits) + part["exponent"])
    return "text_number", {"meant": _show(number * factor)}


def _is_unclear(digits: str) -> bool:
    """Tell whether a comma or a point among digits may be the decimal mark, or part groups of digits."""
    return re.search(r"[.,]", digits) is not None and re.search("[' ]", digits) is None


def multiple_behind(text: str, unit: str, money: object = None) -> Decimal:
    """Return by how much the word behind a number multiplies it in a column: 万 by 10,000, of money in its unit.

    1 where there is no such word, or where it may be part of the column's own unit.
    """
    found = _BEHIND.match(_plain(text))
    if found is None or unit in OWN_UNITS:
        return Decimal(1)
    times = _times(found[1])
    size = _size(money) if _is_money(unit) or found[2] else Decimal(1)
    return times / size if size else Decimal(1)


def _times(multiple: str) -> Decimal:
    return Decimal(_ENGLISH.get(multiple) or prod(_MULTIPLES[sign] for sign in multiple))


def _plain(word: str) -> str:
    """Return a text with ASCII digits and signs, without invisible ones; blanks are plain."""
    narrow = unicodedata.normalize("NFKC", _INVISIBLE.sub("", word)).replace("\u2212", "-").lower()
    digits = "".join(str(unicodedata.decimal(x)) if x.isdecimal() else x for x in narrow)
    plain = " ".join(digits.split())
    return re.sub(r" ?(%|‰|[十百千万亿]) ?", r"\1", plain)


def _factor(multiple: str, words: set[str], unit: str, money: object) -> Decimal | None:
    """Return by how much the digits are to be multiplied, 0 where that cannot be told, None where it makes no sense."""
    if words & set(_PARTS):
        is_part = unit in ("0-1", "1", "money per money") and len(words) == 1 and not multiple
        return 1 / Decimal(_PARTS[words.pop()]) if is_part else None
    if _is_money(unit):
        return _money_factor(multiple, words, _size(money))
    if words - _HEADS:
        return None
    return Decimal(0) if multiple and unit in OWN_UNITS else _times(multiple)


def _is_money(unit: str) -> bool:
    """Tell whether a column holds amounts of money, in all or for one of something."""
    return unit.startswith("money") and unit != "money per money"


def _money_factor(multiple: str, words: set[str], size: Decimal | None) -> Decimal | None:
    """Return by how much digits of money are to be multiplied; size: yuan in one unit of the column."""
    if not words and not multiple:
        return Decimal(1)
    if size and words <= _YUAN:
        return _times(multiple) / size
    return Decimal(0) if words <= _YUAN | _MARKED else None


def _size(money: object) -> Decimal | None:
    """Return how many yuan one unit of money is, None where it is not counted in yuan."""
    given = money if isinstance(money, dict) else {}
    size = given.get("unit", 10000)
    if given.get("currency", "CNY") != "CNY" or isinstance(size, bool) or not isinstance(size, int | float):
        return None
    return Decimal(str(size)) if 0 < size < float("inf") else None


def _show(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return re.sub("^(-?)0+(?=[0-9])", r"\1", text) or "0"
