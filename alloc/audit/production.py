"""From money to jobs: formulation (14) to (20), and what of it can be seen of the status quo."""

from decimal import Decimal
from itertools import product
from typing import NamedTuple

from alloc.audit.books import Books
from alloc.audit.sheets import Pair
from alloc.audit.states import World
from alloc.audit.verdict import ONE, ZERO, Comparison, Comparisons, exact, total
from alloc.instance.schema import CATEGORIES, JOB_CATEGORIES, JobCategory, Market, Measure


def curve(measure: Measure, units: Decimal) -> Decimal:
    """Return what so many units can bring: the area under the slopes up to there, by default the units."""
    if not measure.returns:
        return units
    gain = start = ZERO
    for end, slope in measure.returns:
        if units > start:
            gain += exact(slope) * (min(units, exact(end)) - start)
        start = exact(end)
    return gain


def follows_returns(books: Books) -> Comparisons:
    """A measure brings no more than its curve of returns allows."""
    for m, measure in books.instance.measures.items():
        gain = books.measures.number("gain", m)
        yield Comparison((m, "least"), gain, "≥", ZERO)
        most = curve(measure, books.measures.number("units", m)) if measure.lead == 0 else ZERO
        yield Comparison((m,), gain, "≤", most)


def delivers_supply(books: Books) -> Comparisons:
    """The capacity that a measure adds is what its gain brings after delivery and deadweight.

    Where no baseline row takes it up nothing is added, which may be shown as 0 or as what would have been.
    """
    for m, measure in books.instance.measures.items():
        cell, supply = books.measures.number("effect", m), books.supply[m]
        pair, county = (measure.county, measure.industry), books.pairs_in[measure.county]
        nowhere = pair not in county if measure.industry else not county
        yield Comparison((m,), cell, "=", ZERO if nowhere and not cell else supply)


def brings_direct(books: Books) -> Comparisons:
    """Direct jobs and direct linkage follow what takes effect of the gain."""
    for m, measure in books.instance.measures.items():
        for column, per_unit in (("direct_jobs", measure.jobs), ("jobs", measure.jobs), ("linkage", measure.linkage)):
            brought = exact(per_unit) * books.effective[m]
            yield Comparison((m, column), books.measures.number(column, m), "=", brought)


class _Supplied(NamedTuple):
    """What measures bring: to one industry in a county, to a whole county, and as outlets."""

    own: dict[tuple[str, str, str], Decimal]
    pool: dict[tuple[str, str], Decimal]
    outlet: dict[Pair, Decimal]


def _supplied(books: Books) -> _Supplied:
    found = _Supplied({}, {}, {})
    for m, measure in books.instance.measures.items():
        c, k, s = measure.county, measure.category, measure.industry
        if s:
            found.own[c, k, s] = found.own.get((c, k, s), ZERO) + books.supply[m]
            sales = exact(measure.outlet) * books.effective[m]
            found.outlet[c, s] = found.outlet.get((c, s), ZERO) + sales
        else:
            found.pool[c, k] = found.pool.get((c, k), ZERO) + books.supply[m]
    return found


def outlets(books: Books) -> dict[Pair, Decimal]:
    """Return what measures add to the sales of industries, by county and industry [money per year]."""
    return _supplied(books).outlet


def adds_capacity(books: Books) -> Comparisons:
    """Capacity is the baseline, what the industry's own measures add, and a part of what the county's add."""
    supplied = _supplied(books)
    parts: dict[tuple[str, str], Decimal] = {}
    for (c, s), row in books.baseline.items():
        for k in CATEGORIES:
            cell = books.industries.number(f"capacity_{k}", c, s)
            least = exact(getattr(row, k)) + supplied.own.get((c, k, s), ZERO)
            yield Comparison((c, s, k), cell, "≥", least)
            parts[c, k] = parts.get((c, k), ZERO) + max(ZERO, cell - least)
    for spot, given in parts.items():
        yield Comparison(spot, given, "≤", supplied.pool.get(spot, ZERO))


def need(books: Books, s: str, k: JobCategory) -> Decimal:
    """Return the capacity that one job takes, 1 where nothing is said."""
    return exact(books.instance.industries[s].needs.get(k, 1.0))


def within_bottleneck(books: Books) -> Comparisons:
    """Jobs need no more workplaces, qualified workers and positions than there are."""
    for c, s in books.baseline:
        for k in JOB_CATEGORIES:
            needed = need(books, s, k) * books.industries.number("jobs", c, s)
            yield Comparison((c, s, k), needed, "≤", books.industries.number(f"capacity_{k}", c, s))


