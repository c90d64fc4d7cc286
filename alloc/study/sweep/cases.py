"""From a plan to its points: what each replaces in the instance, and what it is called.

Scenarios, list, grid, zip and sample are five sets of alternatives; the points are every combination of one from
each that the plan has. Figures are replaced in this order: base, scenario, list, grid, zip, sample; a factor
multiplies what stands there before it.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alloc.errors import Fault, InstanceError, foremost
from alloc.instance import Draft, Instance
from alloc.instance.document import Path, Source
from alloc.instance.paths import replace_path
from alloc.instance.spans import Span, UnclearError, read_span
from alloc.study.sweep.sampling import draw_samples
from alloc.study.sweep.schema import Plan

MOST = 100_000
"""A sweep of more points than this is a slip of the pen."""

Move = tuple[Span, object]
"""One path taking one value."""

_ASTRAY = frozenset({"nothing_there", "unknown_key"})
"""Faults of a replaced figure that lie in its path, not in its value."""


@dataclass(frozen=True)
class Case:
    """One point as planned: its scenario, the seed that drew it, what is varied, and the figures that this replaces."""

    scenario: str
    seed: int | None
    cells: Mapping[str, object]
    overrides: Mapping[str, object]


def list_labels(cases: Sequence[Case]) -> list[str]:
    """Return what is varied, each once, in the order of the plan."""
    return list(dict.fromkeys(label for case in cases for label in case.cells))


@dataclass(frozen=True)
class Part:
    """One set of alternatives of a plan. where: its key in the plan."""

    where: str
    alternatives: Sequence[tuple[Move, ...]]
    seeds: Sequence[int] = ()


def make_cases(
    plan: Plan, source: Source, draft: Draft, settings: Mapping[str, object]
) -> tuple[Instance, list[Case], Mapping[str, object]]:
    """Return the instance under the plan's base, the points in their order, and the figures that the base replaces.

    settings: figures replaced everywhere, on top of the plan's base. Raises InstanceError with every fault of the plan,
    or of the instance under the base; RequestError where samples need a package that is not installed.
    """
    reader = _Reader(source)
    base = reader.moves(plan.base, ("base",))
    named = {name: reader.moves(row, ("scenarios", name)) for name, row in plan.scenarios.items()} or {"": ()}
    parts = [part for part in reader.parts(plan) if part.alternatives]
    reader.stop()
    if plan.sample is not None:
        parts.append(_draw_part(plan, reader))
        reader.stop()
    _check_count(len(named) * math.prod(len(part.alternatives) for part in parts), source)
    start = draft.expand({**reader.applied(draft.source.data, base, ("base",)), **settings})
    reader.stop()
    reader.check(draft, start, start)
    reader.stop()
    found: list[Case] = []
    for name, moves in named.items():
        more = reader.applied(draft.replaced(start).data, moves, ("scenarios", name))
        figures = {**start, **more}
        reader.check(draft, figures, more)
        choices = _list_choices(reader, draft, figures, parts)
        found += _combine(name, figures, parts, choices)
    reading = draft.inspect(start)
    if reading.instance is None:
        raise InstanceError(reading.faults)
    return reading.instance, found, start


def _check_count(count: int, source: Source) -> None:
    """Raise InstanceError for more points than anybody means."""
    if count > MOST:
        raise InstanceError([Fault(source.place(()), "", "sweep_too_many", {"count": count, "most": MOST})])


def _list_choices(
    reader: "_Reader", draft: Draft, figures: Mapping[str, object], parts: Sequence[Part]
) -> list[list[Mapping[str, object]]]:
    """Return, for each part, the figures that each of its alternatives replaces in a scenario.

    Raises InstanceError with every fault of a line; of values only the first of each part is read.
    """
    data = draft.replaced(figures).data
    choices: list[list[Mapping[str, object]]] = []
    for part in parts:
        choices.append([reader.applied(data, row, (part.where,)) for row in part.alternatives])
    reader.alone(parts, choices)
    for rows in choices:
        reader.check(draft, {**figures, **rows[0]}, rows[0])
    reader.stop()
    return choices


def _combine(
    scenario: str, start: Mapping[str, object], parts: Sequence[Part], choices: Sequence[Sequence[Mapping[str, object]]]
) -> Iterator[Case]:
    """Yield every combination of one alternative of each part. choices: the figures that each alternative replaces."""
    for picked in itertools.product(*map(range, map(len, choices))):
        overrides, cells = dict(start), dict[str, object]()
        seed = None
        for part, rows, i in zip(parts, choices, picked, strict=True):
            overrides |= rows[i]
            for of, value in part.alternatives[i]:
                cells[of.label] = value
            seed = part.seeds[i] if part.seeds else seed
        yield Case(scenario, seed, cells, overrides)


def _draw_part(plan: Plan, reader: "_Reader") -> Part:
    assert plan.sample is not None
    spans = reader.spans(plan.sample.over, ("sample", "over"), drawn=True)
    if not spans:
        reader.fault(("sample", "over"), "is_empty")
        return Part("sample", ())
    count = plan.sample.points * len(plan.sample.seed)
    if count > MOST:
        reader.fault(("sample", "points"), "sweep_too_many", count=count, most=MOST)
        return Part("sample", ())
    rows, seeds = draw_samples(plan.sample, len(spans))
    alternatives = []
    for row in rows:
        alternatives.append(tuple((of, of.at(x)) for of, x in zip(spans, row, strict=True)))
    return Part("sample", alternatives, seeds)


class _Reader:
    """Reads the lines of a plan and gathers its faults."""

    def __init__(self, source: Source):
        self.source = source
        self.faults: list[Fault] = []
        self._lines: dict[str, Path] = {}

    def fault(self, path: Path, text: str, **values: object) -> None:
        """Note a fault at a line of the plan."""
        self.faults.append(Fault(self.source.place(path), self.source.label(path), text, values))

    def stop(self) -> None:
        """Raise InstanceError where there are faults."""
        if self.faults:
            raise InstanceError(foremost(self.faults))

    def spans(self, rows: Mapping[str, Any], where: Path, drawn: bool = False) -> list[Span]:
        """Return what each line means."""
        found = []
        for key, value in rows.items():
            try:
                found.append(read_span(key, value, drawn))
            except UnclearError as error:
                self.fault((*where, key), error.text, **error.values)
        return found

    def moves(self, rows: Mapping[str, Any], where: Path) -> tuple[Move, ...]:
        """Return lines that give one value each."""
        spans = self.spans(rows, where)
        for of in spans:
            if len(of.values) != 1:
                self.fault(where, "sweep_one_value", found=of.path)
        return tuple((of, of.values[0]) for of in spans if of.values)

    def parts(self, plan: Plan) -> Iterator[Part]:
        """Yield the parts of a plan that are written out."""
        yield Part("list", [self.moves(row, ("list", i)) for i, row in enumerate(plan.list)])
        for of in self.spans(plan.grid, ("grid",)):
            yield Part("grid", [((of, value),) for value in of.values])
        together = self.spans(plan.zip, ("zip",))
        values, lengths = [], []
        for of in together:
            values.append(of.values)
            lengths.append(f"{of.path}: {len(of.values)}")
        if len(set(map(len, values))) > 1:
            self.fault(("zip",), "sweep_zip_lengths", lengths=", ".join(lengths))
        elif together:
            alternatives = []
            for row in zip(*values, strict=True):
                alternatives.append(tuple(zip(together, row, strict=True)))
            yield Part("zip", alternatives)

    def applied(self, data: Any, moves: Sequence[Move], where: Path) -> dict[str, object]:
        """Return the figures that lines replace together; a figure that two of them mean is a fault."""
        found: dict[str, object] = {}
        for of, value in moves:
            try:
                more = replace_path(data, of.path, value, of.factor)
            except UnclearError as error:
                self.fault((*where, of.key), error.text, **error.values)
                continue
            for key in more.keys() & found.keys():
                self.fault((*where, of.key), "sweep_twice", found=key)
            found |= more
            self._lines |= dict.fromkeys(more, (*where, of.key))
        return found

    def alone(self, parts: Sequence[Part], choices: Sequence[Sequence[Mapping[str, object]]]) -> None:
        """Note figures that two parts of the plan vary."""
        known: set[str] = set()
        for part, rows in zip(parts, choices, strict=True):
            mine = set(itertools.chain.from_iterable(rows))
            for key in sorted(mine & known):
                self.fault((part.where,), "sweep_twice", found=key)
            known |= mine

    def check(self, draft: Draft, figures: Mapping[str, object], mine: Mapping[str, object]) -> None:
        """Note paths that lead nowhere, by trying the figures once; wrong values are faults of their points.

        mine: those of the figures that are looked at.
        """
        for one in draft.inspect(figures).faults:
            if one.text in _ASTRAY and one.key in mine:
                self.fault(self._lines.get(one.key, ()), one.text, **one.values)
