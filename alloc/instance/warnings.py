"""What is allowed but looks wrong. Each check yields warnings; none of them is mended silently."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from alloc.instance import schema
from alloc.instance.amounts import few_people, mixed_amounts
from alloc.instance.document import Found, Path, Source
from alloc.instance.lookups import leaned_on, sites
from alloc.instance.money import ROUNDING, available, eligible_funds, least_shares, most_shares, of_kind, sellers
from alloc.instance.parts import percentages
from alloc.instance.plans import previous_money
from alloc.instance.rules import AnyRule, Change, Complement, Share
from alloc.instance.schema import KINDS, Document, Instance
from alloc.instance.selections import groups
from alloc.instance.sharing import gains_beyond
from alloc.instance.suggest import nearest
from alloc.instance.tables import TABLES, WITHOUT_ID
from alloc.instance.unused import settings_without_use, tags_like_lists

LONGEST_ID = 60
"""No county, fund or measure is called by more letters than this."""

_SENTENCE = re.compile(r"[：；。，！？]|[:;,!?](\s|$)|^(注|备注|说明|note|source)(\s|$)", re.IGNORECASE)
"""Signs that part sentences, and what notes below a table begin with."""

WIDEST_COSTS = 1000
WIDEST_COEFFICIENTS = 1e6


def ids_like_notes(document: Document) -> Iterator[Found]:
    """A row of notes below a table, typed into the column of ids, is one more county, fund or measure."""
    for table in TABLES:
        for row in getattr(document, table) if table not in WITHOUT_ID else ():
            if len(row) > LONGEST_ID or _SENTENCE.search(row):
                yield (table, row), "id_like_note", {"found": row}


def mixed_money(document: Document) -> Iterator[Found]:
    """Unit costs of one category that differ a thousandfold look like 元 among 万元."""
    by_category: dict[str, dict[str, float]] = {k: {} for k in schema.CATEGORIES}
    for m, row in document.measures.items():
        if row.unit_cost > 0:
            by_category[row.category][m] = row.unit_cost
    for k, costs in by_category.items():
        if costs:
            low, high = min(costs, key=costs.__getitem__), max(costs, key=costs.__getitem__)
            if costs[high] > WIDEST_COSTS * costs[low]:
                values = {"category": k, "low": low, "least": costs[low], "high": high, "most": costs[high]}
                yield ("measures", high, "unit_cost"), "mixed_money", values


def wide_coefficients(document: Document) -> Iterator[Found]:
    """Coefficients that span more than a million times lose digits in any solver."""
    numbers = {path: number for path, number in _coefficients(document) if number > 0}
    if numbers:
        low, high = min(numbers, key=numbers.__getitem__), max(numbers, key=numbers.__getitem__)
        if numbers[high] > WIDEST_COEFFICIENTS * numbers[low]:
            where = Source().label(low)
            yield high, "wide_coefficients", {"most": numbers[high], "least": numbers[low], "where": where}


def _coefficients(document: Document) -> Iterator[tuple[Path, float]]:
    for m, measure in document.measures.items():
        for key in ("unit_cost", "fixed_cost", "effect", "jobs", "linkage", "outlet", "max_units"):
            yield ("measures", m, key), getattr(measure, key)
        for r, amount in measure.uses.items():
            yield ("measures", m, "uses", r), amount
    for s, industry in document.industries.items():
        for key in ("productivity", "uplift", "viable_jobs"):
            yield ("industries", s, key), getattr(industry, key)
    for i, link in enumerate(document.links):
        yield ("links", i, "buys"), link.buys


def counties_without_money(document: Document) -> Iterator[Found]:
    """A county that no fund may be spent in."""
    reached: set[str] = set()
    for fund in document.funds.values():
        here = fund.counties or document.counties
        reached.update(here if fund.by_county is None else fund.by_county.keys() & {*here})
    for c in document.counties:
        if c not in reached:
            yield ("counties", c), "county_without_fund", {}


def never_funded(document: Document) -> Iterator[Found]:
    """A measure that can never go ahead, though it is eligible."""
    for m, measure in document.measures.items():
        if not measure.eligible:
            if measure.committed:
                yield ("measures", m, "committed"), "committed_not_eligible", {}
            elif not measure.reason:
                yield ("measures", m, "reason"), "no_reason", {}
            continue
        why = _obstacle(document, m)
        if why:
            yield ("measures", m), *why


def _obstacle(document: Document, m: str) -> tuple[str, dict[str, Any]] | None:
    """Return why no plan can fund a measure, or nothing."""
    measure = document.measures[m]
    if measure.integer and math.ceil(measure.min_units - 1e-9) > math.floor(measure.max_units + 1e-9):
        return "never_whole", {"min": measure.min_units, "max": measure.max_units}
    for other in measure.requires:
        if not document.measures[other].eligible:
            return "never_required", {"other": other}
    return _obstacle_of_money(document, m)


def _obstacle_of_money(document: Document, m: str) -> tuple[str, dict[str, Any]] | None:
    """Return why no funds can pay for a measure at its smallest scale, or nothing."""
    measure = document.measures[m]
    cheapest = measure.fixed_cost + measure.unit_cost * measure.min_units
    if cheapest <= 0 and not measure.national_planned:
        return None
    funds = eligible_funds(document, m)
    if not funds:
        return "never_paid", {}
    money = sum(available(document, f, measure.county) for f in funds)
    if money * (1 + ROUNDING) < cheapest:
        return "never_enough", {"money": money, "cost": cheapest}
    return _shares_apart(document, m, funds, cheapest > 0) or _planned_apart(document, measure, funds)


def _shares_apart(document: Document, m: str, funds: Sequence[str], costs: bool) -> tuple[str, dict[str, Any]] | None:
    """Return why the shares that funds must and may pay do not make up a cost; costs: whether there is any."""
    least, most = least_shares(document, m), most_shares(document, m, funds)
    if sum(most.values()) < 1 - ROUNDING:
        return "never_shared", {}
    if sum(least.values()) > 1 + ROUNDING:
        return "never_least", {}
    if not costs:
        return None
    payers = {*funds, *(document.funds[f].kind for f in funds)}
    for who, share in document.measures[m].min_share.items():
        if share > 0 and who not in payers:
            return _never_pays(who)
    for kind, share in least.items():
        if share > most[kind] + ROUNDING:
            return "never_between", {"kind": kind, "least": share, "most": most[kind]}
    return None


def _never_pays(who: str) -> tuple[str, dict[str, Any]]:
    """Return the sentence for a least share that is asked of a fund, or of a kind of fund, that may not pay."""
    return ("never_kind", {"kind": who}) if who in KINDS else ("never_fund", {"fund": who})


def _planned_apart(
    document: Document, measure: schema.Measure, funds: Sequence[str]
) -> tuple[str, dict[str, Any]] | None:
    """Return why the nation cannot pay what it has decided to pay."""
    planned = measure.national_planned or 0.0
    if planned > 0 and not of_kind(document, funds, "national"):
        return "never_kind", {"kind": "national"}
    if planned > measure.largest_cost * (1 + ROUNDING):
        return "never_planned", {"found": planned, "limit": measure.largest_cost}
    return None


def idle_parts(document: Document) -> Iterator[Found]:
    """Parts of measures that can have no effect."""
    rows = sites(document)
    named = _named(document)
    for m, measure in document.measures.items():
        adds = measure.effect or measure.outlet
        if adds and measure.industry and (measure.county, measure.industry) not in rows:
            values = {"industry": measure.industry, "county": measure.county}
            yield ("measures", m, "industry"), "no_baseline", values
        if measure.outlet and not measure.industry:
            yield ("measures", m, "outlet"), "outlet_without_industry", {}
        if m in named and measure.min_units == 0:
            yield ("measures", m, "min_units"), "zero_units", {}


def _named(document: Document) -> set[str]:
    """Return the eligible measures that count by going ahead: as required ones, in synergies, or in rules of number."""
    found = set(leaned_on(document))
    for rule in document.rules:
        if rule.bounds[0] and not rule.counted.purse:
            for group in groups(document, rule):
                found.update(group.counted)
    return {m for m in found if document.measures[m].eligible}


def empty_rules(document: Document) -> Iterator[Found]:
    """A rule that bounds nothing, or selects nothing."""
    for i, rule in enumerate(document.rules):
        if rule.bounds == (None, None):
            yield ("rules", i), "rule_without_bounds", {}
        if next(groups(document, rule), None) is None:
            yield ("rules", i), "rule_selects_nothing", {}


def rules_that_forbid(document: Document) -> Iterator[Found]:
    """A rule that leaves no money to spend: national money that no aid can follow, shares that cannot sum to 1."""
    for i, rule in enumerate(document.rules):
        barred = _list_barred(document, rule)
        if barred:
            yield ("rules", i), "rule_bars_national", {"groups": ", ".join(barred)}
        if isinstance(rule, Share) and rule.max is not None and _parts_all(rule):
            number = len(list(groups(document, rule)))
            if number * rule.max < 1:
                yield ("rules", i, "max"), "shares_below_one", {"number": number, "max": rule.max}


def _list_barred(document: Document, rule: AnyRule) -> list[str]:
    """Return the groups of a rule in which national money needs aid beside it, and no measure can take aid."""
    if not isinstance(rule, Complement) or rule.ratio <= 0:
        return []
    return [group.name or rule.name for group in groups(document, rule) if not group.counted]


def _parts_all(rule: Share) -> bool:
    """Tell whether the groups of a share rule part all that it compares with: each measure lies in one of them."""
    return rule.each in ("county", "category", "region") and not rule.within and rule.of == rule.in_


def markets_without_sellers(document: Document) -> Iterator[Found]:
    """A shared market that binds nobody: no county of its region, or none where the industry can exist."""
    for i, market in enumerate(document.markets):
        regions = dict.fromkeys(document.regions.values())
        if market.region and market.region not in regions:
            hint = nearest(market.region, regions)
            yield ("markets", i, "region"), "market_without_region", {"found": market.region, "hint": hint}
        elif not sellers(document, market):
            yield ("markets", i), "market_without_sellers", {"industry": market.industry}


def plans_that_say_nothing(instance: Instance) -> Iterator[Found]:
    """A rule of change that compares with nothing: no money of last year, or money of measures that are no more."""
    for i, rule in enumerate(instance.rules):
        if isinstance(rule, Change):
            for text, key, words in (_nothing_before(instance, rule), _no_more(instance, rule)):
                if words:
                    yield ("rules", i, "previous"), text, {"plan": rule.previous, key: ", ".join(words)}


def _nothing_before(instance: Instance, rule: Change) -> tuple[str, str, list[str]]:
    """Return the groups of a rule of change that had no money last year."""
    empty: list[str] = []
    for group in groups(instance, rule):
        if previous_money(instance, rule, group) == 0:
            empty.append(group.name or rule.name)
    return "change_from_nothing", "groups", empty


def _no_more(instance: Instance, rule: Change) -> tuple[str, str, list[str]]:
    """Return measures of last year that are no more, where a rule of change goes by measures or tags."""
    if rule.each != "measure" and not rule.of.measure and not rule.of.tag:
        return "plan_of_others", "measures", []
    gone: dict[str, None] = {}
    for row in instance.previous[rule.previous]:
        if row.amount and row.measure not in instance.measures:
            gone[row.measure] = None
    return "plan_of_others", "measures", list(gone)[:10]


CHECKS: tuple[Callable[[Instance], Iterator[Found]], ...] = (
    ids_like_notes,
    percentages,
    mixed_money,
    mixed_amounts,
    few_people,
    wide_coefficients,
    counties_without_money,
    never_funded,
    idle_parts,
    markets_without_sellers,
    gains_beyond,
    settings_without_use,
    tags_like_lists,
    empty_rules,
    rules_that_forbid,
    plans_that_say_nothing,
)
