"""What must fit together between the rows: references, orders, sums. Each check yields faults."""

import math
from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import chain, pairwise
from typing import Any, get_args

from alloc.instance import rules, schema
from alloc.instance.commitments import commitments_are_paid
from alloc.instance.document import Path
from alloc.instance.drawn import draws_hold
from alloc.instance.figures import rows_of
from alloc.instance.lookups import standing_counties
from alloc.instance.money import ROUNDING, available, sold_on
from alloc.instance.names import suggest_id
from alloc.instance.parts import parts_are_shares
from alloc.instance.ranges import ranges_hold
from alloc.instance.schema import Document
from alloc.instance.selections import select
from alloc.instance.sharing import sharing_holds
from alloc.instance.suggest import list_numbers, nearest
from alloc.instance.tables import TABLES

Found = tuple[Path, str, dict[str, Any]]
"""Where (path), which sentence, and what fills it."""

Ids = Mapping[str, Mapping[str, object]]
"""Ids as written, also of rows that are themselves at fault: table → ids, in the order written."""


def _known(path: Path, value: str, table: str, ids: Ids) -> Iterator[Found]:
    if value not in ids[table]:
        yield path, "unknown_id", {"found": value, "table": table, "hint": suggest_id(value, ids[table])}


def ids_are_plain(document: Document, ids: Ids) -> Iterator[Found]:
    """Ids stay out of the way of lists (`|`), formulas (`= + - @`) and line ends."""
    for table, rows in ids.items():
        for row in rows:
            if not row.strip() or row != row.strip() or row[0] in "=+-@" or any(c in row for c in "|\t\r\n"):
                yield (table, row), "bad_id", {"found": row}


def places_exist(document: Document, ids: Ids) -> Iterator[Found]:
    """Counties, industries and chains that rows speak of are in their tables."""
    for i, row in enumerate(document.baseline):
        yield from _known(("baseline", i, "county"), row.county, "counties", ids)
        yield from _known(("baseline", i, "industry"), row.industry, "industries", ids)
    for i, link in enumerate(document.links):
        yield from _known(("links", i, "from"), link.from_, "industries", ids)
        yield from _known(("links", i, "to"), link.to, "industries", ids)
    for i, market in enumerate(document.markets):
        yield from _known(("markets", i, "industry"), market.industry, "industries", ids)
    for i, gain in enumerate(document.sharing):
        yield from _known(("sharing", i, "county"), gain.county, "counties", ids)
        if gain.industry:
            yield from _known(("sharing", i, "industry"), gain.industry, "industries", ids)
    for s, industry in document.industries.items():
        if industry.chain and document.chains:
            yield from _known(("industries", s, "chain"), industry.chain, "chains", ids)
    for w, scenario in document.scenarios.items():
        yield from _scenario_refers(scenario, ("scenarios", w), ids)
        for c, local in scenario.counties.items():
            yield from _known(("scenarios", w, "counties", c), c, "counties", ids)
            yield from _scenario_refers(local, ("scenarios", w, "counties", c), ids)


