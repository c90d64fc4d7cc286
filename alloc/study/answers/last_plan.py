"""The plan that changes are counted from: what it paid, and what of that cannot be paid any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from alloc.errors import AllocError, Fault, InstanceError, RequestError
from alloc.instance import Instance, read
from alloc.instance.money import eligible_funds
from alloc.instance.names import names_of, suggest_id
from alloc.instance.plans import ALIKE, read_kind
from alloc.report.files import QUESTION
from alloc.study.handmade import MONEY, find_payments, match_id, read_word, understand_payments
from alloc.study.handmade_years import group_rows, list_years
from alloc.study.spreadsheet import WORKBOOKS, TableRow, read_rows


@dataclass(frozen=True)
class LostPayment:
    """A payment of aid that is not possible any more: its measure is gone, or the fund may not pay for it."""

    measure: str
    fund: str
    county: str
    category: str
    amount: float
    year: int


@dataclass(frozen=True)
class LastPlan:
    """Another plan's payments of aid: (year, measure, fund) → money, those that are still possible, and those lost.

    further: years that the other plan has and the question has not, which are not compared.
    """

    name: str
    spend: Mapping[tuple[int, str, str], float]
    lost: tuple[LostPayment, ...]
    further: tuple[int, ...] = ()

    @property
    def lost_money(self) -> float:
        """All aid that has to move, whatever is decided [money]."""
        return sum(payment.amount for payment in self.lost)


def read_last(path: str | Path, instance: Instance) -> LastPlan:
    """Read the plan to stay near to: a results folder, an `allocation.csv`, or a workbook with the sheet Allocation.

    Measures and funds that its own question knows, or that are like none of this one, are no longer there; others are
    misspelt. A row without a year is one of each of several years; those of years that the question has not are left
    out. Raises InstanceError with every row that cannot be understood, RequestError where there is nothing to read, or
    nothing of a year of the question.
    """
    path, faults = Path(path), list[Fault]()
    known = _Known(instance, _read_own_question(path))
    rows, further = _pick_rows(path, instance, faults)
    asked = {of.year: of for of in instance.questions or (instance,)}
    spend: dict[tuple[int, str, str], float] = {}
    lost: dict[tuple[int, str, str], LostPayment] = {}
    for years, mine in rows.items():
        for row, m, f, amount in understand_payments(mine, instance, faults, known.find):
            paid = _read_aid(known, row, f, amount, faults)
            for year in years if paid else ():
                if m in instance.measures and f in eligible_funds(asked[year], m):
                    spend[year, m, f] = amount
                else:
                    lost[year, m, f] = known.lose(row, m, f, amount, year)
    if faults:
        raise InstanceError(faults)
    return LastPlan(path.name, spend, tuple(lost.values()), further)


def _pick_rows(
    path: Path, instance: Instance, faults: list[Fault]
) -> tuple[dict[tuple[int, ...], list[TableRow]], tuple[int, ...]]:
    """Return the rows of a plan by the years that they are of, and the years that the question has not."""
    rows = read_rows(find_payments(path), "allocation", MONEY)
    found = group_rows(rows, instance, faults, keep=lambda _: False)
    kept = list_years(chain.from_iterable(found.values()))
    further = [year for year in list_years(rows) if year not in kept]
    if further and not kept:
        asked = instance.years or (instance.year,)
        known = {"found": ", ".join(map(str, further)), "years": ", ".join(map(str, asked))}
        raise RequestError("near_other_years", path=path, **known)
    return found, tuple(further)


def _read_aid(known: "_Known", row: TableRow, f: str, amount: float, faults: list[Fault]) -> bool:
    """Tell whether a row pays aid; what is wrong with it goes to the faults."""
    if amount < 0:
        faults.append(row.fault("amount", "plan_below_zero", found=f"{amount:g}"))
    kind = known.find_kind(row, f)
    if not kind:
        faults.append(row.fault("fund", "plan_no_fund", found=f, hint=""))
    return kind == "aid" and amount > 0


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
            faults.append(row.fault(column, "ambiguous_name", found=word, ids=", ".join(several)))
        elif hint or not word:
            faults.append(row.fault(column, f"plan_no_{column}", found=word, hint=hint))
        else:
            return word
        return None

    def find_kind(self, row: TableRow, f: str) -> str:
        """Return the kind of a fund, '' where nobody says it."""
        for question in (self.now, self.then):
            if question is not None and f in question.funds:
                return question.funds[f].kind
        return read_kind(row.text("kind"))

    def lose(self, row: TableRow, m: str, f: str, amount: float, year: int) -> LostPayment:
        """Return a payment that is not possible any more, with where it went as far as anybody says."""
        for question in (self.now, self.then):
            if question is not None and m in question.measures:
                measure = question.measures[m]
                return LostPayment(m, f, measure.county, measure.category, amount, year)
        return LostPayment(m, f, row.text("county"), row.text("category"), amount, year)


def _read_own_question(path: Path) -> Instance | None:
    """Return the question that a plan answered, where it lies beside it and can still be read."""
    own = path if path.suffix.lower() in WORKBOOKS else (path if path.is_dir() else path.parent) / QUESTION
    if not own.exists():
        return None
    try:
        return read(own)
    except AllocError:
        return None
