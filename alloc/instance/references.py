"""What must fit together between the rows: references, orders, sums. Each check yields faults."""

import math
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from alloc.instance import schema
from alloc.instance.commitments import commitments_are_paid
from alloc.instance.document import Found, Ids, Path
from alloc.instance.drawn import draws_hold
from alloc.instance.figures import rows_of
from alloc.instance.lookups import standing_counties
from alloc.instance.money import ROUNDING, available, sold_on
from alloc.instance.names import check_id
from alloc.instance.parts import parts_are_shares
from alloc.instance.ranges import ranges_hold
from alloc.instance.rows import fields_of
from alloc.instance.rule_faults import rules_hold, rules_select
from alloc.instance.schema import Document
from alloc.instance.sharing import sharing_holds
from alloc.instance.suggest import list_numbers, nearest
from alloc.instance.tables import TABLES


def ids_are_plain(document: Document, ids: Ids) -> Iterator[Found]:
    """Ids stay out of the way of lists (`|`), formulas (`= + - @`) and line ends."""
    for table, rows in ids.items():
        for row in rows:
            if not row.strip() or row != row.strip() or row[0] in "=+-@" or any(c in row for c in "|\t\r\n"):
                yield (table, row), "bad_id", {"found": row}


def places_exist(document: Document, ids: Ids) -> Iterator[Found]:
    """Counties, industries and chains that rows speak of are in their tables."""
    for i, row in enumerate(document.baseline):
        yield from check_id(("baseline", i, "county"), row.county, "counties", ids)
        yield from check_id(("baseline", i, "industry"), row.industry, "industries", ids)
    for i, link in enumerate(document.links):
        yield from check_id(("links", i, "from"), link.from_, "industries", ids)
        yield from check_id(("links", i, "to"), link.to, "industries", ids)
    for i, market in enumerate(document.markets):
        yield from check_id(("markets", i, "industry"), market.industry, "industries", ids)
    for i, gain in enumerate(document.sharing):
        yield from check_id(("sharing", i, "county"), gain.county, "counties", ids)
        if gain.industry:
            yield from check_id(("sharing", i, "industry"), gain.industry, "industries", ids)
    for s, industry in document.industries.items():
        if industry.chain and document.chains:
            yield from check_id(("industries", s, "chain"), industry.chain, "chains", ids)


def scenarios_refer(document: Document, ids: Ids) -> Iterator[Found]:
    """Counties and industries that scenarios speak of are in their tables."""
    for w, scenario in document.scenarios.items():
        yield from _scenario_refers(scenario, ("scenarios", w), ids)
        for c, local in scenario.counties.items():
            yield from check_id(("scenarios", w, "counties", c), c, "counties", ids)
            yield from _scenario_refers(local, ("scenarios", w, "counties", c), ids)


def _scenario_refers(row: schema.Scenario | schema.Local, path: Path, ids: Ids) -> Iterator[Found]:
    for key in ("hazard", "productivity", "market"):
        for s in getattr(row, key):
            yield from check_id((*path, key, s), s, "industries", ids)


def regions_are_plain(document: Document, ids: Ids) -> Iterator[Found]:
    """A county without a region is one of its own, so its name cannot be the region of others."""
    regions = {county.region for county in document.counties.values()}
    for c, county in document.counties.items():
        if not county.region and c in regions:
            yield ("counties", c, "region"), "region_name_taken", {"found": c}


def measures_refer(document: Document, ids: Ids) -> Iterator[Found]:
    """Everything a measure names exists, and it does not name itself."""
    tables = {
        "funds": "funds",
        "requires": "measures",
        "excludes": "measures",
        "limited_by": "measures",
        "uses": "resources",
        "supplies": "resources",
    }
    for m, measure in document.measures.items():
        yield from check_id(("measures", m, "county"), measure.county, "counties", ids)
        if measure.industry:
            yield from check_id(("measures", m, "industry"), measure.industry, "industries", ids)
        for key, table in tables.items():
            for other in getattr(measure, key):
                yield from check_id(("measures", m, key), other, table, ids)
                if table == "measures" and other == m:
                    yield ("measures", m, key), "names_itself", {"found": m}
        payers: dict[str, object] = dict.fromkeys((*schema.KINDS, *ids["funds"]))
        for key in ("min_share", "max_share"):
            for payer in getattr(measure, key):
                yield from check_id(("measures", m, key, payer), payer, "funds", {"funds": payers})