def _scenario_refers(row: schema.Scenario | schema.Local, path: Path, ids: Ids) -> Iterator[Found]:
    for key in ("hazard", "productivity", "market"):
        for s in getattr(row, key):
            yield from _known((*path, key, s), s, "industries", ids)


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
        yield from _known(("measures", m, "county"), measure.county, "counties", ids)
        if measure.industry:
            yield from _known(("measures", m, "industry"), measure.industry, "industries", ids)
        for key, table in tables.items():
            for other in getattr(measure, key):
                yield from _known(("measures", m, key), other, table, ids)
                if table == "measures" and other == m:
                    yield ("measures", m, key), "names_itself", {"found": m}
        payers: dict[str, object] = dict.fromkeys((*schema.KINDS, *ids["funds"]))
        for key in ("min_share", "max_share"):
            for payer in getattr(measure, key):
                yield from _known(("measures", m, key, payer), payer, "funds", {"funds": payers})


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
    """Today's jobs fit today's bottlenecks, each row stands once, and jobseekers are known."""
    seen: dict[tuple[str, str], int] = {}
    for i, row in enumerate(document.baseline):
        twin = seen.setdefault((row.county, row.industry), i)
        if twin != i:
            values = {"found": f"{row.county}, {row.industry}", "first": twin + 1, "twin": twin}
            yield ("baseline", i), "duplicate_row", values
        for what, limit in _jobs_above(document, row):
            yield ("baseline", i, what), "jobs_above", {"jobs": row.jobs, "what": what, "limit": limit}
    for i, market in enumerate(document.markets):
        found = document.industries.get(market.industry)
        if found is None:
            continue
        today = math.fsum(found.productivity * row.jobs for row in sold_on(document, market))
        if today > market.amount * (1 + ROUNDING):
            yield ("markets", i, "amount"), "market_below", {"found": market.amount, "today": today}
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
        yield from _known((*path, "counties"), c, "counties", ids)
    for c in fund.by_county or {}:
        yield from _known((*path, "by_county", c), c, "counties", ids)


def resources_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """A resource has an amount, and is in counties that exist."""
    for r, resource in document.resources.items():
        if resource.amount is None and not resource.by_county:
            yield ("resources", r), "resource_without_amount", {}
        for c in resource.by_county:
            yield from _known(("resources", r, "by_county", c), c, "counties", ids)


def synergies_and_scenarios_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """Synergies name different measures that exist; probabilities sum to 1."""
    for i, synergy in enumerate(document.synergies):
        for m in synergy.measures:
            yield from _known(("synergies", i, "measures"), m, "measures", ids)
        if len(set(synergy.measures)) < len(synergy.measures):
            yield ("synergies", i, "measures"), "two_measures", {"found": ", ".join(synergy.measures)}
    total = math.fsum(scenario.probability for scenario in document.scenarios.values())
    if document.scenarios and abs(total - 1) > 1e-9:
        yield ("scenarios",), "probabilities", {"found": total, "limit": 1.0}


def rules_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """Rules have names of their own, select by words that exist, and keep minima below maxima."""
    names: dict[str, int] = {}
    for i, rule in enumerate(document.rules):
        path: Path = ("rules", i)
        if rule.each == "measure" and rule.type != "change":
            words = ", ".join(get_args(schema.Attribute))
            yield (*path, "each"), "not_allowed", {"found": "'measure'", "what": "each", "hint": "", "expected": words}
        if rule.name in names:
            twin = names[rule.name]
            values = {"found": rule.name, "first": f"rules[{twin + 1}]", "twin": twin}
            yield (*path, "name"), "duplicate_id", values
        names.setdefault(rule.name, i)
        for key, name in rule.selections().items():
            yield from _selects(document, getattr(rule, name), (*path, key), ids)
        yield from _rule_counts(document, rule, path, ids)


def _rule_counts(document: Document, rule: rules.AnyRule, path: Path, ids: Ids) -> Iterator[Found]:
    """Yield what does not fit of the funds, the bounds and the people of one rule."""
    funds = [*ids["funds"], *schema.KINDS, "all"]
    for key in rule.purses():
        fund = getattr(rule, key)
        if fund not in funds:
            yield (*path, key), "unknown_id", {"found": fund, "table": "funds", "hint": nearest(fund, funds)}
    low, high = rule.bounds
    if low is not None and high is not None and low > high:
        yield path, "min_above_max", {"min": low, "max": high, "what": "rule"}
    if getattr(rule, "per", None) and rule.each != "county" and rule.within != "county":
        yield (*path, "per"), "capita_needs_county", {}
    if isinstance(rule, rules.Equity) or rule.times == "population":
        for c, county in document.counties.items():
            if county.population <= 0:
                yield ("counties", c, "population"), "population_missing", {"rule": rule.name}


