"""Next year's question from this year's plan and what became of it.

What lasts for good and serves one industry is added to today's capacity. What cannot stand there - it serves a whole
county, ends in some year, has not begun to work, opens a market, adds a resource - is a committed row of its own that
costs nothing, `NAME-built-2019`: the next roll takes it away when it ends. What was paid for and not accepted yet is
`NAME-promised-2019`, at what is still to be paid of it; what earlier purchases cost each year is `NAME-upkeep-2019`.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from alloc.errors import Fault, InstanceError
from alloc.instance import JOB_CATEGORIES, Instance
from alloc.instance.effects import effective
from alloc.instance.rules import Change, Rule
from alloc.instance.schema import Baseline, Category, Flow, Fund, Measure
from alloc.study.answers.plan_of_result import PlanOfResult
from alloc.study.follow.actuals import Actuals
from alloc.study.follow.delivery import DeliveryRate, estimate_deliveries
from alloc.study.follow.purchases import WHOLE, Purchase, list_purchases, standing_kind
from alloc.texts import say

SPECK = 1e-9
"""A smaller part of a capacity is none."""


@dataclass(frozen=True)
class FigureChange:
    """One figure that is another than last year: where it stands, what it was and is, and why, in words."""

    table: str
    row: str
    column: str
    before: object
    after: object
    reason: str


@dataclass
class NextYear:
    """The new question as it comes about. doubts: what a planner has to decide."""

    plan: PlanOfResult
    actuals: Actuals
    year: int
    lang: str
    tables: dict[str, Any] = field(default_factory=dict)
    changes: list[FigureChange] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def last(self) -> Instance:
        """The question of last year."""
        return self.plan.instance

    @property
    def source(self) -> str:
        """The key of what changed figures rest on."""
        return f"actuals-{self.last.year}"

    def say(self, text: str, **values: object) -> str:
        """Return a sentence in the reader's language."""
        return say(text, self.lang, last=self.last.year, year=self.year, **values)

    def change(self, table: str, name: Any, column: str, after: Any, text: str, **values: object) -> None:
        """Replace a figure of a row, note its source and tell why; nothing where it stays as it was.

        name: the id of the row, or its number in a table without ids.
        """
        row = self.tables[table][name]
        before = getattr(row, column)
        if before == after:
            return
        sources = {**row.sources, column: self.source}
        self.tables[table][name] = row.model_copy(update={column: after, "sources": sources})
        self.tell(table, name, column, before, after, text, **values)

    def tell(self, table: str, name: Any, column: str, before: Any, after: Any, text: str, **values: object) -> None:
        """Note a change."""
        if table == "baseline":
            row = self.tables[table][name]
            name = f"{row.county}/{row.industry}"
        self.changes.append(FigureChange(table, str(name), column, before, after, self.say(text, **values)))

    def add(self, name: str, row: Measure, text: str, **values: object) -> None:
        """Add a row of measures."""
        self.tables["measures"][name] = row.model_copy(update={"source": self.source, "sources": {}, "range": {}})
        self.changes.append(FigureChange("measures", name, "", None, row.max_units, self.say(text, **values)))


def make_next_year(
    plan: PlanOfResult,
    actuals: Actuals,
    year: int,
    money: Mapping[tuple[str, str], float] | None,
    trust: float | None,
    lang: str,
) -> tuple[Instance, NextYear, list[DeliveryRate]]:
    """Return next year's question, what is new in it, and the rates of delivery.

    money: (fund, county or empty) → money of the new year; trust: see `estimate_deliveries`. Raises InstanceError where
    jobs are counted of an industry that has no row in the baseline.
    """
    last = plan.instance
    told = NextYear(plan, actuals, year, lang)
    told.tables = {
        "counties": dict(last.counties),
        "baseline": dict(enumerate(last.baseline)),
        "measures": dict(last.measures),
        "funds": dict(last.funds),
    }
    purchases = list_purchases(plan, actuals)
    fresh = {m: of for m, of in purchases.items() if standing_kind(m) in ("", "promised")}
    rates = estimate_deliveries(last, fresh, trust)
    _count_jobs(told)
    _raise_capacity(told, purchases, rates)
    _limit_measures(told, purchases)
    _refill_funds(told, money)
    _update_rates(told, rates)
    return _assemble(told), told, rates


