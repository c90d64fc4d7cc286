"""What a plan comes to in its scenarios: outcomes of every industry, values, and the figures that look at risk."""

from collections.abc import Iterator, Mapping, Sequence
from operator import mul
from typing import Any

from alloc.instance import Instance
from alloc.instance.effects import states
from alloc.report.flows import chances
from alloc.solution import Solution

USUAL_TAIL = 0.1
"""The worst part of probability that is told where the question names none: one year in ten."""


def outcome_rows(instance: Instance, plan: Solution) -> Iterator[dict[str, Any]]:
    """Yield what becomes of every industry in every scenario."""
    for w in states(instance):
        for row in instance.baseline:
            key = w, row.county, row.industry
            yield {
                "scenario": w,
                "county": row.county,
                "industry": row.industry,
                "insured": plan.values["Covered"].get(key, plan.values["Insured"][key[1:]]),
                "upgraded": plan.values["Equipped"].get(key, plan.values["Upgraded"][key[1:]]),
                "retained": plan.values["Retained"][key],
                "output": plan.values["Output"][key],
            }


def least_retained(instance: Instance, plan: Solution) -> list[float]:
    """Return the jobs that every industry keeps in the scenario that keeps fewest, in the order of the baseline."""
    kept, worlds = plan.values["Retained"], list(states(instance))
    return [min(kept[w, row.county, row.industry] for w in worlds) for row in instance.baseline]


def weigh_goal(instance: Instance) -> dict[str, float]:
    """Return what a job and a unit of linkage count in the last goal."""
    aim = instance.objective
    if aim.order:
        return {goal: float(goal == aim.order[-1]) for goal in ("employment", "linkage")}
    return {"employment": aim.employment, "linkage": aim.linkage}


def find_values(instance: Instance, plan: Solution) -> dict[str, float]:
    """Return the value of every scenario: its part of the last goal, less penalties."""
    weights, off = weigh_goal(instance), plan.values["Penalties"][None]
    employment, linkage = plan.values["Employment"], plan.values["Linkage"]
    return {w: weights["employment"] * employment[w] + weights["linkage"] * linkage[w] - off for w in states(instance)}


def find_regrets(instance: Instance, plan: Solution) -> dict[str, float]:
    """Return what the best plan for each scenario alone has more; nothing where the question does not ask for it."""
    best = find_optima(plan)
    return {w: best[w][-1] - value for w, value in find_values(instance, plan).items() if w in best}


def find_optima(plan: Solution) -> dict[str, list[float]]:
    """Return the value of the best plan for each scenario alone, by goal; nothing where nobody asks for regret."""
    found: dict[str, list[float]] = {}
    for (_, w), value in sorted(plan.values.get("Best", {}).items(), key=lambda item: item[0][0]):
        found.setdefault(w, []).append(value)
    return found


def mean(values: Sequence[float], probabilities: Sequence[float]) -> float:
    """Return the mean of values by their probabilities."""
    return float(sum(map(mul, values, probabilities)))


def mean_of_worst(values: Sequence[float], probabilities: Sequence[float], tail: float) -> float:
    """Return the mean of the worst `tail` of probability: CVaR."""
    left, found = tail, 0.0
    for value, probability in sorted(zip(values, probabilities, strict=True)):
        taken = min(left, probability)
        found += taken * value
        left -= taken
    return (found + left * max(values)) / tail  # probabilities may sum to a speck less than 1


def risk_figures(instance: Instance, plan: Solution) -> dict[str, Any]:
    """Return what run.json says of risk: the measure, its value, and what every scenario comes to."""
    values, chance, risk = find_values(instance, plan), chances(instance), instance.risk
    regrets, optima = find_regrets(instance, plan), find_optima(plan)
    tail = USUAL_TAIL if risk is None else risk.tail
    rows: dict[str, Any] = {}
    for w, value in values.items():
        rows[w] = {
            "probability": chance[w],
            "employment": plan.values["Employment"][w],
            "linkage": plan.values["Linkage"][w],
            "value": value,
        }
        if w in regrets:
            rows[w] |= {"regret": regrets[w], "optima": optima[w]}
    jobs, weights = list(map(plan.values["Employment"].__getitem__, values)), list(chance.values())
    years = {
        "average": mean(jobs, weights),
        "one_in_ten": mean_of_worst(jobs, weights, USUAL_TAIL),
        "worst": min(jobs),
    }
    return {
        "measure": "expected" if risk is None else risk.measure,
        "tail": tail,
        "weight": 0.0 if risk is None else risk.weight,
        "value": plan.objective,
        "expected": mean(list(values.values()), weights),
        "cvar": mean_of_worst(list(values.values()), weights, tail),
        "worst": min(values.values()),
        "regret": max(regrets.values()) if regrets else None,
        "years": years,
        "scenarios": rows,
    }


def drawn_figures(instance: Instance) -> list[dict[str, float]]:
    """Return the figures of every scenario that was drawn, by the columns that a table of scenarios has for them."""
    found = []
    for world in instance.drawn.values():
        row = _dotted(world)
        for c, local in world.counties.items():
            row |= _dotted(local, f"counties.{c}.")
        found.append(row)
    return found


def _dotted(world: Any, start: str = "") -> dict[str, float]:
    """Return the figures of a scenario, or of a county in it, by their paths."""
    found = {}
    for kind in ("hazard", "productivity", "delivery", "market"):
        figures: Mapping[str, float] = getattr(world, kind)
        for word, x in figures.items():
            found[f"{start}{kind}.{word}"] = x
    return found
