"""What a window asks for, checked, and the command that would do the same."""

import math
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alloc.desk.opening import Opened
from alloc.desk.scenarios import PLAN, PlanRow, check_name
from alloc.errors import RequestError
from alloc.instance.asking import read_rules
from alloc.texts import LANGUAGES

Given = Mapping[str, str]
"""Figures to replace, path → value as typed."""

ACTIONS = ("describe", "check", "solve", "verify", "why", "price", "repair", "diff", "upload")

ANSWERED = ("why", "price", "repair")
"""Commands that write what they answer where they wrote the last one; the desk asks them again and again."""

WORDS = ("name", "what", "units", "aid", "only", "a", "b", "gap", "time_limit", "file")
"""What is typed into fields."""

MOST_LETTERS, MOST_ROWS = 10_000, 100_000


@dataclass(frozen=True)
class Order:
    """One thing asked for by a window. plan: money as it was typed; words: by field."""

    action: str
    lang: str
    given: Given
    words: Mapping[str, str]
    plan: tuple[PlanRow, ...] = field(default=(), repr=False)
    rules: tuple[str, ...] = ()

    @property
    def overrides(self) -> dict[str, object]:
        """What is otherwise than written: rules asked for, and figures. Raises what `read_rules` does."""
        return {**read_rules(self.rules), **self.given}

    @property
    def locked(self) -> bool:
        """Tell whether money of the plan is to be kept."""
        return any(row.locked for row in self.plan)

    def number(self, key: str) -> float | None:
        """Return a field as a number, None where nothing is typed. Raises RequestError for what is none."""
        text = self.words[key].strip()
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise RequestError("desk_no_number", found=text)
        return number

    def options(self) -> dict[str, float | None]:
        """Return how the solver is asked."""
        return {"gap": self.number("gap"), "time_limit": self.number("time_limit")}


def read_order(raw: object) -> Order:
    """Return what a window asks for. Raises RequestError for anything that no page of the desk sends."""
    if not isinstance(raw, dict):
        raise RequestError("desk_bad_order")
    words = {key: raw.get(key, "") for key in WORDS}
    action, lang = raw.get("action"), raw.get("lang")
    if action not in ACTIONS or lang not in LANGUAGES or not _are_texts(words.values()):
        raise RequestError("desk_bad_order")
    rules = raw.get("rules", [])
    if not isinstance(rules, list) or not _are_texts(rules):
        raise RequestError("desk_bad_order")
    given, plan = _read_given(raw.get("given", {})), _read_plan(raw.get("plan", []))
    order = Order(action, lang, given, words, plan, tuple(rules))
    order.options()
    order.number("units")
    if order.action in ("solve", "verify"):
        check_name(order.words["name"])
    return order


def _are_texts(found: Iterable[Any]) -> bool:
    return all(isinstance(text, str) and len(text) <= MOST_LETTERS for text in found)


def _read_given(given: object) -> Given:
    if not isinstance(given, dict) or not _are_texts([*given, *given.values()]):
        raise RequestError("desk_bad_order")
    return given


def _read_plan(plan: object) -> tuple[PlanRow, ...]:
    if not isinstance(plan, list) or len(plan) > MOST_ROWS:
        raise RequestError("desk_bad_order")
    return tuple(map(_read_row, plan))


def _read_row(row: object) -> PlanRow:
    if not isinstance(row, list) or len(row) != 5:
        raise RequestError("desk_bad_order")
    year, measure, fund, money, locked = row
    if not _are_texts((year, measure, fund, money)):
        raise RequestError("desk_bad_order")
    return PlanRow(year, measure, fund, money, locked is True)


def tell_command(order: Order, place: Opened) -> str:
    """Return the command line that does the same, as a shell reads it."""
    return shlex.join(["alloc", *_list_words(order, place)])


def tell_origin(name: str, asked: Mapping[str, Any], place: Opened, lang: str) -> str:
    """Return the command line that made a scenario; empty where no desk made it. asked: its note."""
    limits = {key: str(asked[key]) for key in ("gap", "time_limit") if asked.get(key) is not None}
    plan = [["", "", "", "", True]] if asked.get("locked") else []
    told = {"given": asked.get("given"), "rules": asked.get("rules", []), "plan": plan, **limits}
    with suppress(RequestError):
        return tell_command(read_order({"action": "solve", "lang": lang, "name": name, **told}), place)
    return ""


def find_plan(order: Order, place: Opened) -> Path:
    """Return the file that a typed plan is kept in."""
    return place.folder / f"{order.words['name']}{PLAN}"


def _list_words(order: Order, place: Opened) -> Iterator[str]:
    words, instance = order.words, str(place.instance)
    if order.action == "diff":
        yield from ("diff", *(str(place.folder / words[end]) for end in "ab"), "--lang", order.lang)
        return
    if order.action == "upload":
        yield from ("check", words["file"] or "instance.xlsx", "--lang", order.lang)
        return
    yield from ("check" if order.action == "describe" else order.action, instance)
    yield from _list_own(order, place)
    if order.action not in ("describe", "check"):
        yield from _list_options(words)
    for rule in order.rules:
        yield from ("--rule", rule)
    for path, value in order.given.items():
        yield from ("--set", f"{path}={value}")
    if order.action in ANSWERED:
        yield "--overwrite"
    yield from ("--lang", order.lang)


def _list_options(words: Mapping[str, str]) -> Iterator[str]:
    for option, key in (("--gap", "gap"), ("--time-limit", "time_limit")):
        if words[key].strip():
            yield from (option, words[key].strip())


def _list_own(order: Order, place: Opened) -> Iterator[str]:
    """Yield what only one command takes."""
    words = order.words
    if order.action == "solve":
        if order.locked:
            yield from ("--fix", str(find_plan(order, place)))
        yield from ("--out", str(place.folder / words["name"]))
    elif order.action == "verify":
        yield str(find_plan(order, place))
        if words["a"]:
            yield from ("--against", str(place.folder / words["a"]))
    elif order.action == "why":
        yield words["what"]
        for option in ("units", "aid"):
            if words[option]:
                yield from (f"--{option}", words[option])
    elif order.action == "price":
        for path in split_only(words["only"]):
            yield from ("--only", path)


def split_only(text: str) -> list[str]:
    """Return the limits that prices are asked of, one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]
