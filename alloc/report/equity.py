"""Money per head compared over counties."""

from collections.abc import Mapping
from itertools import combinations

from alloc.instance import Instance
from alloc.instance.lookups import count_people, named_rules
from alloc.instance.rules import Equity, Parity
from alloc.instance.sides import reaches


def compare_heads(instance: Instance, rule: Equity, money: Mapping[str, float], largest: float) -> tuple[float, float]:
    """Return what a rule on money per head compares: its value, and the most it may be at a largest figure."""
    return (parity_sides if isinstance(rule, Parity) else gini_sides)(instance, money, largest)


def parity_sides(instance: Instance, money: Mapping[str, float], largest: float) -> tuple[float, float]:
    """Return the largest money per head, and the most it may be: a multiple of the smallest."""
    heads = [money[c] / people for c, people in count_people(instance).items()]
    return max(heads), largest * min(heads)


def gini_sides(instance: Instance, money: Mapping[str, float], largest: float) -> tuple[float, float]:
    """Return Σ|u_c·p_d − u_d·p_c| over pairs, and the most it may be: the index × P × Σu.

    Source: the formulation, rule `gini`; u is money in a county, p its population, P all people.
    """
    people = count_people(instance)
    spread = sum(abs(money[c] * people[d] - money[d] * people[c]) for c, d in combinations(people, 2))
    return spread, largest * sum(people.values()) * sum(money.values())


def points(instance: Instance) -> dict[tuple[str, str], float]:
    """Return what one unit of violation is in the sides of each parity and Gini rule, by rule and group.

    A point of the ratio or of the index, where all the money that can be is spent: a penalty is its price.
    """
    people, rules = sum(count_people(instance).values()), named_rules(instance)
    found = {}
    for key, reach in reaches(instance).items():
        found[key] = reach / people if isinstance(rules[key[0]], Parity) else reach * people
    return found


def gini(instance: Instance, money: Mapping[str, float]) -> float | None:
    """Return the Gini index of money per head over counties, each counted by its people: 0 = the same for all.

    None where a population is missing or no money is spent.
    """
    if min(count_people(instance).values()) <= 0 or sum(money.values()) <= 0:
        return None
    spread, most = gini_sides(instance, money, 1.0)
    return spread / most
