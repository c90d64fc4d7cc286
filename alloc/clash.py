"""Why a question has no plan: what would have to give, and by how much."""

from dataclasses import dataclass

from alloc.instance import Instance, Options
from alloc.instance.schema import Gini, Objective, Parity, Rule
from alloc.model import build
from alloc.report.tables import tables
from alloc.solver import solve_suited
from alloc.texts import say


@dataclass(frozen=True)
class Clash:
    """One thing that cannot be kept together with the rest: a rule broken least, a minimum use, a commitment.

    by: the least violation in the unit of the rule; 0 where the thing is left out whole.
    """

    what: str
    name: str
    by: float = 0.0
    source: str = ""

    def say(self, lang: str = "en") -> str:
        """Return the clash as one line."""
        source = f" [{self.source}]" if self.source else ""
        return say(f"clash_{self.what}", lang, name=self.name, by=f"{self.by:,.6g}", source=source)


def clashes(instance: Instance, options: Options) -> tuple[Clash, ...]:
    """Return what makes a question infeasible, by asking for the plan that breaks the least.

    First every rule may be broken; if that is not enough, minimum uses of funds are left out, then
    commitments and national plans. What is returned is one smallest way out, not every one.
    """
    left_out: list[Clash] = []
    relaxed = _soft(instance)
    for loosen in (None, _without_minimum_use, _without_commitments):
        if loosen:
            relaxed, found = loosen(relaxed)
            left_out += found
        plan = solve_suited(build(relaxed), relaxed, options)
        if plan.has_plan:
            rules = tables(relaxed, plan, plan, plan)["rules"]
            broken = rules[rules["broken_by"] > 0]
            names = [f"{r} ({g})" if g else r for r, g in zip(broken["rule"], broken["group"], strict=True)]
            amounts, sources = broken["broken_by"].tolist(), broken["source"].tolist()
            clashing = [Clash("rule", *of) for of in zip(names, amounts, sources, strict=True)]
            return (*clashing, *left_out)
    return tuple(left_out)


def _soft(instance: Instance) -> Instance:
    """Return the question of breaking hard rules least, one unit of money counting as much as one measure."""
    people = sum(county.population for county in instance.counties.values()) or 1.0

    def price(rule: Rule) -> float:
        if isinstance(rule, Parity):
            return people / len(instance.counties)
        return 1.0 / people if isinstance(rule, Gini) else 1.0

    rules = tuple(
        rule.model_copy(update={"penalty": 0.0 if rule.penalty is not None else price(rule)}) for rule in instance.rules
    )
    return instance.model_copy(update={"rules": rules, "objective": Objective()})


def _without_minimum_use(instance: Instance) -> tuple[Instance, list[Clash]]:
    named = [Clash("minimum", f, fund.min_use) for f, fund in instance.funds.items() if fund.min_use > 0]
    funds = {f: fund.model_copy(update={"min_use": 0.0}) for f, fund in instance.funds.items()}
    return instance.model_copy(update={"funds": funds}), named


def _without_commitments(instance: Instance) -> tuple[Instance, list[Clash]]:
    named = [Clash("commitment", m) for m, row in instance.measures.items() if row.committed]
    measures = {m: row.model_copy(update={"committed": False}) for m, row in instance.measures.items()}
    return instance.model_copy(update={"measures": measures}), named