def rules_select(document: Document, ids: Ids) -> Iterator[Found]:
    """A rule that asks for something selects what it asks for: a law must not lapse by a misspelt tag."""
    if not _whole(document, ids):
        return
    for i, rule in enumerate(document.rules):
        asks = rule.bounds[0] if rule.times != "previous" else None
        if isinstance(rule, rules.Benefit) or rule.each or rule.within or not asks:
            continue
        selection = rule.counted.of
        path: Path = ("rules", i, next(iter(rule.selections())))
        is_known = next(_selects(document, selection, path, ids), None) is None
        if is_known and not select(document, selection):
            yield from _why_nothing(document, selection, path)


def _why_nothing(document: Document, selection: schema.Selection, path: Path) -> Iterator[Found]:
    """Yield what of a selection that selects nothing is to blame: a tag, a key by itself, or all keys together."""
    tags = dict.fromkeys(chain(*(measure.tags for measure in document.measures.values())))
    unused = [tag for tag in selection.tag if tag not in tags]
    for tag in unused:
        yield (*path, "tag"), "tag_unused", {"found": tag, "hint": nearest(tag, tags)}
    if unused:
        return
    together = True
    for key, words in selection:
        if words and not select(document, schema.Selection(**{key: words})):
            together = False
            yield (*path, key), "selects_nothing", {"found": ", ".join(words)}
    if together:
        yield path, "selects_nothing_together", {}


def _whole(document: Document, ids: Ids) -> bool:
    """Tell whether every measure was read, and lies where there is something: else nobody can say what is selected."""
    for table in ("counties", "industries", "measures"):
        if len(getattr(document, table)) != len(ids[table]):
            return False
    for row in document.measures.values():
        if row.county not in document.counties or (row.industry and row.industry not in document.industries):
            return False
    return True


def _selects(document: Document, selection: schema.Selection, path: Path, ids: Ids) -> Iterator[Found]:
    tables = {"county": "counties", "industry": "industries", "measure": "measures"}
    for key, table in tables.items():
        for word in getattr(selection, key):
            yield from _known((*path, key), word, table, ids)
    chains = [*document.chains, *(industry.chain for industry in document.industries.values())]
    regions = document.regions.values()
    for key, known in (("chain", chains), ("region", regions)):
        for word in getattr(selection, key):
            if word not in known:
                hint = nearest(word, known)
                yield (*path, key), "unknown_id", {"found": word, "table": f"{key}s", "hint": hint}


def objective_is_one(document: Document, ids: Ids) -> Iterator[Found]:
    """The objective is either weights or an order of different goals."""
    objective = document.objective
    if objective.order and (objective.employment or objective.linkage):
        yield ("objective",), "weights_and_order", {}
    if len(set(objective.order)) < len(objective.order):
        yield ("objective", "order"), "order_repeats", {}


def sources_exist(document: Document, ids: Ids) -> Iterator[Found]:
    """Every source is a key of `sources` or the word `assumption`."""
    known = [*document.sources, "assumption"]
    for table in dict.fromkeys([*ids, *TABLES]):
        for key, row in rows_of(document, table).items():
            named: dict[tuple[str, ...], str] = {("source",): row.source} if row.source else {}
            for column, source in row.sources.items():
                named["sources", column] = source
            for where, source in named.items():
                if source not in known:
                    values = {"found": source, "table": "sources", "hint": nearest(source, known)}
                    yield (table, key, *where), "unknown_id", values


ABSENCES = frozenset(
    {
        "fund_without_money",
        "resource_without_amount",
        "ceiling_missing",
        "jobseekers_missing",
        "population_missing",
        "capita_needs_county",
        "commitments_unpaid",
    }
)
"""Faults of something missing: not said of a row whose value was written, but wrongly."""

CHECKS: tuple[Callable[[Document, Ids], Iterator[Found]], ...] = (
    ids_are_plain,
    places_exist,
    regions_are_plain,
    measures_refer,
    requirements_end,
    measures_are_ordered,
    national_money_fits,
    baseline_holds,
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
