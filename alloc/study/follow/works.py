"""What was bought works on next year, is kept up, and what is still to come is promised.

What lasts for good and serves one industry is added to today's capacity. What cannot stand there - it serves a whole
county, ends in some year, has not begun to work, opens a market, adds a resource - is a committed row of its own that
costs nothing, `NAME-built-2019`: the next roll takes it away when it ends. What was paid for and not accepted yet is
`NAME-promised-2019`, at what is still to be paid of it; what earlier purchases cost each year is `NAME-upkeep-2019`.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from alloc.instance import JOB_CATEGORIES, Instance
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


class InYear(NamedTuple):
    """A measure with what a unit of it brings and costs in a year, and by how much less of that arrives than before."""

    year: int
    row: Measure
    scale: float


def raise_capacity(told: NextYear, purchases: Mapping[str, Purchase], rates: list[DeliveryRate]) -> None:
    """Let what was accepted work on, and let what it costs each year be paid."""
    changed = {(rate.county, rate.category): rate.after for rate in rates if rate.is_new and rate.after > 0}
    ordered = sorted(told.last.measures.items(), key=lambda item: item[1].industry == "")
    for m, bought in ordered:  # what serves a whole county fills what the others leave
        kind, of = standing_kind(m), purchases.get(m)
        years = list(_list_years(told, m, bought, changed.get((bought.county, bought.category))))
        if kind:
            del told.tables["measures"][m]
        if kind == "upkeep":
            _keep_up(told, m, years, bought.max_units, bought.lasts)
        elif kind == "built":
            _let_work(told, m, years, bought.max_units)
        elif of is not None:
            _go_on(told, m, years, of)


def _list_years(told: NextYear, m: str, bought: Measure, after: float | None) -> Iterator[InYear]:
    """Yield a measure that was bought as the new year has it, and each planned behind it.

    after: the rate of delivery that is estimated anew, which holds until `by_year` says another: what was accepted
    before goes on bringing what it did.
    """
    now = _find_delivery(told.base, bought)
    for question in told.ahead or (told.base,):
        then = _find_delivery(question, bought)
        scale = 1.0 if after is None or then != now else now / after
        figures = {key: getattr(question.measures[m], key) for key in OF_THE_YEAR}
        yield InYear(question.year, bought.model_copy(update=figures), scale)


def _find_delivery(question: Instance, row: Measure) -> float:
    return question.counties[row.county].delivery.get(row.category, 1.0)


def _add(
    told: NextYear, name: str, years: Sequence[InYear], make: Callable[[InYear], Measure], text: str, **values: object
) -> None:
    """Add a row that stands for what was bought, with the figures that it has in the years behind the new one.

    make: the row as a year has it.
    """
    first, *later = years
    row = make(first)
    told.add(name, row, text, **values)
    before = _list_figures(row)
    for of in later:
        now, figures = _list_figures(make(of)), told.later.setdefault(of.year, {})
        written = told.whole.by_year.get(str(of.year), {})
        every = any("[" in path or ".*" in path for path in written)  # a selector speaks of this row too: all is said
        for key, figure in now.items():
            if every or before.get(key, 0.0) != figure:
                figures[f"measures.{name}.{key}"] = figure
        before = now


def _list_figures(row: Measure) -> dict[str, float]:
    """Return what a unit brings and costs, by the paths of its figures."""
    found = {}
    for key in OF_THE_YEAR:
        if key != "supplies":
            found[key] = getattr(row, key)
    return found | {f"supplies.{r}": amount for r, amount in row.supplies.items()}


def _go_on(told: NextYear, m: str, years: Sequence[InYear], of: Purchase) -> None:
    """Let what was accepted of a measure work, be kept up, and what is still to come be promised."""
    row = years[0].row
    if of.accepted > WHOLE:
        _let_work(told, m, years, of.accepted)
        _keep_up(told, m, years, of.accepted, row.lead + row.lasts)
    if of.promised + of.unpaid > 0:
        update = {"unit_cost": 0.0, "fixed_cost": tidy(of.unpaid), "continuing": True}
        name = m if standing_kind(m) else f"{m}-promised-{told.last.year}"
        values = {"measure": m, "units": write(of.promised), "money": write(of.unpaid)}
        _add(told, name, years, lambda then: stand(told, then.row, of.promised, update), "roll_promised", **values)


def _let_work(told: NextYear, m: str, years: Sequence[InYear], units: float) -> None:
    """Add what units bring next year: to today's capacity where they last and serve industries, else as a row."""
    row, passed = years[0].row, told.year - told.last.year
    if passed >= row.lead + row.lasts:
        return
    rest = 1.0 if _is_another(told, m, years) else _find_rest(told, m, row, units)
    counted = _is_counted(told, row)
    spans = {"lead": max(0, row.lead - passed), "life": None}
    if row.lasts < math.inf:
        spans["life"] = int(row.lasts - max(0, passed - row.lead))

    def make(of: InYear) -> Measure:
        jobs = 0.0 if counted else of.row.jobs * of.scale
        return stand(told, of.row, units, bring(of.row, rest * of.scale) | spans | {"jobs": jobs})

    if rest > SPECK or any(make(of).jobs > 0 for of in years):
        _add(told, _name_row(told, m, "built"), years, make, "roll_stands", measure=m, units=write(units))


def _is_another(told: NextYear, m: str, years: Sequence[InYear]) -> bool:
    """Tell whether a unit brings something else in a year behind the new one: today's capacity would not follow."""
    found = []
    for question, of in zip(told.ahead, years, strict=False):
        found.append((of.row.effect * effective(question, m), bring(of.row, 1.0)))
    return any(one != found[0] for one in found)


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


def _keep_up(told: NextYear, m: str, years: Sequence[InYear], units: float, lives: float) -> None:
    """Let the yearly cost of what was bought be paid, as long as it lives; lives: years from then."""
    left = lives - (told.year - told.last.year)
    if left <= 0 or all(_find_upkeep(told, m, of.row) <= 0 for of in years):
        return
    update: dict[str, Any] = {"fixed_cost": 0.0, "effect": 0.0, "jobs": 0.0, "linkage": 0.0}
    update |= {"outlet": 0.0, "supplies": {}, "returns": (), "lead": 0}
    update |= {"life": None if left == math.inf else int(left)}

    def make(of: InYear) -> Measure:
        price = _find_upkeep(told, m, of.row)
        costs = {"unit_cost": price, "recurrent": price if told.goes_on else 0.0}
        return stand(told, of.row, units, update | costs)

    _add(told, _name_row(told, m, "upkeep"), years, make, "roll_upkeep", measure=m, units=write(units))


def _find_upkeep(told: NextYear, m: str, row: Measure) -> float:
    """Return what a unit costs each year: a row of upkeep has that as its cost, where no further years were planned."""
    return row.unit_cost if standing_kind(m) == "upkeep" and not told.ahead else row.recurrent


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
    """Return the curve of returns up to so many units, as `tidy` writes them; beyond its end they bring nothing."""
    found, units = [], tidy(units)
    for end, slope in row.returns:
        found.append((min(end, units), slope))
        if end >= units:
            return tuple(found)
    if found:
        end, slope = found.pop() if math.isclose(found[-1][0], units) else (units, 0.0)  # what a solver adds, or more
        found.append((units, slope))
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
