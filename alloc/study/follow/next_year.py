"""Next year's question from this year's plan and what became of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from alloc.errors import Fault, InstanceError
from alloc.instance import Instance
from alloc.instance.rules import Benefit, Change, Count, Rule
from alloc.instance.schema import Flow, Fund
from alloc.instance.selections import select
from alloc.study.answers.plan_of_result import PlanOfResult
from alloc.study.follow.changes import NextYear, write
from alloc.study.follow.delivery import DeliveryRate, estimate_deliveries
from alloc.study.follow.purchases import list_purchases, standing_kind
from alloc.study.follow.purses import refill_funds
from alloc.study.follow.remaining import limit_measures
from alloc.study.follow.works import raise_capacity


def make_next_year(
    told: NextYear, money: Mapping[tuple[str, str], float] | None, trust: float | None
) -> tuple[Instance, list[DeliveryRate]]:
    """Return next year's question and the rates of delivery; told: what is new in it is told there.

    money: (fund, county or empty) → money of the new year; trust: see `estimate_deliveries`. Raises InstanceError where
    jobs are counted of an industry that has no row in the baseline.
    """
    base = told.base
    told.tables = {
        "counties": dict(base.counties),
        "baseline": dict(enumerate(base.baseline)),
        "measures": dict(base.measures),
        "funds": dict(base.funds),
        "synergies": dict(enumerate(base.synergies)),
    }
    purchases = list_purchases(told.plan, told.actuals)
    fresh = {m: of for m, of in purchases.items() if standing_kind(m) in ("", "promised")}
    rates = estimate_deliveries(told.last, fresh, trust)
    _count_jobs(told)
    raise_capacity(told, purchases, rates)
    limit_measures(told, purchases)
    refill_funds(told, money)
    _update_rates(told, rates)
    return _assemble(told), rates


def _count_jobs(told: NextYear) -> None:
    """Put the jobs and jobseekers that were counted in the place of last year's."""
    numbers = {(row.county, row.industry): i for i, row in told.tables["baseline"].items()}
    faults, missing = [], dict.fromkeys(numbers)
    unknown = {c: None for c, row in told.base.counties.items() if row.jobseekers is not None}
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


def _update_rates(told: NextYear, rates: list[DeliveryRate]) -> None:
    for rate in rates:
        if rate.is_new:
            row = told.tables["counties"][rate.county]
            delivery = {**row.delivery, rate.category: rate.after}
            sources = {**row.sources, f"delivery.{rate.category}": told.source}
            told.tables["counties"][rate.county] = row.model_copy(update={"delivery": delivery, "sources": sources})
            values = {"accepted": write(rate.accepted), "paid_for": write(rate.paid_for), "trust": write(rate.trust)}
            column = f"delivery.{rate.category}"
            told.tell("counties", rate.county, column, rate.before, rate.after, "roll_delivery", **values)


def _assemble(told: NextYear) -> Instance:
    """Return the new question: the one it begins with, with the new tables, its name, its years and its sources."""
    last, whole = told.last, told.whole
    told.tell("year", "", "", last.year, told.year, "roll_year")
    rules, previous = _renew_rules(told)
    years = tuple(of.year for of in told.ahead) or ((told.year,) if whole.years else ())
    goes_beyond = len(years) > 1 or whole.end_value > 0  # one year alone is a question of that year
    update = {
        "name": _next_name(whole.name, last.year, told.year),
        "title": whole.title.replace(str(last.year), str(told.year)),
        "year": told.year,
        "years": years if goes_beyond else (),
        "by_year": _list_later_figures(told),
        "discount": whole.discount if goes_beyond else 0.0,
        "end_value": whole.end_value,
        "questions": (),
        "sources": {**whole.sources, told.source: told.say("roll_source")},
        "counties": told.tables["counties"],
        "baseline": tuple(told.tables["baseline"].values()),
        "measures": told.tables["measures"],
        "funds": told.tables["funds"],
        "synergies": tuple(told.tables["synergies"].values()),
        "rules": rules,
        "previous": previous,
        "held": {},
        "sha256": "",
    }
    return told.base.model_copy(update=update)


def _renew_rules(told: NextYear) -> tuple[tuple[Rule, ...], dict[str, tuple[Flow, ...]]]:
    """Return the rules as they are in the new year, and the plans that those of change compare with."""
    rules, previous, folder = list[Rule](), dict(told.whole.previous), f"plan-{told.last.year}"
    for rule in told.base.rules:
        if isinstance(rule, Change):
            told.tell("rules", rule.name, "previous", rule.previous, folder, "roll_previous")
            previous.pop(rule.previous, None)
            previous[folder] = tuple(_list_flows(told.plan))
            rules.append(rule.model_copy(update={"previous": folder}))
        else:
            rules.append(_count_new(told, rule) if isinstance(rule, Count) else rule)
        if isinstance(rule, Benefit):
            told.doubts.append(told.say("roll_benefit", rule=rule.name))
    return tuple(rules), previous


def _count_new(told: NextYear, rule: Count) -> Count:
    """Return a rule that counts no rows that stand for what went ahead before."""
    before = rule.of.measure
    new = tuple(m for m in select(told.base, rule.of) if not standing_kind(m))
    if not any(map(standing_kind, told.tables["measures"])) or not new or new == before:
        return rule
    told.tell("rules", rule.name, "of.measure", before, new, "roll_counts")
    return rule.model_copy(update={"of": rule.of.model_copy(update={"measure": new})})


def _list_later_figures(told: NextYear) -> dict[str, dict[str, Any]]:
    """Return the figures of the years behind the new one: those written, what was bought brings and costs then, and
    the money of funds that the new one alone has."""
    found = {}
    stood = tuple(f"measures.{m}." for m in told.last.measures if standing_kind(m))  # these are told anew
    for of in told.ahead[1:]:
        written = told.whole.by_year.get(str(of.year), {}).items()
        kept = {path: value for path, value in written if not path.startswith(stood)}
        found[str(of.year)] = kept | told.later.get(of.year, {})
    if told.goes_on:
        after = told.ahead[1]
        for f, fund in told.tables["funds"].items():
            found[str(after.year)] |= _list_own_money(f, fund, after.funds[f])
    return {year: figures for year, figures in found.items() if figures}


def _list_own_money(f: str, new: Fund, later: Fund) -> dict[str, Any]:
    """Return the money that a fund has in a later year, where it is another than in the new one, by path."""
    found: dict[str, Any] = {}
    if new.amount != later.amount:
        found[f"funds.{f}.amount"] = later.amount
    for c, amount in (later.by_county or {}).items():
        if amount != (new.by_county or {}).get(c):
            found[f"funds.{f}.by_county.{c}"] = amount
    return found


def _next_name(name: str, last: int, year: int) -> str:
    return name.replace(str(last), str(year)) if str(last) in name else f"{name}-{year}"


def _list_flows(plan: PlanOfResult) -> Iterator[Flow]:
    """Yield where the money of the plan went, as rules of change compare it."""
    columns = list(Flow.model_fields)
    for cells in plan.tables["allocation"][columns].itertuples(index=False, name=None):
        yield Flow.model_validate(dict(zip(columns, cells, strict=True)))
