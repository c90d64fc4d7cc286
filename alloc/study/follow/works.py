"""What was bought works on next year, is kept up, and what is still to come is promised.

What lasts for good and serves one industry is added to today's capacity. What cannot stand there - it serves a whole
county, ends in some year, has not begun to work, opens a market, adds a resource - is a committed row of its own that
costs nothing, `NAME-built-2019`: the next roll takes it away when it ends. What was paid for and not accepted yet is
`NAME-promised-2019`, at what is still to be paid of it; what earlier purchases cost each year is `NAME-upkeep-2019`.
"""

import math
from collections.abc import Mapping
from typing import Any

from alloc.instance import JOB_CATEGORIES
from alloc.instance.effects import effective
from alloc.instance.money import ROUNDING, billed
from alloc.instance.schema import Baseline, Category, Measure
from alloc.study.follow.changes import NextYear, tidy, write
from alloc.study.follow.delivery import DeliveryRate
from alloc.study.follow.purchases import WHOLE, Purchase, standing_kind

SPECK = 1e-9
"""A smaller part of a capacity is none."""


OF_THE_YEAR = ("effect", "deadweight", "jobs", "linkage", "outlet", "supplies", "recurrent")
"""What earlier purchases bring and cost by the figures of each year in which they work."""


def raise_capacity(told: NextYear, purchases: Mapping[str, Purchase], rates: list[DeliveryRate]) -> None:
    """Let what was accepted work on, and let what it costs each year be paid."""
    scale = {(rate.county, rate.category): rate.before / rate.after for rate in rates if rate.after > 0}
    ordered = sorted(told.last.measures.items(), key=lambda item: item[1].industry == "")
    for m, bought in ordered:  # what serves a whole county fills what the others leave
        kind, of, row = standing_kind(m), purchases.get(m), _take_next_year(told, m, bought)
        if kind:
            del told.tables["measures"][m]
        if kind == "upkeep":
            _keep_up(told, m, row, row.max_units, row.unit_cost, row.lasts)
        elif kind == "built":
            _let_work(told, m, row, row.max_units, scale.get((row.county, row.category), 1.0))
        elif of is not None:
            _go_on(told, m, row, of, scale.get((row.county, row.category), 1.0))


def _take_next_year(told: NextYear, m: str, row: Measure) -> Measure:
    """Return a measure with what a unit brings and costs each year as the next of several years has it."""
    then = told.base.measures[m]
    return row.model_copy(update={key: getattr(then, key) for key in OF_THE_YEAR})


def _go_on(told: NextYear, m: str, row: Measure, of: Purchase, scale: float) -> None:
    """Let what was accepted of a measure work, be kept up, and what is still to come be promised."""
    if of.accepted > WHOLE:
        _let_work(told, m, row, of.accepted, scale)
        _keep_up(told, m, row, of.accepted, row.recurrent, row.lead + row.lasts)
    if of.promised + of.unpaid > 0:
        update = {"unit_cost": 0.0, "fixed_cost": tidy(of.unpaid), "continuing": True}
        name = m if standing_kind(m) else f"{m}-promised-{told.last.year}"
        values = {"measure": m, "units": write(of.promised), "money": write(of.unpaid)}
        told.add(name, stand(told, row, of.promised, update), "roll_promised", **values)


def _let_work(told: NextYear, m: str, row: Measure, units: float, scale: float) -> None:
    """Add what units bring next year: to today's capacity where they last and serve industries, else as a row."""
    passed = told.year - told.last.year
    if passed >= row.lead + row.lasts:
        return
    rest = _find_rest(told, m, row, units)
    jobs = 0.0 if _is_counted(told, row) else row.jobs * scale
    if rest > SPECK or jobs > 0:
        update = bring(row, rest * scale) | {"lead": max(0, row.lead - passed), "jobs": jobs}
        update |= {"life": None if row.lasts == math.inf else int(row.lasts - max(0, passed - row.lead))}
        name = _name_row(told, m, "built")
        told.add(name, stand(told, row, units, update), "roll_stands", measure=m, units=write(units))


def _find_rest(told: NextYear, m: str, row: Measure, units: float) -> float:
    """Return the part of what units bring that finds no place in today's capacity; what does is added there."""
    if row.outlet or row.linkage or row.supplies or row.lasts < math.inf or told.year - told.last.year < row.lead:
        return 1.0
    capacity = row.effect * effective(told.base, m) * _gain(row, units)
    return 1 - _add_to_today(told, m, row, capacity, units) / capacity if capacity > 0 else 0.0


def _is_counted(told: NextYear, row: Measure) -> bool:
    """Tell whether the direct jobs of a measure are among those counted: it worked where anybody counted."""
    return row.lead == 0 and any(found.county == row.county for found in told.actuals.jobs)


