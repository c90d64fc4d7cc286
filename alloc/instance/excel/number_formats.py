"""What a cell shows of its number: a format can divide by thousands, put a point where none is, or hide it.

The formats are those of ECMA-376, 18.8.31, as far as they show plain numbers; dates, fractions and powers are left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache

from alloc.instance.numerals import multiple_behind

ROUNDED = 0.05
"""What is shown may be off by this part of the number and still be read as the number."""

_TOKEN = re.compile(r'"[^"]*"?|\[[^\]]*\]?|[\\!*_].?|[Ee][+-]|General|.', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)\]")
_FOREIGN = re.compile(r"[ymdhsegb/@]|\[(DBNum|h+\]|m+\]|s+\]|\$-)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9][0-9,]*(\.[0-9]*)?|\.[0-9]+")
_TESTS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}


@dataclass(frozen=True)
class _Section:
    """One part of a format. tokens: as written; condition: the numbers that it is for, if it says so."""

    tokens: tuple[str, ...]
    condition: tuple[str, float] | None


def find_misreading(value: float, code: str, unit: str = "", money: object = None) -> str | None:
    """Return what a cell shows where people would read another number than it holds, None where they would not.

    unit: of the column, as the schema has it; money: the unit of money as in the document.
    """
    text = None if value == 0 else format_number(value, code)
    if text is None:
        return None
    read = float(_read(text, unit, money))
    if value < 0 and ("-" in text or "(" in text):
        read = -read
    return text if abs(read - value) > ROUNDED * abs(value) else None


def _read(text: str, unit: str, money: object) -> Decimal:
    """Return the number that people read in a text, 0 where there is none."""
    found = _NUMBER.search(text)
    if found is None:
        return Decimal(0)
    number = Decimal(found[0].replace(",", "")) * multiple_behind(text[found.end() :], unit, money)
    if "%" in text:
        return number / 100
    return number / 1000 if "‰" in text else number


def format_number(value: float, code: str) -> str | None:
    """Return a number as its cell shows it, None where the format shows something else than plain digits."""
    section, own_sign = _choose_section(value, _sections(code))
    if not code or abs(value) >= 1e15 or section is None or any(map(_is_foreign, section.tokens)):
        return None
    before, core, after = _parts(section.tokens)
    power = section.tokens.count("%")
    digits = _core(Decimal(repr(abs(value))) * 100**power, core) if core else ""
    sign = "-" if value < 0 and own_sign and re.search("[1-9]", digits) else ""
    return (sign + _literal(before) + digits + _literal(after)).strip()


def _is_foreign(token: str) -> bool:
    """Tell whether a token shows dates, fractions, powers, texts or the numerals of another script."""
    return bool(_FOREIGN.match(token)) and token[0] not in '"\\!*_'


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[_Section, ...]:
    found: list[list[str]] = [[]]
    for token in _TOKEN.findall(code):
        if token == ";":
            found.append([])
        else:
            found[-1].append(token)
    return tuple(_section(tokens) for tokens in found)


def _section(tokens: Sequence[str]) -> _Section:
    said = next((match for token in tokens if (match := _CONDITION.fullmatch(token))), None)
    return _Section(tuple(tokens), (said[1], float(said[2])) if said else None)


def _choose_section(value: float, sections: Sequence[_Section]) -> tuple[_Section | None, bool]:
    """Return the part of a format that a number is shown by, and whether a minus goes before it by itself."""
    if any(section.condition for section in sections):
        for section in sections[:3]:
            if section.condition is None or _TESTS[section.condition[0]](value, section.condition[1]):
                return section, True
        return None, True
    if value < 0 and len(sections) > 1:
        return sections[1], False
    return sections[0], True


def _find_places(tokens: Sequence[str]) -> list[int]:
    """Return where the places for digits are."""
    return [i for i, token in enumerate(tokens) if token in _PLACES]


def _parts(tokens: Sequence[str]) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Return what stands before the digits, from the first digit to the last, and behind; commas go with the digits."""
    places = _find_places(tokens)
    if not places:
        return tokens, (), ()
    last = places[-1] + 1
    while last < len(tokens) and tokens[last] in (",", "."):
        last += 1
    first = places[0] - (places[0] > 0 and tokens[places[0] - 1] == ".")
    return tokens[:first], tokens[first:last], tokens[last:]


def _core(value: Decimal, tokens: Sequence[str]) -> str:
    """Return the digits of a number from 0 as its format shows them, whatever is written between them included."""
    point = tokens.index(".") if "." in tokens else len(tokens)
    whole, broken = [*tokens[:point]], tokens[point + 1 :]
    scale = 0
    while whole and whole[-1] == ",":
        whole.pop()
        scale += 1
    scale += broken.count(",")
    digits = len(_find_places(broken))
    with localcontext(prec=300):  # digits enough for any number below 1e15 and any format
        number = value.scaleb(-3 * scale).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    left, _, right = f"{number:f}".partition(".")
    shown = _fill([token for token in whole if token != ","], left.lstrip("0"), "," in whole)
    return shown + ("." if point < len(tokens) else "") + _decimals(broken, right)


def _fill(tokens: Sequence[str], digits: str, grouped: bool) -> str:
    """Return the whole part: places take digits from the right, the first place all that are left."""
    places = _find_places(tokens)
    if not places:
        return digits + _literal(tokens)
    first = places[0]
    rest, shown, count = digits, "", 0
    for i in reversed(range(len(tokens))):
        if tokens[i] not in _PLACES:
            shown = _literal(tokens[i : i + 1]) + shown
            continue
        taken = max(len(rest), 1) if i == first else 1
        rest, part = rest[:-taken], rest[-taken:]
        if not part and tokens[i] == "0":
            part = "0"
        shown = (_group(part, count) if grouped else part) + shown
        count += len(part)
    return shown


def _group(digits: str, after: int) -> str:
    """Return digits of the whole part with a comma before every third; after: how many stand to their right."""
    found = ""
    for i, digit in enumerate(reversed(digits), after):
        mark = "," if i and i % 3 == 0 else ""
        found = f"{digit}{mark}{found}"
    return found


_PLACES = ("0", "#", "?")
"""Tokens that digits stand in the place of."""


def _decimals(tokens: Sequence[str], digits: str) -> str:
    shown, left = "", iter(digits)
    least = len(tokens) - 1 - tokens[::-1].index("0") if "0" in tokens else -1
    last, place = len(digits.rstrip("0")) - 1, 0
    for i, token in enumerate(tokens):
        if token in _PLACES:
            digit = next(left)
            shown += digit if i <= least or place <= last else ""
            place += 1
        elif token != ",":
            shown += _literal([token])
    return shown


def _literal(tokens: Sequence[str]) -> str:
    """Return what tokens that are no digits show: quoted words, escaped signs, currencies."""
    shown = ""
    for token in tokens:
        if token[0] == '"':
            shown += token.strip('"')
        elif token[0] in "\\!":
            shown += token[1:]
        elif token.startswith("[$"):
            shown += token[2:].rstrip("]").partition("-")[0]
        elif token[0] not in "[*_" and token not in _PLACES:
            shown += token
    return shown
