"""What became of a plan so far: what was paid, what was delivered and accepted, and the jobs that were counted."""

import datetime
import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from alloc.errors import Fault, InstanceError, RequestError, foremost
from alloc.instance import Instance
from alloc.study.handmade import find_id, match_names
from alloc.study.spreadsheet import WORKBOOKS, TableRow, Uncalculated, find_lacking, find_misspelt, read_rows_if_any

ROOM = "alloc.study.follow"
"""Whose data dictionary describes the tables."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "payments": ("measure", "fund", "paid"),
    "deliveries": ("measure", "units", "accepted"),
    "jobs": ("county", "industry", "jobs"),
}
"""The tables, and the columns without which each is no such table."""


@dataclass(frozen=True)
class Payment:
    """Money that went out: of which fund, for which measure [money of the instance], and when, where that is said."""

    measure: str
    fund: str
    paid: float
    date: datetime.date | None = None


@dataclass(frozen=True)
class Delivery:
    """Units of a measure that were delivered, and how many of them were accepted (验收)."""

    measure: str
    units: float
    accepted: float
    note: str = ""


@dataclass(frozen=True)
class CountedJobs:
    """The jobs of an industry in a county as counted today, and the county's jobseekers where they are counted too."""

    county: str
    industry: str
    jobs: float
    jobseekers: float | None = None


