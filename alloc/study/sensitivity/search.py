"""A study of sensitivity: which figures vary, which methods ask what, and the tables that come of it."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd

from alloc.claims import whose
from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.instance.figures import figures
from alloc.run import solve
from alloc.run_figures import list_versions
from alloc.solver import unbroken
from alloc.study.points import Overrides, PointQuestion, open_points
from alloc.study.request import JOBS, Given, Tell, check_language, draft_question, read_question
from alloc.study.sensitivity import indices
from alloc.study.sensitivity.base_case import BaseCase, Trials
from alloc.study.sensitivity.information import information
from alloc.study.sensitivity.result import Sensitivity
from alloc.study.sensitivity.sampling import classify_measures, draw_figures
from alloc.study.sensitivity.switching import switching
from alloc.study.sensitivity.tornado import GOALS, tornado
from alloc.study.sensitivity.uncertain import Selected, Uncertain, limit_spread, select_figures

METHODS = ("tornado", "decisions", "switching", "information", "morris", "sobol")
SAMPLES = {"decisions": 100, "morris": 10, "sobol": 64}
"""Samples where none are asked for: draws, trajectories, and base samples."""

SHARP = 1e-6
"""Where a measure goes from few units to none, plans on both sides are nearly as good: a wider gap hides the place."""

NODES = 5
"""Places in the range of a figure at which the value of knowing it is weighed."""


@dataclass(frozen=True)
class _Options:
    """What methods are told besides the figures: samples of each, places in a range, the seed, how far to look."""

    counts: Mapping[str, int]
    nodes: int
    seed: int
    reach: float | None

    def describe(self, methods: Collection[str]) -> dict[str, Any]:
        """Return what sensitivity.json says of them, of methods that were asked for."""
        return {
            "samples": {method: count for method, count in self.counts.items() if method in methods},
            "seed": self.seed,
            "nodes": self.nodes if "information" in methods else None,
            "reach": self.reach,
        }


def sensitivity(
    instance: Given,
    *,
    methods: Sequence[str] = ("tornado", "decisions"),
    only: Sequence[str] = (),
    spread: Mapping[str, float] | None = None,
    reach: float | None = None,
    samples: int | None = None,
    nodes: int = NODES,
    seed: int = 1,
    overrides: Overrides | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    jobs: int = JOBS,
    cluster: str | None = None,
    lang: str = "en",
    tell: Tell | None = None,
) -> Sensitivity:
    """Tell how sensitive the plan is to the figures that have a range, or whose source has a spread.

    instance: a path, or what `read` returned. methods: some of METHODS. only: paths of figures, their beginnings or
    patterns; none = all. spread: source, `assumption` or `default` → part of the figure, up and down; before the
    instance's own. reach: part of a figure up to which switching values are looked for, in place of its range.
    samples: draws for `decisions` (100), trajectories for `morris` (10), base samples for `sobol` (64; rounded up to
    a power of 2). nodes: places in a range for `information`.
    overrides (for a path only), gap, time_limit [s, of each solve], lang: as for `solve`. jobs: processes; cluster:
    address of a Dask scheduler to use instead. tell: is told of each solve as it comes.
    Ctrl-C ends it with the methods that are done.
    Raises RequestError where nothing varies, where there is no plan to begin with, or where SALib is missing.
    """
    _check_wish(methods, samples, nodes, reach, lang)
    if gap is None and "switching" in methods:
        gap = min(SHARP, read_question(instance, overrides).solver.gap)
    how = _Options(_count_samples(samples), nodes, seed, reach)
    with unbroken():
        base = solve(instance, overrides=overrides, gap=gap, time_limit=time_limit, lang=lang)
    if not base.solution.has_plan:
        raise RequestError("nothing_to_vary", status=base.status)
    spread = dict(spread or {})
    choice = select_figures(base.instance, only, spread)
    options = {"gap": gap, "time_limit": time_limit}
    tables: dict[str, pd.DataFrame] = {}
    interrupted = False
    try:
        given = draft_question(instance, overrides)
        with open_points(PointQuestion(given, options, lang), jobs, cluster) as pool:
            asked = BaseCase(base, given.expand(overrides or {}), pool, tell)
            for method in sorted(set(methods), key=METHODS.index):
                tables[method] = _apply_method(method, asked, choice, how)
    except KeyboardInterrupt:
        if not tables:
            raise
        interrupted = True
    settings = {
        "methods": list(tables),
        "only": list(only),
        "spread": {**asked.instance.spread, **spread},
        **how.describe(methods),
        "interrupted": interrupted,
    }
    return Sensitivity(asked.instance, tables, _describe(asked, choice, settings))


def _count_samples(asked: int | None) -> dict[str, int]:
    """Return how many samples each method takes."""
    counts = dict(SAMPLES) if asked is None else dict.fromkeys(SAMPLES, asked)
    counts["sobol"] = 1 << (counts["sobol"] - 1).bit_length()  # what Sobol sequences are even in
    return counts


def _check_wish(methods: Sequence[str], samples: int | None, nodes: int, reach: float | None, lang: str) -> None:
    """Raise RequestError for a wish that cannot be met, before anything is solved."""
    check_language(lang)
    for method in methods:
        if method not in METHODS:
            raise RequestError("no_such_method", found=method, known=", ".join(METHODS))
    if samples is not None and samples < 2:
        raise RequestError("too_few_samples", found=samples)
    if nodes < 2:
        raise RequestError("too_few_nodes", found=nodes)
    if reach is not None and not (math.isfinite(reach) and reach > 0):
        raise RequestError("bad_reach", found=reach)
    if {"morris", "sobol"} & set(methods):
        indices.check_salib()


def _apply_method(method: str, asked: BaseCase, choice: Selected, how: _Options) -> pd.DataFrame:
    """Return the table of one method."""
    varied = _list_varied(method, asked, choice, how.reach)
    match method:
        case "tornado":
            return tornado(asked, varied)
        case "switching":
            return switching(asked, varied)
        case "information":
            return information(asked, varied, how.nodes)
        case "decisions":
            return classify_measures(asked, asked.ask(Trials(draw_figures(varied, how.counts[method], how.seed))))
        case _:
            return _find_indices(method, asked, varied, how)


def _list_varied(method: str, asked: BaseCase, choice: Selected, reach: float | None) -> tuple[Uncertain, ...]:
    """Return the figures that a method varies. Raises RequestError where there are none, or no one goal."""
    varied = choice.varied
    if method == "switching" and reach is not None:
        varied = widen_figures(asked.instance, choice, reach)
    if not varied:
        raise RequestError("nothing_varies")
    if method in ("switching", "information") and not asked.weighted:
        raise RequestError("needs_weights", method=method)
    return varied


def _find_indices(method: str, asked: BaseCase, varied: Sequence[Uncertain], how: _Options) -> pd.DataFrame:
    """Return the indices of Morris or of Sobol."""

    def answers(x: indices.Numbers) -> dict[str, indices.Numbers]:
        paths = [one.path for one in varied]
        points = asked.ask(Trials([dict(zip(paths, row, strict=True)) for row in x.tolist()]))
        found = np.array(list(map(attrgetter(*GOALS), points)), dtype=float)
        return dict(zip(GOALS, found.T, strict=True))

    find = indices.morris if method == "morris" else indices.sobol
    return find(varied, how.counts[method], how.seed, answers)


def widen_figures(instance: Instance, choice: Selected, reach: float) -> tuple[Uncertain, ...]:
    """Return the chosen figures, with or without a range, going as far as a part of themselves."""
    chosen = {one.path for one in choice.varied} | {figure.path for figure in choice.fixed}
    found = []
    for figure in figures(instance):
        low, high = limit_spread(figure, reach, figure.least, figure.most)
        if figure.path in chosen and low < high:
            found.append(Uncertain(figure.path, figure.value, low, high, "reach", figure.source))
    return tuple(found)


def _describe(asked: BaseCase, choice: Selected, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what sensitivity.json holds."""
    base = asked.base.figures
    statuses, unproven = [], 0
    for held, point in asked.log:
        unproven += not point.proven and point.objective is not None
        if not held:
            statuses.append(point.status)
    keys = ("name", "year", "instance_sha256", "status", "objective", "bound", "gap", "asked_gap")
    return {
        **{key: base[key] for key in keys},
        "employment": base["employment"],
        **whose(base),
        "linkage": base["linkage"],
        "funded": list(asked.units),
        **settings,
        "varied": {"count": len(choice.varied), "by": _count(one.origin for one in choice.varied)},
        "not_varied": {
            "count": len(choice.fixed),
            "by_source": _count(figure.source or "none" for figure in choice.fixed),
        },
        "solves": len(asked.log),
        "questions": len(statuses),
        "statuses": _count(statuses),
        "not_proven": unproven,
        "versions": list_versions(),
    }


def _count(words: Iterable[str]) -> dict[str, int]:
    """Return how often each word comes, in the order of the words."""
    return dict(sorted(Counter(words).items()))
