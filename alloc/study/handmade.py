"""A plan as somebody wrote it: who pays how much for what, from a results folder, a CSV file or a workbook."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from alloc.audit.verdict import grain
from alloc.errors import Fault, InstanceError
from alloc.instance import Instance
from alloc.instance.schema import Measure
from alloc.instance.suggest import nearest
from alloc.study.spreadsheet import WORKBOOKS, TableRow, Uncalculated, read_rows, read_rows_if_any
from alloc.texts import LANGUAGES, say

MONEY = ("measure", "fund", "amount")
SCALES = ("measure", "funded", "units")


@dataclass(frozen=True)
class HandmadePlan:
    """Money by (measure, fund), where each amount stands, and the scales that the writer's tables state.

    scales: measure → (funded, units). A scale counts only where it fits the money (see `fix_plan`). years: of several
    years the plan of each, which alone has money then.
    """

    name: str
    spend: Mapping[tuple[str, str], float]
    places: Mapping[tuple[str, str], str]
    scales: Mapping[str, tuple[int, float]]
    years: Mapping[int, "HandmadePlan"] = field(default_factory=dict)


@dataclass(frozen=True)
class FixedPlan:
    """What a plan has decided. What it leaves out is free, but no payment: that is 0.

    spend: (measure, fund) → money; funded: measure → 0 or 1; units: measure → units. years: of several years what each
    decides.
    """

    spend: Mapping[tuple[str, str], float]
    funded: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, float] = field(default_factory=dict)
    years: Mapping[int, "FixedPlan"] = field(default_factory=dict)


def read_plan(path: str | Path, instance: Instance) -> HandmadePlan:
    """Read a plan for an instance: a results folder, an `allocation.csv`, or a workbook with the sheet Allocation.

    A row that is missing and a cell that is empty are no money. Raises InstanceError with every row that cannot be
    understood, RequestError where there is nothing to read.
    """
    path = Path(path)
    file = find_payments(path)
    faults: list[Fault] = []
    spend: dict[tuple[str, str], float] = {}
    places: dict[tuple[str, str], str] = {}
    for row, m, f, amount in list_payments(file, instance, faults):
        spend[m, f], places[m, f] = amount, row.place("amount")
    if faults:
        raise InstanceError(faults)
    return HandmadePlan(path.name, spend, places, dict(understand_scales(read_scales(file), instance)))


def find_payments(path: Path) -> Path:
    """Return the file that holds the payments of a plan: in a results folder its `allocation.csv`."""
    return path / "allocation.csv" if path.is_dir() else path


FindId = Callable[[TableRow, str, Mapping[str, str], list[Fault]], str | None]
"""Tells which id a cell of a column means, of those that words mean; None where it is a fault, which it adds."""


def list_payments(
    file: Path, instance: Instance, faults: list[Fault], find: FindId | None = None
) -> Iterator[tuple[TableRow, str, str, float]]:
    """Yield each row of a plan with its measure, its fund and its money; what cannot be understood goes to the faults.

    A row that is missing and a cell that is empty are no money. find: which id a cell means, one of the instance's
    where nothing is said.
    """
    yield from understand_payments(read_rows(file, "allocation", MONEY), instance, faults, find)


def understand_payments(
    rows: Iterable[TableRow], instance: Instance, faults: list[Fault], find: FindId | None = None
) -> Iterator[tuple[TableRow, str, str, float]]:
    """Yield what `list_payments` does of rows that were read."""
    measures, funds = match_names(instance.measures), match_names(instance.funds)
    find, seen = find or find_id, set()
    for row in rows:
        if sums_up(row, measures):
            continue
        m = find(row, "measure", measures, faults)
        f = find(row, "fund", funds, faults)
        amount = read_amount(row, "amount", faults)
        if m is None or f is None or amount is None:
            continue
        if (m, f) in seen:
            faults.append(row.fault("measure", "payment_twice", measure=m, fund=f))
        seen.add((m, f))
        yield row, m, f, amount


def take_plan(name: str, tables: Mapping[str, pd.DataFrame]) -> HandmadePlan:
    """Return the plan that the tables of a run hold."""
    paid, scales = tables["allocation"], tables["measures"]
    spend = {(m, f): x for m, f, x in zip(paid["measure"], paid["fund"], paid["amount"], strict=True)}
    stated = {
        m: (int(on), units) for m, on, units in zip(scales["measure"], scales["funded"], scales["units"], strict=True)
    }
    return HandmadePlan(name, spend, {}, stated)


def match_names(rows: Mapping[str, object]) -> dict[str, str]:
    """Return the id that each word means: an id itself, or a name that only one row has."""
    owners: dict[str, list[str]] = defaultdict(list)
    for i, row in rows.items():
        for name in {getattr(row, "name", ""), getattr(row, "name_zh", "")} - {""}:
            owners[name].append(i)
    alone = {name: ids[0] for name, ids in owners.items() if len(ids) == 1}
    return alone | {i: i for i in rows}


def sums_up(row: TableRow, measures: Mapping[str, str]) -> bool:
    """Tell whether a row is the total below a table, or has neither words nor money: a payment is never left out."""
    words = [row.text(column) for column in ("measure", "fund", "measure_id", "fund_id")]
    totals = {say("total", lang) for lang in LANGUAGES} - measures.keys()
    if any(row.text(column) in totals for column in row.places if column != "amount"):
        return not any(word for word in words if word not in totals)
    return not any(words) and row.text("amount") in ("", "0")


def find_id(row: TableRow, column: str, names: Mapping[str, str], faults: list[Fault]) -> str | None:
    """Return the id that a row means: by its id where there is a column for it, else by id or name."""
    word = read_word(row, column)
    found = match_id(row, column, names, faults)
    if found == "":
        hint = nearest(word, list(names))
        faults.append(row.fault(column, f"plan_no_{column}" if word else "is_empty", found=word, hint=hint))
    return found or None


def read_word(row: TableRow, column: str) -> str:
    """Return what a row calls its measure or its fund."""
    return row.text(column) or row.text(f"{column}_id")


def match_id(row: TableRow, column: str, names: Mapping[str, str], faults: list[Fault]) -> str | None:
    """Return the id that a row means, '' where there is none; None where it says two, which is a fault."""
    by_id, by_name = (_look_up(row, key, names) for key in (f"{column}_id", column))
    if by_id and by_name and by_id != by_name:
        faults.append(row.fault(column, "plan_two_ids", found=read_word(row, column), id=by_id))
        return None
    return by_id or by_name or ""


def _look_up(row: TableRow, column: str, names: Mapping[str, str]) -> str | None:
    """Return the id that a cell means, with or without the mark that guards it in a spreadsheet."""
    return names.get(str(row.cells.get(column) or "").strip()) or names.get(row.text(column))


def read_amount(row: TableRow, column: str, faults: list[Fault]) -> float | None:
    """Return a cell as a number, 0 where it is empty; None for a fault, which it adds."""
    try:
        amount = row.number(column) or 0.0
    except (TypeError, ValueError):
        amount = math.nan
    if not math.isfinite(amount):
        unknown = isinstance(row.cells[column], Uncalculated)
        text = "formula_without_value" if unknown else "plan_no_number"
        faults.append(row.fault(column, text, found=row.text(column)))
        return None
    return amount


def read_scales(file: Path) -> Sequence[TableRow]:
    """Return the rows of the scales that stand beside the money: in `measures.csv`, or in the sheet Measures."""
    if file.suffix.lower() not in WORKBOOKS:
        file = file.with_name("measures.csv")
    return read_rows_if_any(file, "measures", SCALES) or ()


def understand_scales(rows: Iterable[TableRow], instance: Instance) -> Iterator[tuple[str, tuple[int, float]]]:
    """Yield the scale that each row states of a measure; one that cannot be understood is only a hint less."""
    measures = match_names(instance.measures)
    for row in rows:
        m = measures.get(row.text("measure_id")) or measures.get(row.text("measure"))
        try:
            funded, units = row.number("funded"), row.number("units")
        except (TypeError, ValueError):
            continue  # a scale is only a hint; the money decides
        if m is not None and funded is not None and units is not None:
            yield m, (round(funded), units)


def _list_required(instance: Instance, paid: Mapping[str, float], near: float) -> set[str]:
    """Return the measures that others which are paid for require; near: less than this is nothing [money]."""
    required: set[str] = set()
    for m, row in instance.measures.items():
        if abs(paid[m]) > near:
            required.update(row.requires)
    return required


def fix_plan(instance: Instance, plan: HandmadePlan, upkeep: Mapping[str, float] = MappingProxyType({})) -> FixedPlan:
    """Return what a plan decides: its payments, and the scale of each measure that they settle.

    Cost = fixed cost + unit cost · units, so the units follow from the money. Where they do not (a unit costs
    nothing), and where rounding matters, the scale that the plan states is taken, as long as it fits the money to a
    tenth of a currency unit; without one it is left free. In whole lots money covers the cost and leaves less than a
    lot, so the units are free within that. A measure that nobody pays for is not funded, unless it is
    free of cost, or has to go ahead and may do so at no units.
    upkeep: what purchases of earlier years cost, which is paid before anything is bought [money].
    """
    paid = {m: -upkeep.get(m, 0.0) for m in instance.measures}
    for (m, _), amount in plan.spend.items():
        paid[m] += amount
    rounding = _Rounding(float(grain(instance)), instance.money.lot or 0.0)
    required = _list_required(instance, paid, rounding.near)
    funded: dict[str, int] = {}
    units: dict[str, float] = {}
    for m, row in instance.measures.items():
        stated = plan.scales.get(m)
        if upkeep.get(m) and _only_keeps_up(paid[m], stated, rounding):
            funded[m], units[m] = 0, 0.0
            continue
        on, scale = _decide(row, paid[m], stated, row.committed or m in required, rounding)
        if on is not None:
            funded[m] = on
        if scale is not None:
            units[m] = scale
    return FixedPlan(plan.spend, funded, units)


@dataclass(frozen=True)
class _Rounding:
    """How exactly money is meant: amounts that are this near are the same, and payments come in such lots (0: any)."""

    near: float
    lot: float


def _only_keeps_up(rest: float, stated: tuple[int, float] | None, rounding: _Rounding) -> bool:
    """Tell whether money for a measure pays for no more than its upkeep, or not even that: nothing new is bought.

    rest: what is left of it. In lots less than one may be left, unless it is stated that something is bought.
    """
    bought = stated is not None and stated[0] == 1
    return rest <= rounding.near or (rest < rounding.lot and not bought)


def _decide(
    row: Measure, paid: float, stated: tuple[int, float] | None, required: bool, rounding: _Rounding
) -> tuple[int | None, float | None]:
    """Return whether a measure is funded and its units, None for what its money leaves free."""
    near = rounding.near
    if stated is not None and _fits(row, stated, paid, rounding):
        return stated
    if abs(paid) > near:
        return 1, None if _is_free_within_a_lot(row, paid, rounding) else _find_units(row, paid, near)
    if not _may_be_free(row, near) or (row.unit_cost > 0 and not required):
        return 0, 0.0
    return None, 0.0 if row.unit_cost > 0 else None


def _may_be_free(row: Measure, near: float) -> bool:
    """Tell whether a measure may go ahead without any money."""
    return max(row.fixed_cost, row.unit_cost * row.min_units, row.national_planned or 0.0) <= near


def _find_least_cost(row: Measure) -> float:
    """Return what a measure costs if it goes ahead at all [money]."""
    return row.fixed_cost + row.unit_cost * row.min_units


def _fits(row: Measure, stated: tuple[int, float], paid: float, rounding: _Rounding) -> bool:
    """Tell whether a stated scale costs what is paid, to the rounding, or leaves less than a lot."""
    (funded, units), near, lot = stated, rounding.near, rounding.lot
    rest = paid - row.fixed_cost * funded - row.unit_cost * units
    covered = -near <= rest <= near or (lot > 0 and funded == 1 and -near <= rest < lot)
    return funded in (0, 1) and units >= 0 and covered and (funded == 1 or units == 0)


def _is_free_within_a_lot(row: Measure, paid: float, rounding: _Rounding) -> bool:
    """Tell whether money in whole lots covers a scale, so that the units are free within the last lot."""
    return rounding.lot > 0 and _find_least_cost(row) - rounding.near <= paid < row.largest_cost + rounding.lot


def _find_units(row: Measure, paid: float, near: float) -> float | None:
    """Return the units that money pays for; a limit, or a whole number, that is as near as money goes is meant.

    None where a unit costs nothing, so that money does not tell.
    """
    if row.unit_cost <= 0:
        return None
    units = max(0.0, (paid - row.fixed_cost) / row.unit_cost)
    for meant in (row.min_units, row.max_units, float(round(units)) if row.integer else units):
        if abs(meant - units) * row.unit_cost <= near:
            return meant
    return units