def within_market(books: Books) -> Comparisons:
    """An industry sells no more than its buyers and its new outlets take, and the market shown is theirs."""
    more = outlets(books)
    for (c, s), row in books.baseline.items():
        cell = books.industries.numbers["market"].get((c, s))
        if row.market is None:
            yield Comparison((c, s, "market"), "" if cell is None else str(cell), "=", "")
            continue
        most = exact(row.market) + more.get((c, s), ZERO)
        yield Comparison((c, s), _sold(books, c, s), "≤", most)
        yield Comparison((c, s, "market"), ZERO if cell is None else cell, "=", most, books.grain)


def within_shared_market(books: Books) -> Comparisons:
    """What the counties of a shared market sell together is no more than its buyers and new outlets take."""
    found = outlets(books)
    for number, market in enumerate(books.instance.markets, 1):
        s, place, most = market.industry, (market.industry, market.region, str(number)), exact(market.amount)
        sold = more = today = ZERO
        for c in sellers(books, market):
            sold += _sold(books, c, s)
            more += found.get((c, s), ZERO)
            today += books.industries.number("jobs_quo", c, s)
        yield Comparison(place, sold, "≤", most + more)
        yield Comparison((*place, "quo"), exact(books.instance.industries[s].productivity) * today, "≤", most)


def sellers(books: Books, market: Market) -> list[str]:
    """Return the counties that sell on a shared market."""
    return [c for c, s in books.baseline if s == market.industry and market.region in ("", books.region(c)[1])]


def _sold(books: Books, c: str, s: str) -> Decimal:
    """Return what an industry has to sell [money per year]."""
    industry = books.instance.industries[s]
    worth = exact(industry.productivity) * books.industries.number("jobs", c, s)
    return worth + exact(industry.uplift) * books.industries.number("upgraded", c, s)


def covers_jobs(books: Books) -> Comparisons:
    """Insured and upgraded jobs are jobs, and no more than insurance and technology reach."""
    for pair in books.baseline:
        jobs = books.industries.number("jobs", *pair)
        for column, k in (("insured", "insurance"), ("upgraded", "technology")):
            covered = books.industries.number(column, *pair)
            yield Comparison((*pair, column, "least"), covered, "≥", ZERO)
            yield Comparison((*pair, column, "jobs"), covered, "≤", jobs)
            yield Comparison((*pair, column, k), covered, "≤", books.industries.number(f"capacity_{k}", *pair))


def within_jobs(books: Books) -> Comparisons:
    """Jobs are at least those of today, and at most what the industry allows."""
    for (c, s), row in books.baseline.items():
        before = exact(row.jobs)
        yield Comparison((c, s, "jobs_before"), books.industries.number("jobs_before", c, s), "=", before)
        for column in ("jobs", "jobs_quo"):
            jobs = books.industries.number(column, c, s)
            yield Comparison((c, s, column, "least"), jobs, "≥", before)
            if row.max_jobs is not None:
                yield Comparison((c, s, column, "max_jobs"), jobs, "≤", exact(row.max_jobs))


def within_people(books: Books) -> Comparisons:
    """A county fills no more new jobs than it has people who look for work."""
    for c, county in books.instance.counties.items():
        if county.jobseekers is None:
            continue
        for column, more in (("jobs", direct_jobs(books, c)), ("jobs_quo", ZERO)):
            yield Comparison((c, column), new_jobs(books, c, column) + more, "≤", exact(county.jobseekers))


def new_jobs(books: Books, c: str, column: str) -> Decimal:
    """Return the jobs that a column shows in a county beyond those of today."""
    today = total(exact(books.baseline[pair].jobs) for pair in books.pairs_in[c])
    return books.industries.add(column, books.pairs_in[c]) - today


def direct_jobs(books: Books, c: str) -> Decimal:
    """Return the jobs that measures in a county bring by themselves."""
    return total(exact(books.instance.measures[m].jobs) * books.effective[m] for m in books.measures_in[c])


def reaches_viable(books: Books) -> Comparisons:
    """An industry grows only where it reaches its viable size, and is shown as established only there."""
    for (c, s), row in books.baseline.items():
        viable, before = exact(books.instance.industries[s].viable_jobs), exact(row.jobs)
        for column, flag in (("jobs", "established"), ("jobs_quo", "established_quo")):
            jobs, there = books.industries.number(column, c, s), books.industries.number(flag, c, s)
            if before >= viable:
                yield Comparison((c, s, flag), there, "=", ONE)
            elif there:
                yield Comparison((c, s, flag), jobs, "≥", viable * there)
            else:
                yield Comparison((c, s, column), jobs, "=", before)


