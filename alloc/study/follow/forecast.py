"""What a plan brings with the units that are there: its money and its units fixed, jobs and flows solved for."""

from collections.abc import Mapping
from dataclasses import dataclass

from alloc.instance import Instance
from alloc.instance.effects import effective
from alloc.instance.schema import Resource
from alloc.solver import unbroken
from alloc.study.compare.completion import complete
from alloc.study.compare.results import Result
from alloc.study.handmade import FixedPlan

CASES = ("status_quo", "plan", "accepted", "delivered")
"""What the goal is told for: nothing funded, the plan, the units accepted so far, all units delivered so far."""

GRAIN = 0.005
"""Money that differs by less than this is the same [currency units]: half of the smallest coin."""

Site = tuple[str, str]
"""County and industry."""


@dataclass(frozen=True)
class Outlook:
    """The best that given units can bring.

    objective, employment, linkage: as in run.json; jobs: (county, industry) → jobs; direct: measure → jobs that it
    brings directly.
    """

    objective: float
    employment: float
    linkage: float
    jobs: Mapping[Site, float]
    direct: Mapping[str, float]


def find_forecast(of: Result, paid: Mapping[tuple[str, str], float], units: Mapping[str, float]) -> Outlook:
    """Return the best that these payments and units bring of a plan [money by measure and fund; units by measure].

    What is there is there: no limit on money, funds, resources or scales keeps it out. A measure without units does
    not go ahead, committed or not; but one that is planned at no units does, once its money is paid. Soft rules are
    penalised by the money paid. Raises SolveError where HiGHS fails.
    """
    instance, bare = of.instance, _list_paid_without_units(of, paid)
    funded = {m: int(units.get(m, 0.0) > 0 or m in bare) for m in instance.measures}
    fixed = FixedPlan(paid, funded, {m: units.get(m, 0.0) for m in instance.measures})
    with unbroken():
        plan = complete(_provide_resources(instance, units), fixed, instance.solver)
    values = plan.values
    direct = {m: row.jobs * effective(instance, m) * values["Gain"][m] for m, row in instance.measures.items()}
    return Outlook(
        float(plan.objective or 0.0),
        float(values["ExpectedEmployment"][None]),
        float(values["ExpectedLinkage"][None]),
        {(row.county, row.industry): float(values["Jobs"][row.county, row.industry]) for row in instance.baseline},
        direct,
    )


def _list_paid_without_units(of: Result, paid: Mapping[tuple[str, str], float]) -> set[str]:
    """Return the measures that are planned to go ahead at no units, and for which what they cost is paid."""
    table, spent = of.tables["measures"], dict.fromkeys(of.instance.measures, 0.0)
    for (m, _), money in paid.items():
        spent[m] += money
    grain = GRAIN / of.instance.money.unit
    found = set()
    for m, funded, units, cost in zip(table["measure"], table["funded"], table["units"], table["cost"], strict=True):
        if funded and units <= 0 and spent[m] >= cost - grain:
            found.add(m)
    return found


def _provide_resources(instance: Instance, units: Mapping[str, float]) -> Instance:
    """Return the question with as much of every resource as the units take: they have taken it already."""
    resources = {r: _enlarge(instance, r, row, units) for r, row in instance.resources.items()}
    return instance.model_copy(update={"resources": resources})


def _enlarge(instance: Instance, r: str, row: Resource, units: Mapping[str, float]) -> Resource:
    used = dict.fromkeys(row.by_county, 0.0)
    taken = 0.0
    for m, measure in instance.measures.items():
        amount = measure.uses.get(r, 0.0) * units.get(m, 0.0)
        taken += amount
        if measure.county in used:
            used[measure.county] += amount
    by_county = {c: max(amount, used[c]) for c, amount in row.by_county.items()}
    whole = None if row.amount is None else max(row.amount, taken)
    return row.model_copy(update={"amount": whole, "by_county": by_county})