def requirements_end(document: Document, ids: Ids) -> Iterator[Found]:
    """No measure requires itself through others."""
    requires = {m: set(measure.requires) - {m} for m, measure in document.measures.items()}
    while True:
        try:
            TopologicalSorter(requires).prepare()
            return
        except CycleError as error:
            loop = list(reversed(error.args[1]))
            yield ("measures", loop[0], "requires"), "cycle", {"loop": " → ".join(loop)}
            requires = {m: others - set(loop) for m, others in requires.items()}


def measures_are_ordered(document: Document, ids: Ids) -> Iterator[Found]:
    """Minima do not exceed maxima, and curves of returns run forward to the largest scale."""
    for m, measure in document.measures.items():
        path: Path = ("measures", m)
        if measure.min_units > measure.max_units:
            yield path, "min_above_max", {"min": measure.min_units, "max": measure.max_units, "what": "units"}
        for kind, low in measure.min_share.items():
            high = measure.max_share.get(kind, math.inf)
            if low > high:
                yield (*path, "min_share", kind), "min_above_max", {"min": low, "max": high, "what": "share"}
        if measure.start and measure.end and measure.end < measure.start[: len(measure.end)]:
            yield (*path, "end"), "ends_before_start", {"found": measure.end, "start": measure.start}
        if measure.returns:
            yield from _curve_runs(measure, (*path, "returns"))


def _curve_runs(measure: schema.Measure, path: Path) -> Iterator[Found]:
    """Yield what is wrong with a curve of returns: it runs backwards, ends early, or falls."""
    ends, slopes = zip(*measure.returns, strict=True)
    if any(b <= a for a, b in pairwise([0.0, *ends])):
        yield path, "curve_backwards", {"found": list_numbers(ends)}
    elif ends[-1] < measure.max_units:
        yield path, "curve_short", {"found": ends[-1], "max": measure.max_units}
    if min(slopes) < 0:
        yield path, "curve_falls", {}


def national_money_fits(document: Document, ids: Ids) -> Iterator[Found]:
    """A supplement has a ceiling; what the nation has decided exceeds neither it nor a committed measure's cost."""
    for m, measure in document.measures.items():
        top, planned = measure.national_ceiling, measure.national_planned
        if measure.national in ("supplement", "supplement-strict") and top is None:
            yield ("measures", m, "national_ceiling"), "ceiling_missing", {}
        if planned is not None and top is not None and planned > top:
            yield ("measures", m, "national_planned"), "planned_above", {"found": planned, "limit": top}
        elif planned is not None and measure.committed and planned > measure.largest_cost * (1 + ROUNDING):
            values = {"found": planned, "limit": measure.largest_cost}
            yield ("measures", m, "national_planned"), "planned_above_cost", values


def baseline_holds(document: Document, ids: Ids) -> Iterator[Found]:
    """Today's jobs fit today's bottlenecks, and each row stands once."""
    seen: dict[tuple[str, str], int] = {}
    for i, row in enumerate(document.baseline):
        twin = seen.setdefault((row.county, row.industry), i)
        if twin != i:
            values = {"found": f"{row.county}, {row.industry}", "first": twin + 1, "twin": twin}
            yield ("baseline", i), "duplicate_row", values
        for what, limit in _jobs_above(document, row):
            yield ("baseline", i, what), "jobs_above", {"jobs": row.jobs, "what": what, "limit": limit}


def markets_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """Shared markets take what is sold today."""
    for i, market in enumerate(document.markets):
        found = document.industries.get(market.industry)
        if found is None:
            continue
        today = math.fsum(found.productivity * row.jobs for row in sold_on(document, market))
        if today > market.amount * (1 + ROUNDING):
            yield ("markets", i, "amount"), "market_below", {"found": market.amount, "today": today}


def jobseekers_are_known(document: Document, ids: Ids) -> Iterator[Found]:
    """A county where something stands says how many people look for work."""
    for c in standing_counties(document):
        if c in document.counties and document.counties[c].jobseekers is None:
            yield ("counties", c, "jobseekers"), "jobseekers_missing", {}


def _jobs_above(document: Document, row: schema.Baseline) -> Iterator[tuple[str, float]]:
    """Yield what today's jobs of a row exceed, and the most jobs that it allows."""
    if row.max_jobs is not None and row.jobs > row.max_jobs:
        yield "max_jobs", row.max_jobs
    industry = document.industries.get(row.industry)
    if industry is None:
        return
    for k in schema.JOB_CATEGORIES:
        need = industry.needs.get(k, 1.0)
        if need * row.jobs > getattr(row, k) * (1 + ROUNDING):
            yield k, getattr(row, k) / need
    if row.market is not None and industry.productivity * row.jobs > row.market * (1 + ROUNDING):
        yield "market", row.market / industry.productivity


