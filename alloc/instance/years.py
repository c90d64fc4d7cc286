"""Several years: the question of each is the document with every figure replaced up to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from alloc.errors import Fault
from alloc.instance.document import Source, scalar
from alloc.instance.overrides import PLACE, override
from alloc.instance.paths import expand_setting
from alloc.instance.rows import revised
from alloc.instance.schema import Document, Instance
from alloc.instance.spans import UnclearError
from alloc.instance.suggest import nearest
from alloc.instance.tables import TABLES

KEYS = ("years", "discount", "by_year", "end_value")
"""What only a question over several years has."""


def prepare(source: Source) -> None:
    """Let the first of several years stand as the year, which is not written beside them."""
    data = source.data
    if not isinstance(data, dict):
        return
    nest_by_year(data)
    years = data.get("years")
    if "years" not in data or years == ():
        source.faults.extend(_find_needing_years(data, source))
        return
    if "year" in data:
        source.faults.append(Fault(source.place(("year",)), "year", "year_and_years", {"found": data["year"]}))
    data["years"] = _read_years(years)
    first = data["years"][0] if data["years"] else None
    data["year"] = first if _is_year(first) else 2000  # what is wrong with it is said of `years`


def _find_needing_years(data: dict[str, Any], source: Source) -> Iterator[Fault]:
    """Yield what says something only over several years, where none are given."""
    for key in KEYS:
        said = data.get(key) not in (None, 0, {}, "{}")
        if said or (key == "years" and key in data):
            yield Fault(source.place((key,)), key, "years_missing", {"found": key})


def _is_year(found: Any) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and 1900 <= found <= 9999


def _read_years(written: Any) -> tuple[Any, ...]:
    """Return the years of a list, or one alone; a sheet lists them as words, `2021|2022`."""
    words = written if isinstance(written, tuple) else (written,)
    return tuple(map(_read_year, words))


def _read_year(word: Any) -> Any:
    return int(word) if isinstance(word, str) and word.isdecimal() and len(word) < 10 else word


def nest_by_year(data: Any) -> None:
    """Put figures that a sheet names `2022.funds.tianjin.amount` under their year."""
    found = data.get("by_year") if isinstance(data, dict) else None
    if not isinstance(found, dict):
        return
    nested: dict[str, Any] = {}
    for key, value in found.items():
        year, dot, path = key.partition(".")
        if not dot:
            nested[year] = value
        elif isinstance(nested.setdefault(year, {}), dict):
            nested[year][path] = scalar(value) if isinstance(value, str) else value
    data["by_year"] = nested


def is_of_one_year(document: Document) -> bool:
    """Tell whether years ask for one alone and nothing behind it: then they are read as the question of that year."""
    return len(document.years) == 1 and not document.end_value


def find_faults(document: Document, source: Source) -> Iterator[Fault]:
    """Yield years that do not follow one another, and figures of years that are not asked for."""
    for i, (before, after) in enumerate(pairwise(document.years), 1):
        if after <= before:
            values: dict[str, object] = {"found": after, "before": before}
            yield Fault(source.place(("years", i)), f"years[{i + 1}]", "years_not_increasing", values)
    if not is_of_one_year(document):
        yield from _find_unjoined(document, source)
    known = [str(year) for year in document.years]
    for year, figures in document.by_year.items():
        place = source.place(("by_year", year))
        if year not in known:
            hint = nearest(year, known)
            values = {"found": year, "hint": hint, "expected": ", ".join(known)}
            yield Fault(place, f"by_year.{year}", "year_not_asked", values)
        for path in figures:
            root = path.replace("[", ".").partition(".")[0]
            if root not in TABLES:
                values = {"found": root, "hint": nearest(root, TABLES), "expected": ", ".join(TABLES)}
                yield Fault(source.place(("by_year", year, path)), f"by_year.{year}.{path}", "by_year_no_table", values)


def _find_unjoined(document: Document, source: Source) -> Iterator[Fault]:
    """Yield what is not planned over several years yet: risk, and what is decided once a scenario is known."""
    for key in ("risk", "draws"):
        if getattr(document, key):
            yield Fault(source.place((key,)), key, "not_over_years", {"found": key})
    for w, scenario in document.scenarios.items():
        for key in ("delivery", "market"):
            if getattr(scenario, key):
                place = source.place(("scenarios", w, key))
                yield Fault(place, f"scenarios.{w}.{key}", "not_over_years", {"found": key})
        for c, own in scenario.counties.items():
            if own.delivery or own.market:
                place = source.place(("scenarios", w, "counties", c))
                yield Fault(place, f"scenarios.{w}.counties.{c}", "not_over_years", {"found": "delivery, market"})
    if document.nation != "joint":
        yield Fault(source.place(("nation",)), "nation", "not_over_years", {"found": "nation"})


def split(document: Document, source: Source) -> Iterator[Source]:
    """Yield what is written for each year: the document, its figures replaced, what is committed in the first."""
    current = source.copy()
    current.warnings = []
    for key in KEYS:
        current.data.pop(key, None)
    for i, year in enumerate(document.years):
        current = current.copy()
        current.data["year"] = year
        if i == 1:
            _drop_commitments(current.data)
        for path, value in document.by_year.get(str(year), {}).items():
            _replace(current, str(year), path, value, source)
        yield current.copy()
        current.faults = []


def _drop_commitments(data: Mapping[str, Any]) -> None:
    rows = data.get("measures")
    for row in rows.values() if isinstance(rows, dict) else ():
        if isinstance(row, dict):
            row.pop("committed", None)


def _replace(current: Source, year: str, path: str, value: Any, source: Source) -> None:
    """Replace a figure, or all that a selector picks, and let what is wrong with it be said of its year."""
    place, label = source.place(("by_year", year, path)), f"by_year.{year}.{path}"
    before = {step for step, at in current.places.items() if at == PLACE}
    count = len(current.faults)
    try:
        figures = expand_setting(current.data, path, value)
    except UnclearError as error:
        current.faults.append(Fault(place, label, error.text, error.values))
        return
    for found, figure in figures.items():
        override(current, found, figure)
    current.faults[count:] = [replace(fault, place=place, key=label) for fault in current.faults[count:]]
    for step, at in current.places.items():
        if at == PLACE and step not in before:
            current.places[step], current.labels[step] = place, label


def complete(document: Document, questions: Sequence[Instance]) -> tuple[Instance, ...]:
    """Return the questions of all years, with those in which nothing is bought and what works counts on."""
    last = questions[-1]
    further = [close(last, last.year + i) for i in range(1, document.end_value + 1)]
    return (*questions, *further)


def close(last: Instance, year: int) -> Instance:
    """Return a further year with the figures of the last: nothing is bought or kept up, no rule holds."""
    idle = {"eligible": False, "committed": False, "recurrent": 0.0, "reason": last.name}
    measures, funds = revised(last.measures, **idle), revised(last.funds, min_use=0.0)
    return last.model_copy(update={"year": year, "measures": measures, "funds": funds, "rules": ()})


def worth_of_years(instance: Instance) -> dict[int, float]:
    """Return what each year counts: a year later 1/(1 + discount) of the one before."""
    first = instance.years[0]
    return {of.year: (1 + instance.discount) ** (first - of.year) for of in instance.questions}