@dataclass(frozen=True)
class Actuals:
    """What became of a plan: rows as they were written. warnings: what is doubtful in them."""

    payments: tuple[Payment, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    jobs: tuple[CountedJobs, ...] = ()
    warnings: tuple[Fault, ...] = ()

    def add_paid(self) -> dict[tuple[str, str], float]:
        """Return what was paid in all: (measure, fund) → money."""
        found: dict[tuple[str, str], float] = {}
        for row in self.payments:
            found[row.measure, row.fund] = found.get((row.measure, row.fund), 0.0) + row.paid
        return found

    def add_accepted(self) -> dict[str, float]:
        """Return the units that were accepted in all: measure → units."""
        return _add_units((row.measure, row.accepted) for row in self.deliveries)

    def add_delivered(self) -> dict[str, float]:
        """Return the units that were delivered in all, accepted or not: measure → units."""
        return _add_units((row.measure, row.units) for row in self.deliveries)


def _add_units(rows: Iterator[tuple[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for m, units in rows:
        found[m] = found.get(m, 0.0) + units
    return found


def read_actuals(path: str | os.PathLike[str], instance: Instance) -> Actuals:
    """Read what became of a plan, from a workbook or a folder of CSV files: `payments`, `deliveries` and `jobs`.

    A table that is missing is empty, and so is a row without figures; payments and deliveries of one measure add up.
    Raises InstanceError with every cell that cannot be understood, RequestError where there is none of the tables.
    """
    return _ActualsReader(Path(path), instance).read()


class _ActualsReader:
    """Reads the three tables and gathers their faults and warnings."""

    def __init__(self, path: Path, instance: Instance):
        self.path, self.instance = path, instance
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.measures, self.funds = match_names(instance.measures), match_names(instance.funds)

    def read(self) -> Actuals:
        """Return the tables. Raises InstanceError with all faults, RequestError where no table is there."""
        rows = {table: self._find_rows(table) for table in NEEDED}
        if all(found is None for found in rows.values()):
            raise RequestError("no_actuals", path=self.path, tables=", ".join(NEEDED))
        self.warnings += self._find_unread()
        payments = tuple(self._read_payments(rows["payments"] or []))
        deliveries = tuple(self._read_deliveries(rows["deliveries"] or []))
        jobs = tuple(self._read_jobs(rows["jobs"] or []))
        if self.faults:
            raise InstanceError(foremost(self.faults))
        return Actuals(payments, deliveries, jobs, tuple(self.warnings))

    def _find_unread(self) -> Iterator[Fault]:
        """Yield the tables in a folder that are none of the three: `payment.csv` would be a year without payments."""
        tables = [f"{table}.csv" for table in NEEDED]
        for file in sorted(self.path.glob("*.*")) if self.path.is_dir() else ():
            if (
                file.suffix.lower() in (".csv", *WORKBOOKS)
                and file.name not in tables
                and not file.name.startswith("~$")
            ):
                yield Fault(str(file), "", "actuals_unread", {"tables": ", ".join(tables)})

    def _find_rows(self, table: str) -> list[TableRow] | None:
        """Return the rows of a table, None where it is not there; one that lacks a column is there, and is at fault."""
        if not self.path.is_dir() and self.path.suffix.lower() not in WORKBOOKS:
            return None
        file = self.path / f"{table}.csv" if self.path.is_dir() else self.path
        found = read_rows_if_any(file, table, NEEDED[table], ROOM)
        lacking = find_lacking(file, table, NEEDED[table], ROOM) if found is None and file.is_file() else []
        self.faults += lacking
        self.warnings += find_misspelt(file, table, NEEDED[table], ROOM) if found else []
        return [] if lacking else found

    def _read_payments(self, rows: list[TableRow]) -> Iterator[Payment]:
        for row in rows:
            if not row.text("paid") and not row.text("date"):
                continue
            m = find_id(row, "measure", self.measures, self.faults)
            f = find_id(row, "fund", self.funds, self.faults)
            paid, day = self._read_number(row, "paid"), self._read_date(row)
            if m is not None and f is not None and paid is not None:
                yield Payment(m, f, paid, day)

    def _read_deliveries(self, rows: list[TableRow]) -> Iterator[Delivery]:
        for row in rows:
            if not any(map(row.text, ("units", "accepted", "note"))):
                continue
            m = find_id(row, "measure", self.measures, self.faults)
            units, accepted = self._read_number(row, "units"), self._read_number(row, "accepted")
            if units is not None and accepted is not None and accepted > units:
                above = row.fault("accepted", "accepted_above_units", found=f"{accepted:g}", units=f"{units:g}")
                self.faults.append(above)
            elif m is not None and units is not None and accepted is not None:
                yield Delivery(m, units, accepted, row.text("note"))

    def _read_jobs(self, rows: list[TableRow]) -> Iterator[CountedJobs]:
        counties, industries = match_names(self.instance.counties), match_names(self.instance.industries)
        seen: set[tuple[str, str]] = set()
        seekers: dict[str, float] = {}
        for row in rows:
            if not row.text("jobs") and not row.text("jobseekers"):
                continue
            c = find_id(row, "county", counties, self.faults)
            s = find_id(row, "industry", industries, self.faults)
            jobs, looking = self._read_number(row, "jobs"), self._read_optional(row, "jobseekers")
            if c is None or s is None or jobs is None:
                continue
            if (c, s) in seen:
                self.faults.append(row.fault("county", "jobs_twice", county=c, industry=s))
            seen.add((c, s))
            if looking is not None and seekers.setdefault(c, looking) != looking:
                found = {"found": f"{looking:g}", "county": c, "earlier": f"{seekers[c]:g}"}
                self.faults.append(row.fault("jobseekers", "jobseekers_differ", **found))
            yield CountedJobs(c, s, jobs, looking)

    def _read_optional(self, row: TableRow, column: str) -> float | None:
        """Return a number that may be missing."""
        return self._read_number(row, column) if row.text(column) else None

    def _read_number(self, row: TableRow, column: str) -> float | None:
        """Return a number of 0 or more, 0 where the cell is empty; None for a fault, which it adds."""
        try:
            found = row.number(column) or 0.0
        except (TypeError, ValueError):
            found = math.nan
        if math.isfinite(found) and found >= 0:
            return found
        if math.isfinite(found):
            text = "actuals_below_zero"
        else:
            text = "formula_without_value" if isinstance(row.cells[column], Uncalculated) else "plan_no_number"
        self.faults.append(row.fault(column, text, found=row.text(column)))
        return None

    def _read_date(self, row: TableRow) -> datetime.date | None:
        """Return the day of a payment, None where none is said; a day of another year is doubtful."""
        cell, word = row.cells.get("date"), row.text("date")
        if not word:
            return None
        try:
            day = cell.date() if isinstance(cell, datetime.datetime) else _parse_day(word)
        except ValueError:
            self.faults.append(row.fault("date", "actuals_no_date", found=word))
            return None
        if day.year != self.instance.year:
            values = {"found": day.isoformat(), "year": self.instance.year}
            self.warnings.append(row.fault("date", "payment_of_another_year", **values))
        return day


_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def _parse_day(word: str) -> datetime.date:
    """Return a day as people write it: 2019-06-30, 2019/6/30, 2019年6月30日. Raises ValueError for anything else."""
    found = _DAY.fullmatch(word)
    if found is None:
        raise ValueError(word)
    return datetime.date(*map(int, found.groups()))
