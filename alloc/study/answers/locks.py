"""What a person locked in a plan: rows with a mark, each held as a rule on its money."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from alloc.errors import Fault, InstanceError, RequestError
from alloc.infeasibility.levers import Lever
from alloc.instance import Instance
from alloc.instance.money import eligible_funds, speak_of_fund
from alloc.study.handmade import find_payments, list_payments

UNMARKED = ("", "0", "no", "false", "否")
"""What stands in the column `lock` of a row that is not locked."""

CENT = 0.01
"""The smallest coin: money that was typed is meant to half of it [currency unit]."""

WHOLE = 1e-6
"""A payment is whole lots where it is so to this part of a lot."""


@dataclass(frozen=True)
class Lock:
    """Money that a person decided: what a fund pays for a measure. name: of its rule; place: where it is written."""

    name: str
    measure: str
    fund: str
    amount: float
    place: str

    @property
    def key(self) -> str:
        """The path of its rule."""
        return f"rules.{self.name}"

    def as_rule(self, slack: float) -> dict[str, object]:
        """Return the rule that holds the money, but for a slack [money]; nothing is held at nothing."""
        bounds = {"min": max(0.0, self.amount - slack), "max": self.amount + slack} if self.amount else {"max": 0.0}
        return {"type": "amount", "of": {"measure": [self.measure]}, "fund": speak_of_fund(self.fund), **bounds}

    def as_lever(self) -> Lever:
        """Return the lock as a limit that may give: its rule is made free of charge."""
        about = (("measure", "measure", self.measure), ("fund", "fund", self.fund))
        free = {f"{self.key}.penalty": 0.0}
        return Lever(self.key, self.amount, None, "switch", "lock", about, self.place, instead=free)


def hold(locks: Sequence[Lock], slack: float) -> dict[str, object]:
    """Return the rules that hold some locks, by the paths that add them."""
    return {lock.key: lock.as_rule(slack) for lock in locks}


def list_slacks(instance: Instance) -> tuple[float, ...]:
    """Return how closely money is held, one after another [money]: exactly, and where that leaves no plan to the cent.

    Whole lots are exact.
    """
    return (0.0,) if instance.money.lot else (0.0, CENT / 2 / instance.money.unit)


def read_locks(path: str | Path, instance: Instance) -> tuple[Lock, ...]:
    """Read the rows with a mark in the column `lock`: of a workbook, an `allocation.csv` or a results folder.

    Raises InstanceError with every row that cannot be held, RequestError where no row is marked.
    """
    file, faults = find_payments(Path(path)), list[Fault]()
    names, locks = _name_rules(instance), list[Lock]()
    for row, m, f, amount in list_payments(file, instance, faults):
        if row.text("lock").lower() in UNMARKED:
            continue
        faults += _find_trouble(instance, m, f, amount, row.places)
        locks.append(Lock(next(names), m, f, amount, row.place("amount")))
    if faults:
        raise InstanceError(faults)
    if not locks:
        raise RequestError("fix_no_locks", path=path)
    return tuple(locks)


def _name_rules(instance: Instance) -> Iterator[str]:
    taken = {rule.name for rule in instance.rules}
    return (name for k in count(1) if (name := f"lock {k}") not in taken)


def _find_trouble(instance: Instance, m: str, f: str, amount: float, places: Mapping[str, str]) -> Iterator[Fault]:
    """Yield why a payment cannot be held whatever else is planned."""
    lot = instance.money.lot
    if amount < 0:
        yield Fault(places["amount"], "amount", "plan_below_zero", {"found": f"{amount:g}"})
        return
    if lot and abs(amount / lot - round(amount / lot)) > WHOLE:
        yield Fault(places["amount"], "amount", "lock_not_lots", {"found": f"{amount:g}", "lot": f"{lot:g}"})
    yield from _find_payer_trouble(instance, m, f, amount, places)


def _find_payer_trouble(
    instance: Instance, m: str, f: str, amount: float, places: Mapping[str, str]
) -> Iterator[Fault]:
    row, payers = instance.measures[m], eligible_funds(instance, m)
    if amount > 0 and f not in payers:
        told = {"fund": f, "measure": m, "funds": ", ".join(payers) or "–"}
        yield Fault(places["fund"], "fund", "lock_not_payable", told)
    if amount > 0 and not row.eligible:
        yield Fault(places["measure"], "measure", "lock_not_eligible", {"measure": m, "reason": row.reason or "–"})