def funds_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """A fund has money, its kind matches its name, and its minimum is within its amount."""
    for f, fund in document.funds.items():
        path: Path = ("funds", f)
        if fund.amount is None and fund.by_county is None:
            yield path, "fund_without_money", {}
        most = available(document, f)
        if fund.min_use > most * (1 + ROUNDING):
            yield (*path, "min_use"), "min_above_max", {"min": fund.min_use, "max": most, "what": "money"}
        if f == "all" or (f in schema.KINDS and fund.kind != f):
            yield path, "fund_name_taken", {"found": f}
        yield from _fund_counties(fund, path, ids)


def _fund_counties(fund: schema.Fund, path: Path, ids: Ids) -> Iterator[Found]:
    """The counties that a fund is for are there."""
    for c in fund.counties:
        yield from check_id((*path, "counties"), c, "counties", ids)
    for c in fund.by_county or {}:
        yield from check_id((*path, "by_county", c), c, "counties", ids)


def resources_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """A resource has an amount, and is in counties that exist."""
    for r, resource in document.resources.items():
        if resource.amount is None and not resource.by_county:
            yield ("resources", r), "resource_without_amount", {}
        for c in resource.by_county:
            yield from check_id(("resources", r, "by_county", c), c, "counties", ids)


def synergies_and_scenarios_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """Synergies name different measures that exist; probabilities sum to 1."""
    for i, synergy in enumerate(document.synergies):
        for m in synergy.measures:
            yield from check_id(("synergies", i, "measures"), m, "measures", ids)
        if len(set(synergy.measures)) < len(synergy.measures):
            yield ("synergies", i, "measures"), "two_measures", {"found": ", ".join(synergy.measures)}
    total = math.fsum(scenario.probability for scenario in document.scenarios.values())
    if document.scenarios and abs(total - 1) > 1e-9:
        yield ("scenarios",), "probabilities", {"found": total, "limit": 1.0}


def objective_is_one(document: Document, ids: Ids) -> Iterator[Found]:
    """The objective is either weights or an order of different goals."""
    objective = document.objective
    if objective.order and (objective.employment or objective.linkage):
        yield ("objective",), "weights_and_order", {}
    if len(set(objective.order)) < len(objective.order):
        yield ("objective", "order"), "order_repeats", {}


def sources_exist(document: Document, ids: Ids) -> Iterator[Found]:
    """Every source is a key of `sources` or the word `assumption`, and that of a single figure names a column."""
    known = [*document.sources, "assumption"]
    for table in dict.fromkeys([*ids, *TABLES]):
        for key, row in rows_of(document, table).items():
            named: dict[tuple[str, ...], str] = {("source",): row.source} if row.source else {}
            for column, source in row.sources.items():
                named["sources", column] = source
                if column.partition(".")[0] not in fields_of(type(row)):
                    hint = nearest(column, fields_of(type(row)))
                    yield (table, key, "sources", column), "unknown_key", {"hint": hint}
            for where, source in named.items():
                if source not in known:
                    values = {"found": source, "table": "sources", "hint": nearest(source, known)}
                    yield (table, key, *where), "unknown_id", values


DERIVED = frozenset(
    {
        "fund_without_money",
        "resource_without_amount",
        "ceiling_missing",
        "jobseekers_missing",
        "population_missing",
        "capita_needs_county",
        "commitments_unpaid",
        "jobs_above",
        "min_above_max",
        "planned_above_cost",
        "probabilities",
        "range_misses",
    }
)
"""Faults of something missing, or counted with nothing: not said of a row whose value was written, but wrongly."""

CHECKS: tuple[Callable[[Document, Ids], Iterator[Found]], ...] = (
    ids_are_plain,
    places_exist,
    scenarios_refer,
    regions_are_plain,
    measures_refer,
    requirements_end,
    measures_are_ordered,
    national_money_fits,
    baseline_holds,
    markets_hold,
    jobseekers_are_known,
    funds_hold,
    resources_hold,
    synergies_and_scenarios_hold,
    rules_hold,
    rules_select,
    sharing_holds,
    objective_is_one,
    sources_exist,
    ranges_hold,
    draws_hold,
    parts_are_shares,
    commitments_are_paid,
)
