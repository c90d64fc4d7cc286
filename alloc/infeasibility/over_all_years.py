"""The limits of a question over several years: each holds in all years, and a fund's money is that of one year."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from alloc.instance import Instance

if TYPE_CHECKING:
    from alloc.infeasibility.levers import Lever, Value

MONEY = ("fund_amount", "fund_county")
"""Kinds of limits of which each year has its own: the next million is that of a year."""


def list_over_years(instance: Instance, list_levers: Callable[[Instance], Iterable["Lever"]]) -> Iterator["Lever"]:
    """Yield the limits of all years, each once; list_levers: those of the question of one year.

    A figure of a later year is named `by_year.2022.PATH`, as with `--set`: it holds from that year on, so whatever
    moves a limit in some years names all of them.
    """
    asked = instance.questions[: len(instance.years)]
    found: dict[str, dict[int, Lever]] = {}
    for question in asked:
        for lever in list_levers(question):
            found.setdefault(lever.path, {})[question.year] = lever
    for by_year in found.values():
        first = next(iter(by_year.values()))
        if first.kind in MONEY:
            yield from _list_money(instance.years, by_year)
        else:
            yield _join(instance.years, by_year)


def name_figure(years: Sequence[int], year: int, path: str) -> str:
    """Return the path of the figure of a year: that of the first is the one that is written for all."""
    return path if year == years[0] else f"by_year.{year}.{path}"


def _join(years: Sequence[int], by_year: Mapping[int, "Lever"]) -> "Lever":
    """Return one limit of all years: released, it limits nothing in any of them."""
    first = next(iter(by_year.values()))
    free: dict[str, object] = {}
    for year in years if first.kind != "committed" else years[:1]:  # what is committed is so in the first year
        for path, release in by_year.get(year, first).released.items():
            free[name_figure(years, year, path)] = release
    figures = {year: (name_figure(years, year, lever.path), lever.value) for year, lever in by_year.items()}
    firm = any(lever.firm for lever in by_year.values())
    value = tell_figures({year: lever.value for year, lever in by_year.items()})
    return replace(first, value=value, instead=free, figures=figures, firm=firm)


def tell_figures(figures: Mapping[int, "Value"]) -> "Value":
    """Return the figure of some years; where it changes, each that is another with its year."""
    values = list(figures.values())
    if values.count(values[0]) == len(values):
        return values[0]
    told, before = list[str](), None
    for year, value in figures.items():
        if value != before:
            told.append(f"{year}: {value}")
        before = value
    return tuple(told)


def _list_money(years: Sequence[int], by_year: Mapping[int, "Lever"]) -> Iterator["Lever"]:
    """Yield the money of each year as a limit of its own: that of the year after it stays as it is."""
    for year, lever in by_year.items():
        path, held = f"by_year.{year}.{lever.path}", dict[str, object]()
        later = [t for t in years if t > year]
        if later and later[0] in by_year:
            held[f"by_year.{later[0]}.{lever.path}"] = by_year[later[0]].value
        yield replace(lever, path=path, year=year, held=held, instead={path: lever.release})
