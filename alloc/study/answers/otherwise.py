"""What is asked otherwise: a measure in the plan, one taken out of it, or other aid for a selection."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from alloc.errors import InstanceError, RequestError
from alloc.infeasibility.over_all_years import name_figure
from alloc.instance import Instance
from alloc.instance.reading import Draft
from alloc.instance.rules import Total
from alloc.instance.selections import select
from alloc.study.points import Overrides, Point


@dataclass(frozen=True)
class Premise:
    """The question as it was put: what is written, the figures replaced in it, and how near is the same goal."""

    written: Draft
    given: Overrides
    instance: Instance
    gap: float

    def read(self, changes: Mapping[str, object]) -> Instance:
        """Return the question with more figures replaced. Raises InstanceError where that makes it faulty."""
        return self.written.read({**self.given, **changes})


def ask_for(question: Instance, measure: str, units: float | None = None) -> dict[str, object]:
    """Return the figures with which a measure is in the plan: at a scale, its least one, or a tenth of its largest.

    Over several years it is in the first, as a commitment is.
    """
    row, path = question.measures[measure], f"measures.{measure}"
    if not row.eligible:
        raise RequestError("why_not_eligible", measure=measure, reason=row.reason or "–")
    scale = units or row.min_units or row.max_units / 10
    scale = float(math.ceil(scale)) if row.integer else scale
    if not 0 < scale <= row.max_units:
        raise RequestError("why_scale", measure=measure, found=f"{scale:g}", most=f"{row.max_units:g}")
    return {f"{path}.committed": True, f"{path}.min_units": scale}


def take_out(question: Instance, measure: str) -> dict[str, object]:
    """Return the figures with which a measure is not in the plan; a commitment to it is none then."""
    path = f"measures.{measure}"
    free = {f"{path}.committed": False} if question.measures[measure].committed else {}
    return {**free, **set_in_all_years(question, f"{path}.eligible", lambda _: False)}


def set_in_all_years(question: Instance, path: str, choose: Callable[[Instance], object]) -> dict[str, object]:
    """Return a figure as it is chosen for the question of each of several years, or of the one."""
    if not question.questions:
        return {path: choose(question)}
    years = question.years
    return {name_figure(years, of.year, path): choose(of) for of in question.questions[: len(years)]}


def ask_aid(asked: Premise, what: str, aid: str, base: Point) -> dict[str, object]:
    """Return the rule that a selection has at least the aid that is asked for it; at most, where it has more now.

    Over several years that is asked of each, and what is so much more or less is counted from what it has in that year.
    """
    name, rule, picked = choose_measures(asked, what)
    found, before = dict[str, object](), ""
    for year in asked.instance.years or (None,):
        bound, target = _choose_bound(aid, _sum_aid(asked.instance, picked, base, year))
        if not before:
            found[f"rules.{name}"] = {**rule, bound: target}
        else:
            found[f"by_year.{year}.rules.{name}.{bound}"] = target
        if before not in ("", bound):
            found[f"by_year.{year}.rules.{name}.{before}"] = None
        before = bound
    return found


def choose_measures(asked: Premise, what: str) -> tuple[str, dict[str, object], Sequence[str]]:
    """Return a name for the rule that asks about a measure or a selection, that rule, and the measures it is about.

    Raises InstanceError for words that the question does not know, told as they were given.
    """
    taken = {rule.name for rule in asked.instance.rules}
    name = next(name for k in range(len(taken) + 1) if (name := f"asked {k + 1}") not in taken)
    of = {"measure": [what]} if what in asked.instance.measures else _read_selection(what)
    rule: dict[str, object] = {"type": "amount", "of": of}
    try:
        read = asked.read({f"rules.{name}": {**rule, "min": 0}}).rules[-1]
    except InstanceError as error:
        own = f"rules.{name}.of."
        faults = [fault for fault in error.faults if fault.key.startswith(own)]
        found = [replace(fault, place=what, key=fault.key.removeprefix(own).partition("[")[0]) for fault in faults]
        raise InstanceError(found or error.faults) from None
    assert isinstance(read, Total)
    return name, rule, select(asked.instance, read.of)


def _choose_bound(aid: str, now: float) -> tuple[str, float]:
    """Return the bound with which a selection has at least the aid asked for; at most, where it has more now."""
    target = read_aid(aid, now)
    if target < 0:
        raise RequestError("why_below", found=aid, now=f"{now:g}")
    return ("min" if target >= now else "max"), target


def _sum_aid(question: Instance, measures: Sequence[str], base: Point, year: int | None) -> float:
    """Return the aid that some measures have in a plan, in one of several years [money]."""
    wanted, total = set(measures), 0.0
    for (*of, m, f), paid in base.payments.items():
        if of in ([], [year]) and m in wanted and question.funds[f].kind == "aid":
            total += paid
    return total


def _read_selection(what: str) -> dict[str, list[str]]:
    """Return a selection as a rule's is written: words of one key mean any of them."""
    found: dict[str, list[str]] = {}
    for pair in what.split(","):
        key, sign, word = (part.strip() for part in pair.partition("="))
        if not (key and sign and word):
            raise RequestError("why_selection_form", found=pair)
        found.setdefault(key, []).append(word)
    return found


def read_aid(text: str, now: float) -> float:
    """Return the aid that is asked for [money]: an amount, or with a sign so much more or less than now."""
    word = text.strip()
    part, signed = word.endswith("%"), word[:1] in ("+", "-")
    try:
        number = float(word.removesuffix("%"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (part and not signed):
        raise RequestError("why_aid", found=text)
    if not signed:
        return number
    return float(f"{now + (number * now / 100 if part else number):.12g}")
