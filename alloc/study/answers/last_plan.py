"""The plan that changes are counted from: what it paid, and what of that cannot be paid any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alloc.errors import AllocError, Fault, InstanceError
from alloc.instance import Instance, read
from alloc.instance.money import eligible_funds
from alloc.instance.names import names_of, suggest_id
from alloc.instance.plans import ALIKE, read_kind
from alloc.report.files import QUESTION
from alloc.study.handmade import find_payments, list_payments, match_id, read_word
from alloc.study.spreadsheet import WORKBOOKS, TableRow


@dataclass(frozen=True)
class LostPayment:
    """A payment of aid that is not possible any more: its measure is gone, or the fund may not pay for it."""

    measure: str
    fund: str
    county: str
    category: str
    amount: float


@dataclass(frozen=True)
class LastPlan:
    """Another plan's payments of aid: (measure, fund) → money, those that are still possible, and those lost."""

    name: str
    spend: Mapping[tuple[str, str], float]
    lost: tuple[LostPayment, ...]

    @property
    def lost_money(self) -> float:
        """All aid that has to move, whatever is decided [money]."""
        return sum(payment.amount for payment in self.lost)


def read_last(path: str | Path, instance: Instance) -> LastPlan:
    """Read the plan to stay near to: a results folder, an `allocation.csv`, or a workbook with the sheet Allocation.

    Measures and funds that its own question knows, or that are like none of this one, are no longer there; others are
    misspelt. Raises InstanceError with every row that cannot be understood, RequestError where there is nothing to
    read.
    """
    path, faults = Path(path), list[Fault]()
    known = _Known(instance, _read_own_question(path))
    spend: dict[tuple[str, str], float] = {}
    lost: list[LostPayment] = []
    for row, m, f, amount in list_payments(find_payments(path), instance, faults, known.find):
        if amount < 0:
            faults.append(Fault(row.place("amount"), "amount", "plan_below_zero", {"found": f"{amount:g}"}))
        kind = known.find_kind(row, f)
        if not kind:
            faults.append(Fault(row.place("fund"), "fund", "plan_no_fund", {"found": f, "hint": ""}))
        if kind != "aid" or amount <= 0:
            continue
        if m in instance.measures and f in eligible_funds(instance, m):
            spend[m, f] = amount
        else:
            lost.append(known.lose(row, m, f, amount))
    if faults:
        raise InstanceError(faults)
    return LastPlan(path.name, spend, tuple(lost))


@dataclass(frozen=True)
class _Known:
    """What is known of measures and funds: this question, and that which the other plan answered, where it is there."""

    now: Instance
    then: Instance | None

    def find(self, row: TableRow, column: str, names: Mapping[str, str], faults: list[Fault]) -> str | None:
        """Return the id that a cell means; the word itself where it is no longer there."""
        found = match_id(row, column, names, faults)
        if found != "":
            return found
        word = row.text(f"{column}_id") or read_word(row, column)
        rows = getattr(self.now, f"{column}s")
        if self.then is not None and word in getattr(self.then, f"{column}s"):
            return word
        several = names_of(rows).get(word, ())
        hint = suggest_id(word, rows, None, ALIKE)
        if several:
            faults.append(
                Fault(row.place(column), column, "ambiguous_name", {"found": word, "ids": ", ".join(several)})
            )
        elif hint or not word:
            faults.append(Fault(row.place(column), column, f"plan_no_{column}", {"found": word, "hint": hint}))
        else:
            return word
        return None

    def find_kind(self, row: TableRow, f: str) -> str:
        """Return the kind of a fund, '' where nobody says it."""
        for question in (self.now, self.then):
            if question is not None and f in question.funds:
                return question.funds[f].kind
        return read_kind(row.text("kind"))

    def lose(self, row: TableRow, m: str, f: str, amount: float) -> LostPayment:
        """Return a payment that is not possible any more, with where it went as far as anybody says."""
        for question in (self.now, self.then):
            if question is not None and m in question.measures:
                measure = question.measures[m]
                return LostPayment(m, f, measure.county, measure.category, amount)
        return LostPayment(m, f, row.text("county"), row.text("category"), amount)


def _read_own_question(path: Path) -> Instance | None:
    """Return the question that a plan answered, where it lies beside it and can still be read."""
    own = path if path.suffix.lower() in WORKBOOKS else (path if path.is_dir() else path.parent) / QUESTION
    if not own.exists():
        return None
    try:
        return read(own)
    except AllocError:
        return None
