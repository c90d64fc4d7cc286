"""A plan over several years, read a second time: each year like a question of its own, and what it leaves to the next.

What a year has from those before it is worked out here from the tables of these: money that is carried, upkeep, works
that last, what went ahead.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, localcontext
from typing import Any

import pandas as pd

from alloc.audit import linkage, money, production, rules, shape, totals, worlds
from alloc.audit.books import Books
from alloc.audit.inspection import CHECKS
from alloc.audit.production import curve
from alloc.audit.verdict import EXACT, ONE, ZERO, Audit, Comparison, Comparisons, Finding, exact, missed, total
from alloc.instance.schema import Flow, Fund, Instance

OTHERWISE = (
    money.requires_others,
    money.excludes_others,
    money.limited_by_others,
    money.within_ceiling,
    production.follows_returns,
    totals.totals_objective,
    totals.keeps_order,
)
"""Checks of one year that stand here in a form that knows the years before."""

BESIDE = (
    worlds.fills_without_aid,
    worlds.totals_without_aid,
    worlds.attributes_jobs,
    worlds.weighs_scenarios,
)
"""Checks of the worlds beside a plan that hold in each year as in a question of one year."""

OF_A_YEAR: tuple[Callable[[Books], Comparisons], ...] = (
    *(
        check
        for check in CHECKS
        if check not in OTHERWISE
        and check.__module__ in {room.__name__ for room in (shape, money, production, linkage, rules, totals)}
        and check.__name__ != "proves_gap"
    ),
    *BESIDE,
)
"""Checks that hold in each year as in a question of one year."""

WITHOUT_AID = (*(check for check in worlds.LIKE_A_PLAN if check not in OTHERWISE), *worlds.OF_THAT_WORLD)
"""Checks of the world without the aid in each year, as of a plan of its own."""


def audit_years(
    instance: Instance, tables: Mapping[int, Mapping[str, pd.DataFrame]], figures: Mapping[str, Any]
) -> Audit:
    """Read every year of a plan a second time, and what goes from one to the next.

    tables: those of each year, by name. figures: as of one year, with `by_year`, the figures of each.
    """
    count, findings = 0, []
    with localcontext(EXACT):
        for place, name, comparison in _compare(instance, tables, figures):
            count += 1
            if (tolerance := missed(comparison)) is not None:
                where, left, relation, right = comparison[:4]
                found = " · ".join(word for word in (place, *where) if word)
                findings.append(Finding(name, found, left, relation, right, tolerance))
    return Audit(count, tuple(findings))


def _compare(
    instance: Instance, tables: Mapping[int, Mapping[str, pd.DataFrame]], figures: Mapping[str, Any]
) -> Iterator[tuple[str, str, Comparison]]:
    """Yield every comparison with the year and the name of its check."""
    earlier: list[Books] = []
    alone_earlier: list[Books] = []
    for question in instance.questions:
        year, told = question.year, _tell_year(figures, question.year)
        books = _open(question, earlier, tables[year], told)
        alone = None
        if worlds.is_known(books):
            alone = _open(worlds.ask_without_aid(books), alone_earlier, worlds.take_columns(tables[year]), told)
            books.memory["alone"] = alone
        for name, comparison in _compare_year(books, earlier, OF_A_YEAR):
            yield str(year), name, comparison
        if alone is not None:
            for name, comparison in _compare_year(alone, alone_earlier, WITHOUT_AID):
                yield f"{year} · without the aid", name, comparison
            alone_earlier.append(alone)
        earlier.append(books)
    for comparison in _adds_years(instance, earlier, figures):
        yield "", "adds_years", comparison
    for comparison in _adds_worlds(instance, figures):
        yield "", "adds_worlds", comparison
    whole = Books(instance, {}, figures)
    for check in (totals.proves_gap, worlds.attributes_jobs):
        for comparison in check(whole):
            yield "", check.__name__, comparison


def _tell_year(figures: Mapping[str, Any], year: int) -> dict[str, Any]:
    """Return the figures of a year, with what the world without the aid leaves out in all years."""
    for of in figures["by_year"]:
        if int(of["year"]) == year:
            limits = {key: figures["without_aid"][key] for key in ("lapsed", "left_out")}
            return {**of, "without_aid": {**of["without_aid"], **limits}}
    raise KeyError(year)


def _open(
    question: Instance, earlier: list[Books], tables: Mapping[str, pd.DataFrame], figures: Mapping[str, Any]
) -> Books:
    """Return the books of a year, which know what the years before leave to it."""
    books = Books(_follow(question, earlier), tables, figures)
    books.memory["upkeep"] = upkeep = {m: _upkeep(books, earlier, m) for m in question.measures}
    books.__dict__["cost"] = {m: cost + upkeep[m] for m, cost in books.cost.items()}
    _note_synergies(books, earlier)
    return books


def _compare_year(
    books: Books, earlier: list[Books], checks: Iterable[Callable[[Books], Comparisons]]
) -> Iterator[tuple[str, Comparison]]:
    """Yield the comparisons of a year with the name of their check: as of one year, and with the years before."""
    for check in checks:
        for comparison in check(books):
            yield check.__name__, comparison
    for comparison in money.within_ceiling(books):
        m = comparison.place[0]
        if books.instance.measures[m].national_ceiling is not None or not books.memory["upkeep"][m]:
            yield "within_ceiling", comparison
    for name, across in ACROSS.items():
        for comparison in across(books, earlier):
            yield name, comparison


def _follow(question: Instance, earlier: list[Books]) -> Instance:
    """Return a question with the money that the year before leaves, and its payments as those to compare with."""
    if not earlier:
        return question
    before = earlier[-1]
    funds = {f: _carry(before, f, fund) for f, fund in question.funds.items()}
    rows = []
    for m, paid in before.spend.items():
        row = before.instance.measures[m]
        for f, amount in paid.items():
            where = {"county": row.county, "category": row.category, "industry": row.industry}
            kind = before.instance.funds[f].kind
            rows.append(Flow(measure=m, fund=f, kind=kind, amount=float(amount), **where))
    previous = dict.fromkeys(question.previous, tuple(rows))
    return question.model_copy(update={"funds": funds, "previous": previous})


def _carry(before: Books, f: str, fund: Fund) -> Fund:
    """Return a fund with its share of what was left of the year before, in all and in each county."""
    old, share, spent = before.instance.funds[f], exact(fund.carry), before.spent[f]
    amount, tied = fund.amount, fund.by_county
    if amount is not None and old.amount is not None:
        amount = float(exact(amount) + share * max(exact(old.amount) - total(spent.values()), ZERO))
    if tied is not None and old.by_county is not None:
        left = {c: exact(money) - spent.get(c, ZERO) for c, money in old.by_county.items()}
        tied = {c: float(exact(money) + share * max(left.get(c, ZERO), ZERO)) for c, money in tied.items()}
    return fund.model_copy(update={"amount": amount, "by_county": tied})


def _upkeep(books: Books, earlier: list[Books], m: str) -> Decimal:
    """Return what earlier purchases of a measure cost this year, as long as they work [money]."""
    found = ZERO
    for before in earlier:
        row, after = before.instance.measures[m], books.instance.year - before.instance.year
        if after < row.lead + row.lasts:
            found += exact(books.instance.measures[m].recurrent) * before.measures.number("units", m)
    return found


def _units(books: Books, earlier: list[Books], m: str) -> Decimal:
    return total(of.measures.number("units", m) for of in (*earlier, books))


def _went_ahead(books: Books, earlier: list[Books], m: str) -> Decimal:
    return max(of.measures.number("funded", m) for of in (*earlier, books))


def _note_synergies(books: Books, earlier: list[Books]) -> None:
    """Let a synergy count from the year in which all of its measures have gone ahead."""
    books.memory["went_ahead"] = {m: _went_ahead(books, earlier, m) for m in books.instance.measures}


def lasts_by_returns(books: Books, earlier: list[Books]) -> Comparisons:
    """A measure brings no more than the purchases that work in the year, each on its own curve of returns."""
    for m in books.instance.measures:
        most = ZERO
        for of in (*earlier, books):
            row, after = of.instance.measures[m], books.instance.year - of.instance.year
            if row.lead <= after < row.lead + row.lasts:
                most += curve(row, of.measures.number("units", m))
        gain = books.measures.number("gain", m)
        yield Comparison((m, "least"), gain, "≥", ZERO)
        yield Comparison((m,), gain, "≤", most)


def hangs_together(books: Books, earlier: list[Books]) -> Comparisons:
    """A measure goes ahead with or after what it requires, and in no year beside what excludes it."""
    for m, row in books.instance.measures.items():
        funded = books.measures.number("funded", m)
        for other in row.requires:
            yield Comparison((m, other, "requires"), funded, "≤", _went_ahead(books, earlier, other))
        for other in row.excludes:
            both = _went_ahead(books, earlier, m) + _went_ahead(books, earlier, other)
            yield Comparison((m, other, "excludes"), both, "≤", ONE)


def keeps_totals(books: Books, earlier: list[Books]) -> Comparisons:
    """Units of all years so far keep to the most in all, and to the scale of another measure."""
    for m, row in books.instance.measures.items():
        units = _units(books, earlier, m)
        lasting = row.lasts != 1
        most = row.max_total
        if most is None and lasting and earlier:
            most = row.max_units
        if most is not None:
            yield Comparison((m, "max_total"), units, "≤", exact(most))
        for other, ratio in row.limited_by.items():
            yield Comparison((m, other), units, "≤", exact(ratio) * _units(books, earlier, other))


ACROSS: Mapping[str, Callable[[Books, list[Books]], Comparisons]] = {
    "lasts_by_returns": lasts_by_returns,
    "hangs_together": hangs_together,
    "keeps_totals": keeps_totals,
}
"""What years before leave to a year."""


def _adds_years(instance: Instance, years: list[Books], figures: Mapping[str, Any]) -> Comparisons:
    """The goals of the run are those of its years, each discounted."""
    first, factor = years[0].instance.year, exact(1.0) + exact(instance.discount)
    worth = {of.instance.year: factor ** (of.instance.year - first) for of in years}
    goals = {}
    for name, per in (("employment", totals._employment), ("linkage", totals._linkage), ("penalties", rules.penalties)):
        goals[name] = sum((float(per(of)) / float(worth[of.instance.year]) for of in years), 0.0)
        yield Comparison((name,), exact(figures[name]), "=", exact(goals[name]))
    aim = instance.objective
    weighted = aim.employment * goals["employment"] + aim.linkage * goals["linkage"]
    value = goals[aim.order[-1]] if aim.order else weighted
    yield Comparison(("objective",), exact(figures["objective"]), "=", exact(value - goals["penalties"]))


def _adds_worlds(instance: Instance, figures: Mapping[str, Any]) -> Comparisons:
    """The goals of the worlds beside a plan are those of their years, each discounted."""
    factor = exact(1.0) + exact(instance.discount)
    for key in ("status_quo", "without_aid"):
        for goal in ("employment", "linkage"):
            if figures[key][goal] is None:
                continue
            found = 0.0
            for of in figures["by_year"]:
                found += float(exact(of[key][goal])) / float(factor ** (int(of["year"]) - instance.years[0]))
            yield Comparison((f"{key}.{goal}",), exact(figures[key][goal]), "=", exact(found))
