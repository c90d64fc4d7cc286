"""What becomes of industries in every scenario: jobs kept, cover and technology that arrive, what buyers take."""

from collections.abc import Mapping
from decimal import Decimal

from alloc.audit.books import Books
from alloc.audit.production import kept, need, outlets, produced, sellers
from alloc.audit.sheets import Pair
from alloc.audit.states import World
from alloc.audit.verdict import ONE, ZERO, Comparison, Comparisons, exact
from alloc.instance.schema import JOB_CATEGORIES

COVER = (("insured", "insurance"), ("upgraded", "technology"))
"""What is covered or equipped, and the category that brings it."""


def follows_scenario(books: Books) -> Comparisons:
    """In every scenario jobs, cover and technology follow what was decided before, as far as the scenario lets them."""
    if not books.uncertain:
        return
    for world in books.worlds.values():
        for pair in books.baseline:
            yield from (_after(books, world, pair) if world.struck else _as_decided(books, world, pair))
            retained = books.outcomes.number("retained", world.name, *pair)
            upgraded = books.outcomes.number("upgraded", world.name, *pair)
            cell = books.outcomes.number("output", world.name, *pair)
            yield Comparison(
                (world.name, *pair, "output"), cell, "=", produced(books, world, pair, retained, upgraded), books.grain
            )


def _as_decided(books: Books, world: World, pair: Pair) -> Comparisons:
    """Yield that cover and technology are as decided, and jobs what the hazard leaves: no factor strikes."""
    jobs, insured = books.industries.number("jobs", *pair), books.industries.number("insured", *pair)
    left = {
        "insured": insured,
        "upgraded": books.industries.number("upgraded", *pair),
        "retained": kept(world, pair, jobs, insured),
    }
    for column, number in left.items():
        cell = books.outcomes.number(column, world.name, *pair)
        yield Comparison((world.name, *pair, column), cell, "=", number)


def _after(books: Books, world: World, pair: Pair) -> Comparisons:
    """Yield that cover, technology and jobs are no more than was decided, and than arrives."""
    place, s = (world.name, *pair), pair[1]
    for column, k in COVER:
        cell = books.outcomes.number(column, *place)
        yield Comparison((*place, column, "least"), cell, "≥", ZERO)
        yield Comparison((*place, column), cell, "≤", books.industries.number(column, *pair))
        yield Comparison((*place, column, k), cell, "≤", _arrives(books, world, pair, k))
    retained = books.outcomes.number("retained", *place)
    covered = books.outcomes.number("insured", *place)
    yield Comparison((*place, "retained", "least"), retained, "≥", ZERO)
    most = kept(world, pair, books.industries.number("jobs", *pair), covered)
    yield Comparison((*place, "retained"), retained, "≤", most)
    for k in JOB_CATEGORIES:
        yield Comparison((*place, k), need(books, s, k) * retained, "≤", _arrives(books, world, pair, k))


def _arrives(books: Books, world: World, pair: Pair, k: str) -> Decimal:
    """Return what of a capacity there is in a scenario: what stands, and what arrives of what is added."""
    (c, s), standing = pair, exact(getattr(books.baseline[pair], k))
    return standing + world.delivery[c, k] * (books.industries.number(f"capacity_{k}", c, s) - standing)


def sells_in_scenario(books: Books) -> Comparisons:
    """In every scenario no more is sold than its buyers and new outlets take."""
    found = outlets(books)
    for world in books.worlds.values():
        if not world.struck:
            continue
        for (c, s), row in books.baseline.items():
            if row.market is not None:
                most = world.market[c, s] * (exact(row.market) + found.get((c, s), ZERO))
                yield Comparison((world.name, c, s), _sold(books, world, (c, s)), "≤", most)
        yield from _sells_together(books, world, found)


def _sells_together(books: Books, world: World, found: Mapping[Pair, Decimal]) -> Comparisons:
    """In a scenario no more is sold to shared buyers than they and new outlets take."""
    for number, market in enumerate(books.instance.markets, 1):
        s, most, sold = market.industry, exact(market.amount), ZERO
        for c in sellers(books, market):
            sold += _sold(books, world, (c, s))
            most += found.get((c, s), ZERO)
        place = (world.name, s, market.region, str(number))
        yield Comparison(place, sold, "≤", world.shared[s] * most)


def _sold(books: Books, world: World, pair: Pair) -> Decimal:
    industry, place = books.instance.industries[pair[1]], (world.name, *pair)
    worth = exact(industry.productivity) * books.outcomes.number("retained", *place)
    return worth + exact(industry.uplift) * books.outcomes.number("upgraded", *place)


def retains_least(books: Books) -> Comparisons:
    """The least jobs kept are those of the scenario that keeps fewest."""
    for pair in books.baseline if books.uncertain else ():
        fewest = min(books.outcomes.number("retained", world.name, *pair) for world in books.worlds.values())
        yield Comparison(pair, books.industries.number("retained_least", *pair), "=", fewest)
        filled = ONE if pair in books.industries.numbers["retained_least"] else ZERO
        yield Comparison((*pair, "filled"), filled, "=", ONE)