def _count_jobs(told: NextYear) -> None:
    """Put the jobs and jobseekers that were counted in the place of last year's."""
    numbers = {(row.county, row.industry): i for i, row in enumerate(told.last.baseline)}
    faults, missing = [], dict.fromkeys(numbers)
    unknown = {c: None for c, row in told.last.counties.items() if row.jobseekers is not None}
    for row in told.actuals.jobs:
        key = row.county, row.industry
        if key not in numbers:
            faults.append(Fault("jobs", "", "roll_no_baseline", {"county": row.county, "industry": row.industry}))
            continue
        missing.pop(key, None)
        told.change("baseline", numbers[key], "jobs", row.jobs, "roll_counted")
        if row.jobseekers is not None:
            unknown.pop(row.county, None)
            told.change("counties", row.county, "jobseekers", row.jobseekers, "roll_counted")
    if faults:
        raise InstanceError(faults)
    if missing:
        told.doubts.append(told.say("roll_not_counted", names=", ".join(map("/".join, missing))))
    if unknown:
        told.doubts.append(told.say("roll_no_jobseekers", names=", ".join(unknown)))


def _raise_capacity(told: NextYear, purchases: Mapping[str, Purchase], rates: list[DeliveryRate]) -> None:
    """Let what was accepted work on, and let what it costs each year be paid."""
    scale = {(rate.county, rate.category): rate.before / rate.after for rate in rates if rate.after > 0}
    ordered = sorted(told.last.measures.items(), key=lambda item: item[1].industry == "")
    for m, row in ordered:  # what serves a whole county fills what the others leave
        kind, of = standing_kind(m), purchases.get(m)
        if kind:
            del told.tables["measures"][m]
        if kind == "upkeep":
            _keep_up(told, m, row, row.max_units, row.unit_cost, row.lasts)
        elif kind == "built":
            _let_work(told, m, row, row.max_units, scale.get((row.county, row.category), 1.0))
        elif of is not None:
            _go_on(told, m, row, of, scale.get((row.county, row.category), 1.0))


def _go_on(told: NextYear, m: str, row: Measure, of: Purchase, scale: float) -> None:
    """Let what was accepted of a measure work, be kept up, and what is still to come be promised."""
    if of.accepted > WHOLE:
        _let_work(told, m, row, of.accepted, scale)
        _keep_up(told, m, row, of.accepted, row.recurrent, row.lead + row.lasts)
    if of.promised + of.unpaid > 0:
        update = {"unit_cost": 0.0, "fixed_cost": _tidy(of.unpaid), "continuing": True}
        name = m if standing_kind(m) else f"{m}-promised-{told.last.year}"
        values = {"measure": m, "units": _write(of.promised), "money": _write(of.unpaid)}
        told.add(name, _stand(row, of.promised, update), "roll_promised", **values)


def _let_work(told: NextYear, m: str, row: Measure, units: float, scale: float) -> None:
    """Add what units bring next year: to today's capacity where they last and serve industries, else as a row."""
    passed = told.year - told.last.year
    if passed >= row.lead + row.lasts:
        return
    rest, plain = 1.0, not (row.outlet or row.linkage or row.supplies)
    if plain and row.lasts == math.inf and passed >= row.lead:
        capacity = row.effect * effective(told.last, m) * _gain(row, units)
        rest = 1 - _add_to_today(told, m, row, capacity, units) / capacity if capacity > 0 else 0.0
    if rest > SPECK:
        name = m if "-built-" in m else f"{_root(m)}-built-{told.last.year}"
        update = _bring(row, rest * scale) | {"lead": max(0, row.lead - passed)}
        if row.lasts < math.inf:
            update["life"] = int(row.lasts - max(0, passed - row.lead))
        told.add(name, _stand(row, units, update), "roll_stands", measure=m, units=_write(units))


def _bring(row: Measure, part: float) -> dict[str, Any]:
    """Return what a part of a measure brings that is there at no cost; its direct jobs are among those counted."""
    free = dict.fromkeys(("unit_cost", "fixed_cost", "recurrent", "jobs"), 0.0)
    brought = {key: getattr(row, key) * part for key in ("effect", "linkage", "outlet")}
    return {**free, **brought, "supplies": {r: x * part for r, x in row.supplies.items()}}


def _add_to_today(told: NextYear, m: str, row: Measure, capacity: float, units: float) -> float:
    """Add capacity to today's and return how much of it found its place there.

    What serves one industry is all there; what serves a county, as far as the jobs counted in an industry need it.
    """
    left, values = capacity, {"measure": m, "units": _write(units)}
    for number, today in told.tables["baseline"].items():
        if today.county == row.county and row.industry in ("", today.industry):
            now = getattr(today, row.category)
            part = left if row.industry else min(left, max(0.0, _need(told, today, row.category) - now))
            told.change("baseline", number, row.category, _tidy(now + part), "roll_built", **values)
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
    update |= {"outlet": 0.0, "supplies": {}, "returns": (), "lead": 0, "recurrent": 0.0}
    update |= {"life": None if left == math.inf else int(left)}
    name = m if "-upkeep-" in m else f"{_root(m)}-upkeep-{told.last.year}"
    told.add(name, _stand(row, units, update), "roll_upkeep", measure=m, units=_write(units))