def bring(row: Measure, part: float) -> dict[str, Any]:
    """Return what a part of a measure brings that is there at no cost."""
    free = dict.fromkeys(("unit_cost", "fixed_cost", "recurrent"), 0.0)
    brought = {key: getattr(row, key) * part for key in ("effect", "linkage", "outlet")}
    return {**free, **brought, "supplies": {r: x * part for r, x in row.supplies.items()}}


def _add_to_today(told: NextYear, m: str, row: Measure, capacity: float, units: float) -> float:
    """Add capacity to today's and return how much of it found its place there.

    What serves one industry is all there; what serves a county, as far as the jobs counted in an industry need it.
    """
    left, values = capacity, {"measure": m, "units": write(units)}
    for number, today in told.tables["baseline"].items():
        if today.county == row.county and row.industry in ("", today.industry):
            now = getattr(today, row.category)
            part = left if row.industry else min(left, max(0.0, _need(told, today, row.category) - now))
            told.change("baseline", number, row.category, tidy(now + part), "roll_built", **values)
            left -= part
    return capacity - left


def _need(told: NextYear, today: Baseline, category: Category) -> float:
    """Return the capacity of a category that the jobs counted in an industry take; 0 of what jobs do not need."""
    for k, need in told.last.industries[today.industry].needs.items():
        if k == category:
            return need * today.jobs
    return today.jobs if category in JOB_CATEGORIES else 0.0


def _keep_up(told: NextYear, m: str, row: Measure, units: float, price: float, lives: float) -> None:
    """Let the yearly cost of what was bought be paid, as long as it lives; price: of a unit; lives: years from then."""
    left = lives - (told.year - told.last.year)
    if price <= 0 or left <= 0:
        return
    update: dict[str, Any] = {"unit_cost": price, "fixed_cost": 0.0, "effect": 0.0, "jobs": 0.0, "linkage": 0.0}
    update |= {"outlet": 0.0, "supplies": {}, "returns": (), "lead": 0, "recurrent": price if told.goes_on else 0.0}
    update |= {"life": None if left == math.inf else int(left)}
    name = _name_row(told, m, "upkeep")
    told.add(name, stand(told, row, units, update), "roll_upkeep", measure=m, units=write(units))


def stand(told: NextYear, row: Measure, units: float, update: Mapping[str, Any]) -> Measure:
    """Return a row that goes ahead in any case at so many units, neither more nor fewer, and binds no other.

    It does so in the new year and in none behind it.
    """
    free: dict[str, Any] = {
        "min_units": tidy(units),
        "max_units": tidy(units),
        "max_total": tidy(units) if told.goes_on else None,
        "committed": True,
        "eligible": True,
        "reason": "",
        "national_planned": None,
        "requires": (),
        "excludes": (),
        "limited_by": {},
        "uses": {},
        "returns": cut_returns(row, units) if units > 0 else (),
        "integer": row.integer and units.is_integer(),
    }
    stands = _round_shares(told, row.model_copy(update={**free, **update}))
    if row.national_ceiling is None:
        return stands
    return stands.model_copy(update={"national_ceiling": min(row.national_ceiling, tidy(stands.largest_cost))})


def _round_shares(told: NextYear, stands: Measure) -> Measure:
    """Return a row whose shares can be paid in whole lots: the least that a payer has rounded down, the most up.

    What it costs is fixed, and a lot or two cannot be divided as the whole purchase could. Lemma: parts that allow a
    division of n lots, rounded so to n-ths, allow one in whole lots.
    """
    lot = told.last.money.lot
    count = 0 if lot is None else round(billed(told.last, stands.largest_cost) / lot)
    if count == 0:
        return stands
    least = {who: math.floor(part * count + ROUNDING) / count for who, part in stands.min_share.items()}
    most = {who: math.ceil(part * count - ROUNDING) / count for who, part in stands.max_share.items()}
    return stands.model_copy(update={"min_share": least, "max_share": most})


def cut_returns(row: Measure, units: float) -> tuple[tuple[float, float], ...]:
    """Return the curve of returns up to so many units, which are written as `tidy` writes them."""
    found, units = [], tidy(units)
    for end, slope in row.returns:
        found.append((min(end, units), slope))
        if end >= units:
            break
    return tuple(found)


def _gain(row: Measure, units: float) -> float:
    """Return what units bring on the curve of returns, in units."""
    found, left = 0.0, units
    for width, slope in row.pieces:
        found += slope * min(left, width)
        left = max(0.0, left - width)
    return found


def _name_row(told: NextYear, m: str, kind: str) -> str:
    """Return the name of a row that stands for what was accepted of a measure, or of an earlier promise of it.

    In a year in which both are accepted there is a row for each.
    """
    if standing_kind(m) == kind:
        return m
    name = f"{find_root(m)}-{kind}-{told.last.year}"
    return f"{m}-{kind}-{told.last.year}" if name in told.tables["measures"] else name


def find_root(m: str) -> str:
    """Return the measure that a standing row comes from."""
    while standing_kind(m):
        m = m.rsplit("-", 2)[0]
    return m
