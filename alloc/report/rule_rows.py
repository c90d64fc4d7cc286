"""The rows of the table of rules: what each repetition counts in a plan, its bounds, and the room between them."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from alloc.instance import Instance
from alloc.instance.lookups import named_rules
from alloc.instance.rules import Equity
from alloc.instance.sides import Side, per_head, sides
from alloc.report.equity import compare_heads, points
from alloc.report.rows import NEAR, add_up
from alloc.solution import Solution

Key = tuple[str, str]
"""Rule and group."""


class Measured(NamedTuple):
    """One repetition of a rule in a plan: what it counts and the bounds of that, in one unit."""

    value: float
    least: float | None
    most: float | None

    @property
    def room(self) -> float:
        """How much the value may still move towards the nearer bound; infinite where there is none."""
        below = math.inf if self.least is None else self.value - self.least
        above = math.inf if self.most is None else self.most - self.value
        return min(below, above)

    @property
    def beyond(self) -> float:
        """How far the value is beyond its bounds, both counted."""
        below = 0.0 if self.least is None else max(self.least - self.value, 0.0)
        above = 0.0 if self.most is None else max(self.value - self.most, 0.0)
        return below + above

    @property
    def size(self) -> float:
        """How large the sides are, which nearness is a part of."""
        return max(abs(x) for x in self if x is not None)


def count_side(side: Side, plan: Solution) -> tuple[float, float]:
    """Return what one repetition of a rule counts in a plan, and what it is compared with."""
    spend, funded = plan.values["Spend"], plan.values["Funded"]
    value = add_up(spend, side.spends) + add_up(funded, side.funded)
    value += sum(part * plan.values["MoreOutput"][site] for site, part in side.earns.items())
    return value, side.constant + add_up(spend, side.base)


def measure_rules(instance: Instance, plan: Solution) -> dict[Key, Measured]:
    """Return what every repetition of every rule counts in a plan, in the order of the rules."""
    spend = plan.values["Spend"]
    rules = named_rules(instance)
    found: dict[Key, Measured] = {}
    for key, side in sides(instance).items():
        value, base = count_side(side, plan)
        least = None if side.least is None else side.least * base
        most = None if side.most is None else side.most * base
        found[key] = Measured(value, least, most)
    for key, local in per_head(instance).items():
        money = {c: add_up(spend, payments) for c, payments in local.items()}
        rule = rules[key[0]]
        assert isinstance(rule, Equity)
        value, most = compare_heads(instance, rule, money, rule.max)
        found[key] = Measured(value, None, most)
    order = list(rules)
    return dict(sorted(found.items(), key=lambda x: order.index(x[0][0])))


def rule_rows(instance: Instance, plan: Solution) -> Iterator[dict[str, Any]]:
    """Yield each rule and group with both sides evaluated, so that slack is in the unit of the value."""
    rules, point = named_rules(instance), points(instance)
    for (r, g), of in measure_rules(instance, plan).items():
        rule = rules[r]
        size = of.size if rule.unit == "money per head" else max(1.0, of.size)
        yield {
            "rule": r,
            "group": g,
            "type": rule.type,
            "unit": rule.unit,
            "value": of.value,
            "min": of.least,
            "max": of.most,
            "slack": None if math.isinf(of.room) else of.room,
            "binding": of.room <= NEAR * size,
            "broken_by": of.beyond / point.get((r, g), 1.0) if of.beyond > NEAR * size else 0.0,
            "source": rule.source,
        }