def _stand(row: Measure, units: float, update: Mapping[str, Any]) -> Measure:
    """Return a row that goes ahead in any case at so many units, neither more nor fewer, and binds no other."""
    free: dict[str, Any] = {
        "min_units": _tidy(units),
        "max_units": _tidy(units),
        "max_total": None,
        "committed": True,
        "eligible": True,
        "reason": "",
        "national_planned": None,
        "requires": (),
        "excludes": (),
        "limited_by": {},
        "uses": {},
        "returns": _cut_returns(row, units),
        "integer": row.integer and units.is_integer(),
    }
    stands = row.model_copy(update={**free, **update})
    if row.national_ceiling is None:
        return stands
    return stands.model_copy(update={"national_ceiling": min(row.national_ceiling, _tidy(stands.largest_cost))})


def _limit_measures(told: NextYear, purchases: Mapping[str, Purchase]) -> None:
    """Leave of each measure what can still be bought, and free others of what they waited for."""
    bought = {m: of.bought for m, of in purchases.items() if of.bought > WHOLE and not standing_kind(m)}
    for m, row in told.last.measures.items():
        if standing_kind(m):
            continue
        if m in bought:
            told.change("measures", m, "committed", False, "roll_begun")
            told.change("measures", m, "national_planned", None, "roll_begun")
            _lower_most(told, m, row, bought[m])
        _free_from(told, m, row, bought)
    for synergy in told.last.synergies:
        if set(synergy.measures) & bought.keys():
            told.doubts.append(told.say("roll_synergy", names=", ".join(synergy.measures)))


def _free_from(told: NextYear, m: str, row: Measure, bought: Mapping[str, float]) -> None:
    """Let a measure no longer wait for what is there, nor stand beside what excludes it."""
    there = [other for other in row.requires if other in bought]
    if there:
        kept = tuple(other for other in row.requires if other not in bought)
        told.change("measures", m, "requires", kept, "roll_required", names=", ".join(there))
    barred = [other for other in _list_rivals(told.last, m) if other in bought]
    if barred:
        _close(told, m, "roll_excluded", names=", ".join(barred))
    for other in set(row.limited_by) & bought.keys():
        told.doubts.append(told.say("roll_limited", measure=m, other=other, units=_write(bought[other])))


def _lower_most(told: NextYear, m: str, row: Measure, units: float) -> None:
    """Take what is bought from the most that can be bought: of what lasts, and where all years have a limit."""
    if row.max_total is not None:
        told.change(
            "measures", m, "max_total", max(0.0, _tidy(row.max_total - units)), "roll_less", units=_write(units)
        )
    left = min(row.max_units, row.most_in_all - units)
    if left >= row.max_units:
        return
    left = max(0.0, _tidy(left))
    if left <= WHOLE or left < row.min_units:
        _close(told, m, "roll_in_place" if left <= WHOLE else "roll_too_few", units=_write(units), left=_write(left))
        return
    told.change("measures", m, "max_units", left, "roll_less", units=_write(units))
    told.change("measures", m, "returns", _cut_returns(row, left), "roll_less", units=_write(units))


def _close(told: NextYear, m: str, text: str, **values: object) -> None:
    """Make a measure one that cannot be funded any more, with the reason in the instance."""
    if told.tables["measures"][m].eligible:
        told.change("measures", m, "committed", False, text, **values)
        told.change("measures", m, "eligible", False, text, **values)
        row = told.tables["measures"][m]
        told.tables["measures"][m] = row.model_copy(update={"reason": told.say(text, **values)})


def _list_rivals(last: Instance, m: str) -> Iterator[str]:
    """Yield the measures that do not go ahead beside one, whoever says so."""
    yield from last.measures[m].excludes
    for other, row in last.measures.items():
        if m in row.excludes:
            yield other


def _cut_returns(row: Measure, units: float) -> tuple[tuple[float, float], ...]:
    """Return the curve of returns up to so many units."""
    found = []
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


