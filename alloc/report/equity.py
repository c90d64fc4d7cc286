"""Money per head compared over counties."""

from collections.abc import Mapping
from itertools import combinations

from alloc.instance import Instance


def parity_sides(instance: Instance, money: Mapping[str, float], largest: float) -> tuple[float, float]:
    """Return the largest money per head, and the most it may be: a multiple of the smallest."""
    heads = [money[c] / row.population for c, row in instance.counties.items()]
    return max(heads), largest * min(heads)


def gini_sides(instance: Instance, money: Mapping[str, float], largest: float) -> tuple[float, float]:
    """Return Σ|u_c·p_d − u_d·p_c| over pairs, and the most it may be: the index × P × Σu.

    Source: the formulation, rule `gini`; u is money in a county, p its population, P all people.
    """
    people = {c: row.population for c, row in instance.counties.items()}
    spread = sum(abs(money[c] * people[d] - money[d] * people[c]) for c, d in combinations(people, 2))
    return spread, largest * sum(people.values()) * sum(money.values())


def gini(instance: Instance, money: Mapping[str, float]) -> float | None:
    """Return the Gini index of money per head over counties, each counted by its people: 0 = the same for all.

    None where a population is missing or no money is spent.
    """
    if any(row.population <= 0 for row in instance.counties.values()) or sum(money.values()) <= 0:
        return None
    spread, most = gini_sides(instance, money, 1.0)
    return spread / most
