"""元 among 万元, and 万人 for persons: amounts that differ so much from their like that another unit was meant."""

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter

from alloc.errors import Term
from alloc.instance import schema
from alloc.instance.document import Found, Path, Source
from alloc.instance.lookups import count_people
from alloc.instance.money import eligible_funds
from alloc.instance.schema import Document
from alloc.texts import say

Amounts = Mapping[Path, float | None]

WIDEST = 1000
"""Amounts of one kind do not differ by more than this where all are in one unit."""

APART = 10_000
"""What lies between 元 and 万元: a road and a stall may differ by less, and a fund from what it pays for."""

FEW = 1000
"""No county has fewer residents."""


def mixed_amounts(document: Document) -> Iterator[Found]:
    """Amounts of funds, fixed costs and markets that differ too much from their like."""
    for costs in _costs(document):
        yield from _wide("fixed_costs", costs, APART, 1)
    for purses in _purses(document):
        yield from _wide("fund_amounts", purses, WIDEST, 1)
    for f, fund in document.funds.items():
        local: Amounts = {("funds", f, "by_county", c): x for c, x in (fund.by_county or {}).items()}
        yield from _wide("fund_amounts", local, WIDEST, 3)
    for sold in _markets(document):
        yield from _wide("markets", sold, WIDEST, None)
    yield from _beyond_costs(document)


def _costs(document: Document) -> Iterable[Amounts]:
    """Return the fixed costs of every category."""
    found: dict[str, dict[Path, float | None]] = {k: {} for k in schema.CATEGORIES}
    for m, row in document.measures.items():
        found[row.category]["measures", m, "fixed_cost"] = row.fixed_cost
    return found.values()


def _purses(document: Document) -> Iterable[Amounts]:
    """Return the amounts of every kind of fund."""
    found: dict[str, dict[Path, float | None]] = {kind: {} for kind in schema.KINDS}
    for f, fund in document.funds.items():
        found[fund.kind]["funds", f, "amount"] = fund.amount
    return found.values()


def _markets(document: Document) -> Iterable[Amounts]:
    """Return the markets of every industry, its own in each county and those that counties share."""
    found: dict[str, dict[Path, float | None]] = {s: {} for s in document.industries}
    for i, row in enumerate(document.baseline):
        found[row.industry]["baseline", i, "market"] = row.market
    for i, market in enumerate(document.markets):
        found[market.industry]["markets", i, "amount"] = market.amount
    return found.values()


def _beyond_costs(document: Document) -> Iterator[Found]:
    """Yield funds that hold ten thousand times what all that they may pay for can cost."""
    costs = dict.fromkeys(document.funds, 0.0)
    for m, row in document.measures.items():
        for f in eligible_funds(document, m):
            costs[f] += row.largest_cost
    for f, fund in document.funds.items():
        if fund.amount and 0 < costs[f] * APART <= fund.amount:
            yield ("funds", f, "amount"), "purse_beyond_costs", {"found": fund.amount, "cost": costs[f]}


def _wide(what: str, amounts: Amounts, times: float, name: int | None) -> Iterator[Found]:
    """Yield the largest of some amounts that is too many times the smallest; name: the step of a path that names it."""
    written = {path: amount for path, amount in amounts.items() if amount}
    if not written:
        return
    low, high = min(written, key=written.__getitem__), max(written, key=written.__getitem__)
    if written[high] > times * written[low]:
        call = Source().label if name is None else itemgetter(name)
        term = Term(say(f"term_{what}"), say(f"term_{what}", "zh"))
        values = {"what": term, "low": call(low), "least": written[low], "high": call(high), "most": written[high]}
        yield high, "mixed_amounts", values


def few_people(document: Document) -> Iterator[Found]:
    """A county of a few persons: counted in 万人, or with more people at work or looking for it than live there."""
    most = max(count_people(document).values(), default=0.0)
    jobs = dict.fromkeys(document.counties, 0.0)
    for row in document.baseline:
        jobs[row.county] += row.jobs
    for c, county in document.counties.items():
        people = county.population
        busy = jobs[c] + (county.jobseekers or 0.0)
        if 0 < people < FEW and (people < busy or people * WIDEST < most or not people.is_integer()):
            yield ("counties", c, "population"), "few_people", {"found": people}