def _refill_funds(told: NextYear, money: Mapping[tuple[str, str], float] | None) -> None:
    """Give every fund the money of the new year, and what it carries over of what was not paid."""
    given, paid = money or {}, _add_by_fund(told)
    said = {f for f, _ in given}
    for f, fund in told.last.funds.items():
        if f not in said:
            told.doubts.append(told.say("roll_same_money", fund=f))
        update: dict[str, Any] = {}
        carried: dict[str, float] = {}
        if fund.amount is not None:
            update["amount"], carried[ALL] = _refill(fund, ALL, fund.amount, paid.get((f, ""), 0.0), given.get((f, "")))
        if fund.by_county is not None:
            local = update["by_county"] = {}
            for c, amount in fund.by_county.items():
                local[c], carried[c] = _refill(fund, c, amount, paid.get((f, c), 0.0), given.get((f, c)))
        values = {"carried": f"{carried.get(ALL, math.fsum(carried.values())):,.2f}"}
        update["carried"] = {c: x for c, x in carried.items() if x > 0}
        for column, figure in update.items():
            told.change("funds", f, column, figure, "roll_refilled", **values)


ALL = "all"
"""Where the money of a fund is carried that is not tied to counties."""


def _refill(fund: Fund, place: str, amount: float, paid: float, new: float | None) -> tuple[float, float]:
    """Return the money of the new year and what of it is carried over; new: what it brings, else what last year did."""
    carried = fund.carry * max(0.0, amount - paid)
    own = amount - fund.carried.get(place, 0.0) if new is None else new
    return own + carried, carried


def _add_by_fund(told: NextYear) -> dict[tuple[str, str], float]:
    """Return what each fund paid, in each county and in all under an empty word [money]."""
    paid: dict[tuple[str, str], float] = {}
    for (m, f), x in told.actuals.add_paid().items():
        for c in ("", told.last.measures[m].county):
            paid[f, c] = paid.get((f, c), 0.0) + x
    return paid


def _update_rates(told: NextYear, rates: list[DeliveryRate]) -> None:
    for rate in rates:
        if abs(rate.after - rate.before) > 1e-12:
            row = told.tables["counties"][rate.county]
            delivery = {**row.delivery, rate.category: rate.after}
            sources = {**row.sources, f"delivery.{rate.category}": told.source}
            told.tables["counties"][rate.county] = row.model_copy(update={"delivery": delivery, "sources": sources})
            values = {"accepted": _write(rate.accepted), "paid_for": _write(rate.paid_for), "trust": _write(rate.trust)}
            column = f"delivery.{rate.category}"
            told.tell("counties", rate.county, column, rate.before, rate.after, "roll_delivery", **values)


def _assemble(told: NextYear) -> Instance:
    """Return the new question: last year's with the new tables, its name, its year and its sources."""
    last, folder = told.last, f"plan-{told.last.year}"
    rules: list[Rule] = []
    previous = dict(last.previous)
    for rule in last.rules:
        if isinstance(rule, Change):
            told.tell("rules", rule.name, "previous", rule.previous, folder, "roll_previous")
            previous.pop(rule.previous, None)
            previous[folder] = tuple(_list_flows(told.plan))
            rules.append(rule.model_copy(update={"previous": folder}))
        else:
            rules.append(rule)
    told.tell("year", "", "", last.year, told.year, "roll_year")
    update = {
        "name": _next_name(last.name, last.year, told.year),
        "title": last.title.replace(str(last.year), str(told.year)),
        "year": told.year,
        "sources": {**last.sources, told.source: told.say("roll_source")},
        "counties": told.tables["counties"],
        "baseline": tuple(told.tables["baseline"].values()),
        "measures": told.tables["measures"],
        "funds": told.tables["funds"],
        "rules": tuple(rules),
        "previous": previous,
        "held": {},
        "sha256": "",
    }
    return last.model_copy(update=update)


def _next_name(name: str, last: int, year: int) -> str:
    return name.replace(str(last), str(year)) if str(last) in name else f"{name}-{year}"


def _list_flows(plan: PlanOfResult) -> Iterator[Flow]:
    """Yield where the money of the plan went, as rules of change compare it."""
    columns = list(Flow.model_fields)
    for cells in plan.tables["allocation"][columns].itertuples(index=False, name=None):
        yield Flow.model_validate(dict(zip(columns, cells, strict=True)))


def _root(m: str) -> str:
    """Return the measure that a standing row comes from."""
    return m.rsplit("-", 2)[0] if standing_kind(m) else m


def _tidy(x: float) -> float:
    """Return a number without what adding left behind its fifteenth digit."""
    return float(f"{x:.15g}")


def _write(x: float) -> str:
    """Return a number as a sentence has it."""
    return f"{_tidy(x):g}"
