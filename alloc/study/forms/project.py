"""What a plan knows of a project, a payment, a change: every entry that a form may ask for, and where it stands."""

import math
from collections.abc import Hashable, Iterator, Mapping
from itertools import product
from typing import Any

from alloc.instance import Instance
from alloc.instance.excel.styles import word_in
from alloc.instance.measure import Measure
from alloc.report.names import Names
from alloc.report.quarters import CENT, find_quarters, runs_in, spread
from alloc.study.compare.results import Result
from alloc.study.follow.actuals import Actuals
from alloc.study.forms.adjusted import Adjusted
from alloc.study.forms.entries import PUBLIC, Entries, Entry, add_public
from alloc.study.forms.reached import Reached


def list_projects(of: Result, lang: str, actuals: Actuals | None = None) -> Iterator[Entries]:
    """Yield what is known of every funded measure, in the order of the instance.

    actuals: what became of the plan; what was reached is known then, and what nobody planned is among the projects.
    """
    money = _sum_amounts(of)
    reached = None if actuals is None else Reached(of.instance, actuals)
    begun = set() if reached is None else reached.list_begun()
    shown = [row for row in of.tables["measures"].to_dict("records") if row["funded"] or row["measure"] in begun]
    for number, row in enumerate(shown, 1):
        m = row["measure"]
        plan = _describe_plan(of.instance, row, money.get(m, {}), lang)
        found = {"number": Entry(number), **_describe_facts(of.instance, m, lang), **plan}
        yield found if reached is None else {**found, **reached.describe(m, plan, lang)}


def _sum_amounts(of: Result) -> dict[str, dict[str, float]]:
    """Return the money of every measure by fund, in the order of the table."""
    found: dict[str, dict[str, float]] = {}
    for row in of.tables["allocation"].to_dict("records"):
        paid = found.setdefault(row["measure"], {})
        paid[row["fund"]] = paid.get(row["fund"], 0.0) + row["amount"]
    return found


def _describe_facts(instance: Instance, m: str, lang: str) -> dict[str, Entry]:
    """Return the facts of a measure that the instance gives."""
    names, row = Names(instance, lang, either=True), instance.measures[m]
    county = instance.counties[row.county]
    given = {
        "name": names.name("measure", m),
        "county": names.name("county", row.county),
        "region": county.region,
        "category": names.name("category", row.category),
        "industry": names.name("industry", row.industry) if row.industry else "",
        "implementer": row.implementer,
        "contact": row.contact,
        "stage": word_in(row.stage, lang) if row.stage else "",
        "mode": word_in(row.mode, lang) if row.mode else "",
        "nature": names.say("form_continuing" if row.continuing else "form_new"),
        "start": row.start,
        "end": row.end,
        "period": f"{row.start} – {row.end}" if row.start or row.end else "",
        "unit": row.unit,
    }
    facts = {key: Entry(value or None) for key, value in given.items()}
    return {**facts, "total_cost": Entry(row.total_cost, f"instance · measures · {m} · total_cost")}


def _describe_plan(
    instance: Instance, row: Mapping[Hashable, Any], money: Mapping[str, float], lang: str
) -> dict[str, Entry]:
    """Return what the plan does with a measure: money, units, jobs, and the target in a sentence.

    row: of the table of measures; money: by fund.
    """
    m: str = row["measure"]
    paid = sum(money.values())
    public, is_new = add_public(instance, money)
    units, here = float(row["units"]), f"measures · {m} · "
    names, unit = Names(instance, lang, either=True), instance.measures[m].unit
    say = names.say("form_target", units=_plain(units), unit=unit, paid=_plain(paid), label=names.label)
    return {
        "units": Entry(units, here + "units"),
        "cost_of_unit": Entry(paid / units if units > 0 else None, here + "cost / units"),
        "paid": Entry(paid, f"allocation · {m} · amount"),
        "public": Entry(public, f"allocation · {m} · amount ({', '.join(PUBLIC)})"),
        "public_of_year": Entry(public if is_new else None, f"allocation · {m} · amount ({', '.join(PUBLIC)})"),
        "not_public": Entry(paid - public, f"allocation · {m} · amount (private, household)"),
        "aid": Entry(float(row["aid"]), here + "aid"),
        "national": Entry(float(row["national"]), here + "national"),
        "other": Entry(float(row["other"]), here + "other"),
        "jobs": Entry(float(row["jobs"]) or None, here + "jobs"),
        "capacity": Entry(float(row["effect"]) or None, here + "effect"),
        "target": Entry(say),
    }


def _plain(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def list_payments(of: Result, lang: str) -> Iterator[Entries]:
    """Yield every payment, fund after fund, spread evenly over the quarters in which its project runs this year."""
    names, rows = Names(of.instance, lang, either=True), of.tables["allocation"].to_dict("records")
    order = list(of.instance.funds)
    paid = sorted((row for row in rows if row["amount"] > 0), key=lambda row: order.index(row["fund"]))
    for number, row in enumerate(paid, 1):
        m, f = row["measure"], row["fund"]
        measure = of.instance.measures[m]
        quarters = find_quarters(measure, of.instance.year)
        parts = spread(row["amount"], quarters, of.instance.money.lot or CENT)
        place = f"allocation · {m} · {f} · amount"
        yield {
            "number": Entry(number),
            **_describe_facts(of.instance, m, lang),
            "fund": Entry(names.name("fund", f)),
            "kind": Entry(names.name("kind", row["kind"])),
            "amount": Entry(row["amount"], place),
            **{f"quarter_{q}": Entry(part or None, place) for q, part in parts.items()},
            "unscheduled": Entry(0.0),
            "note": Entry(_say_doubt(measure, of.instance.year, names)),
        }


def _say_doubt(measure: Measure, year: int, names: Names) -> str | None:
    """Return what is assumed of the quarters in which a project is paid for, nothing where its days say them."""
    if not measure.start and not measure.end:
        return names.say("form_no_days")
    return None if runs_in(measure, year) else names.say("form_other_year", year=year)


def list_changes(before: Result, after: Result, lang: str) -> Iterator[Entries]:
    """Yield every payment that differs between two plans, with what the later plan shows of its measure."""
    earlier, later = _sum_amounts(before), _sum_amounts(after)
    adjusted, number = Adjusted(before, after, lang), 0
    for m, f in _pair(earlier, later):
        was, is_ = earlier.get(m, {}).get(f, 0.0), later.get(m, {}).get(f, 0.0)
        if math.isclose(was, is_, rel_tol=1e-9, abs_tol=1e-6):
            continue
        number += 1
        known = after.instance if m in after.instance.measures else before.instance
        owner = after.instance if f in after.instance.funds else before.instance
        yield {
            "number": Entry(number),
            **_describe_facts(known, m, lang),
            "fund": Entry(Names(owner, lang, either=True).name("fund", f)),
            "before": Entry(was, f"{before.name}: allocation · {m} · {f} · amount"),
            "after": Entry(is_, f"{after.name}: allocation · {m} · {f} · amount"),
            "difference": Entry(is_ - was),
            "reason": Entry(adjusted.say_reason(m, f)),
        }


def _pair(*plans: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, str]]:
    """Yield every measure and fund of some plans once."""
    found: dict[str, dict[str, None]] = {}
    for plan in plans:
        for m, funds in plan.items():
            found.setdefault(m, {}).update(dict.fromkeys(funds))
    for m, once in found.items():
        yield from product([m], once)