def reaches_cluster(books: Books) -> Comparisons:
    """A cluster is claimed only where the industry has the jobs for it."""
    for c, s in books.baseline:
        claimed, size = books.industries.number("clustered", c, s), books.instance.industries[s].cluster_jobs
        if size is None:
            yield Comparison((c, s), claimed, "=", ZERO)
        elif claimed:
            yield Comparison((c, s), books.industries.number("jobs", c, s), "≥", exact(size) * claimed)


def kept(world: World, pair: Pair, jobs: Decimal, insured: Decimal) -> Decimal:
    """Return the jobs kept through the year in a scenario (formulation, 19)."""
    return jobs - world.hazard[pair] * (jobs - insured)


def kept_today(books: Books, world: World, pair: Pair) -> Decimal:
    """Return the jobs that would be kept through the year in a scenario as an industry stands today."""
    jobs = exact(books.baseline[pair].jobs)
    return kept(world, pair, jobs, min(jobs, exact(books.baseline[pair].insurance)))


def held_before(books: Books, c: str) -> Decimal:
    """Return the jobs that a county can expect to keep through the year as it stands today."""
    found = ZERO
    for pair, world in product(books.pairs_in[c], books.worlds.values()):
        found += world.chance * kept_today(books, world, pair)
    return found


def produced(books: Books, world: World, pair: Pair, retained: Decimal, upgraded: Decimal) -> Decimal:
    """Return the output of a year in a scenario (formulation, 20) [money]."""
    industry = books.instance.industries[pair[1]]
    return exact(industry.productivity) * world.factor[pair] * retained + exact(industry.uplift) * upgraded


def retained(books: Books, world: World, pair: Pair) -> Decimal:
    """Return the jobs that an industry keeps in a scenario under the plan: decided after it where a factor strikes."""
    if world.struck:
        return books.outcomes.number("retained", world.name, *pair)
    return kept(world, pair, books.industries.number("jobs", *pair), books.industries.number("insured", *pair))


def output(books: Books, world: World, pair: Pair) -> Decimal:
    """Return the output of an industry in a scenario under the plan [money]."""
    sheet, key = (books.outcomes, (world.name, *pair)) if world.struck else (books.industries, pair)
    return produced(books, world, pair, retained(books, world, pair), sheet.number("upgraded", *key))


def retains_jobs(books: Books) -> Comparisons:
    """Jobs kept through the year are what hazard leaves of those not insured, expected over the scenarios."""
    for pair in books.baseline:
        expected = books.expect({w: retained(books, world, pair) for w, world in books.worlds.items()})
        yield Comparison(pair, books.industries.number("retained", *pair), "=", expected)


def yields_output(books: Books) -> Comparisons:
    """Output follows the jobs kept and the jobs upgraded, expected over the scenarios."""
    for pair in books.baseline:
        expected = books.expect({w: output(books, world, pair) for w, world in books.worlds.items()})
        yield Comparison(pair, books.industries.number("output", *pair), "=", expected, books.grain)


def expect_limits(
    books: Books, pair: Pair, jobs: Decimal, cover: Decimal, lift: Decimal, at_most: bool
) -> tuple[Decimal, Decimal]:
    """Return the least or the most that is expected of some jobs: those kept, and their output [money].

    cover, lift: how many of them are insured and upgraded. At least none at all is kept where a factor may strike.
    """
    held = made = ZERO
    for world in books.worlds.values():
        stays = ZERO if world.struck and not at_most else kept(world, pair, jobs, cover)
        held += world.chance * stays
        made += world.chance * produced(books, world, pair, stays, lift)
    return held, made


def starts_from_baseline(books: Books) -> Comparisons:
    """Without the plan, jobs fit what stands today; jobs kept and output lie within what that allows."""
    for (c, s), row in books.baseline.items():
        industry, jobs = books.instance.industries[s], books.industries.number("jobs_quo", c, s)
        for k in JOB_CATEGORIES:
            yield Comparison((c, s, k, "quo"), need(books, s, k) * jobs, "≤", exact(getattr(row, k)))
        if row.market is not None:
            yield Comparison((c, s, "market", "quo"), exact(industry.productivity) * jobs, "≤", exact(row.market))
        insured, upgraded = min(jobs, exact(row.insurance)), min(jobs, exact(row.technology))
        for at_most, cover, lift in ((False, ZERO, ZERO), (True, insured, upgraded)):
            limits = expect_limits(books, (c, s), jobs, cover, lift, at_most)
            for column, limit in zip(("retained_quo", "output_quo"), limits, strict=True):
                cell = books.industries.number(column, c, s)
                yield Comparison((c, s, column), cell, "≤" if at_most else "≥", limit)
