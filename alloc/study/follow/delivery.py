"""How much of what is paid for arrives, estimated anew from what arrived.

A county's rate of last year counts as much as so many units of trust, the units of the year each for itself: the mean
of the beta distribution that beta-binomial shrinkage leaves (Gelman et al., Bayesian Data Analysis, 3rd edition 2013,
section 2.4). The interval does not lean on last year's rate: it is Jeffreys' 80 % interval of the year's own deliveries
(Brown, Cai, DasGupta, Interval Estimation for a Binomial Proportion, Statistical Science 16, 2001), wide enough to hold
the estimate too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scipy import stats

from alloc.instance import Instance
from alloc.study.follow.purchases import Purchase, add_by_cell

MIDDLE = 0.8
"""The probability of the interval."""


@dataclass(frozen=True)
class DeliveryRate:
    """The rate of a county and category: as it was, as it is estimated now, and between what it lies (80 %)."""

    county: str
    category: str
    before: float
    after: float
    low: float
    high: float
    trust: float
    paid_for: float
    accepted: float

    @property
    def is_new(self) -> bool:
        """Tell whether the rate is another than before."""
        return abs(self.after - self.before) > 1e-12


def estimate_deliveries(
    instance: Instance, purchases: Mapping[str, Purchase], trust: float | None = None
) -> list[DeliveryRate]:
    """Return the rate of each county and category where anything was paid for.

    trust: how many units last year's rate counts for; by default as many as were planned there.
    """
    found = []
    for (c, k), (planned, paid_for, accepted) in add_by_cell(instance, purchases).items():
        before = instance.counties[c].delivery.get(k, 1.0)
        weight = planned if trust is None else trust
        after, low, high = shrink(before, weight, paid_for, accepted)
        found.append(DeliveryRate(c, k, before, after, low, high, weight, paid_for, accepted))
    return found


def shrink(before: float, trust: float, tried: float, arrived: float) -> tuple[float, float, float]:
    """Return (before · trust + arrived) / (trust + tried), and the ends of its 80 % interval."""
    if trust + tried <= 0:
        return before, before, before
    mean = (before * trust + arrived) / (trust + tried)
    low, high = stats.beta.ppf([(1 - MIDDLE) / 2, (1 + MIDDLE) / 2], arrived + 0.5, tried - arrived + 0.5)
    return mean, min(mean, float(low)), max(mean, float(high))
