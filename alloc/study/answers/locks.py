"""What a person locked in a plan: rows with a mark, each held as a rule on its money."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from alloc.errors import Fault, InstanceError, RequestError
from alloc.infeasibility.levers import Lever
from alloc.infeasibility.over_all_years import name_figure
from alloc.instance import Instance
from alloc.instance.money import eligible_funds, speak_of_fund
from alloc.study.handmade import MONEY, find_payments, understand_payments
from alloc.study.handmade_years import group_rows
from alloc.study.spreadsheet import TableRow, read_rows

UNMARKED = ("", "0", "no", "false", "否")
"""What stands in the column `lock` of a row that is not locked."""

CENT = 0.01
"""The smallest coin: money that was typed is meant to half of it [currency unit]."""

WHOLE = 1e-6
"""A payment is whole lots where it is so to this part of a lot."""


@dataclass(frozen=True)
class Lock:
    """Money that a person decided: what a fund pays for a measure. name: of its rule; place: where it is written.

    years: of several years those in each of which it is paid.
    """

    name: str
    measure: str
    fund: str
    amount: float
    place: str
    years: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The path of its rule."""
        return f"rules.{self.name}"

    def hold(self, slack: float, horizon: Sequence[int]) -> dict[str, object]:
        """Return the rule that holds the money, but for a slack [money], by the paths of its figures.

        Nothing is held at nothing. horizon: all years of several: in those that are not meant the rule has no bounds.
        """
        if self.amount:
            bounds: dict[str, object] = {"min": max(0.0, self.amount - slack), "max": self.amount + slack}
        else:
            bounds = {"min": None, "max": 0.0}
        free = dict.fromkeys(bounds)
        rule = {"type": "amount", "of": {"measure": [self.measure]}, "fund": speak_of_fund(self.fund)}
        first = bounds if not self.years or horizon[0] in self.years else free
        found: dict[str, object] = {self.key: {**rule, **first}}
        for year in horizon[1:]:  # each is said, lest the question's own figures of a year speak of all rules
            for bound, value in (bounds if year in self.years else free).items():
                found[name_figure(horizon, year, f"{self.key}.{bound}")] = value
        return found

    def as_lever(self) -> Lever:
        """Return the lock as a limit that may give: its rule is made free of charge."""
        about = (("measure", "measure", self.measure), ("fund", "fund", self.fund))
        free = {f"{self.key}.penalty": 0.0}
        year = self.years[0] if len(self.years) == 1 else None
        return Lever(self.key, self.amount, None, "switch", "lock", about, self.place, instead=free, year=year)


def hold(instance: Instance, locks: Iterable[Lock], slack: float) -> dict[str, object]:
    """Return the rules that hold some locks of a question, by the paths of their figures."""
    found: dict[str, object] = {}
    for lock in locks:
        found |= lock.hold(slack, instance.years)
    return found


def list_slacks(instance: Instance) -> tuple[float, ...]:
    """Return how closely money is held, one after another [money]: exactly, and where that leaves no plan to the cent.

    Whole lots are exact.
    """
    return (0.0,) if instance.money.lot else (0.0, CENT / 2 / instance.money.unit)


def read_locks(path: str | Path, instance: Instance) -> tuple[Lock, ...]:
    """Read the rows with a mark in the column `lock`: of a workbook, an `allocation.csv` or a results folder.

    Over several years a row without a year is held in each. Raises InstanceError with every row that cannot be held,
    RequestError where no row is marked.
    """
    file, faults = find_payments(Path(path)), list[Fault]()
    names, locks = _name_rules(instance), list[Lock]()
    for years, row, m, f, amount in _list_rows(file, instance, faults):
        if not _is_marked(row):
            continue
        asked = [of for of in instance.questions if of.year in years] or [instance]
        troubles = (list(_find_trouble(question, m, f, amount, row.places)) for question in asked)
        faults += next(filter(None, troubles), [])
        locks.append(Lock(next(names), m, f, amount, row.place("amount"), years))
    if faults:
        raise InstanceError(faults)
    if not locks:
        raise RequestError("fix_no_locks", path=path)
    return tuple(locks)


def _list_rows(
    file: Path, instance: Instance, faults: list[Fault]
) -> Iterator[tuple[tuple[int, ...], TableRow, str, str, float]]:
    """Yield each payment with the years that its row is of, none for a question of one year.

    Of years that the question has not, a plan that goes on from before say, only what is marked is looked at.
    """
    rows = group_rows(read_rows(file, "allocation", MONEY), instance, faults, _is_marked)
    for years, mine in rows.items():
        for payment in understand_payments(mine, instance, faults):
            yield years if instance.questions else (), *payment


def _is_marked(row: TableRow) -> bool:
    return row.text("lock").lower() not in UNMARKED


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
