"""A built model told other amounts of its funds, where these amounts bound nothing else.

Lemma: the model reads an amount in the fund's own limit; through `available` in what a measure can be built at and
what a fund can pay for it; in the purses that measures wait for; and in the reach of equity rules. Where all of those
are what they were, the model of the new amounts differs from the old one in the right-hand sides of the funds' own
limits and in nothing else.
"""

from collections.abc import Iterator
from typing import get_args

import pyomo.core as pyo

from alloc.instance.money import eligible_funds, most_money, most_of_fund, most_units
from alloc.instance.schema import Instance, Kind
from alloc.instance.sides import reaches


def is_bounded_alike(model: pyo.ConcreteModel, before: Instance, after: Instance) -> bool:
    """Tell whether other amounts of funds bound nothing but what each fund spends in all.

    before, after: one question with two sets of amounts, the first of which the model was built of. With regret as
    the goal, which looks at the best plans of those amounts, they never do.
    """
    if after.risk is not None or any(before.funds[f].amount != after.funds[f].amount for f in model.PURSES):
        return False
    return [*_list_bounds(before)] == [*_list_bounds(after)] and reaches(before) == reaches(after)


def _list_bounds(instance: Instance) -> Iterator[float]:
    """Yield all that the money of funds bounds, measure by measure."""
    for m in instance.measures:
        funds = eligible_funds(instance, m)
        units = most_units(instance, m, funds)
        yield units
        for kind in get_args(Kind):
            yield most_money(instance, m, kind, funds, units)
        for f in funds:
            yield most_of_fund(instance, m, f, funds, units)


def revise_amounts(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Give the limits of funds the amounts of an instance [money]; the parameter `amount` stays as it was built."""
    for f, limit in model.within_fund.items():
        limit.set_value(model.Spent[f] <= instance.funds[f].amount)
