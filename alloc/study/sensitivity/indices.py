"""Morris screening and Sobol indices: how much of what the answer varies each figure brings. Needs SALib."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alloc.errors import RequestError
from alloc.study.sensitivity.uncertain import Uncertain

Numbers = NDArray[np.float64]
Answers = Callable[[Numbers], Mapping[str, Numbers]]
"""Answers, by name of the output, one row of figures after the other; not a number where there is no plan."""

LEVELS = 4
CONFIDENCE = 0.95
RESAMPLES = 200


def check_salib() -> None:
    """Raise RequestError where SALib is not installed."""
    if find_spec("SALib") is None:
        raise RequestError("no_salib")


def morris(varied: Sequence[Uncertain], samples: int, seed: int, answers: Answers) -> pd.DataFrame:
    """Return the elementary effects of each figure on each output: one row a figure and output.

    Asks `samples` trajectories of one question more than there are figures. mu: mean effect of going from one end of
    the range to the other; mu_star: mean size of it, with its 95 % interval of ± mu_star_conf; sigma: how much it
    depends on the other figures. Morris 1991; Campolongo, Cariboni & Saltelli 2007. Trajectories with a question that
    has no plan are left out: `runs` counts those that are left.
    """
    sample, analyze = import_module("SALib.sample.morris"), import_module("SALib.analyze.morris")
    problem = _problem(varied)
    x = sample.sample(problem, samples, num_levels=LEVELS, seed=seed)
    columns = {"mu": "mu", "mu_star": "mu_star", "mu_star_conf": "mu_star_conf", "sigma": "sigma"}

    def analysed(rows: NDArray[np.bool_], y: Numbers) -> Any:
        return analyze.analyze(
            problem, x[rows], y, num_levels=LEVELS, conf_level=CONFIDENCE, num_resamples=RESAMPLES, seed=seed
        )

    return _table(varied, answers(x), len(varied) + 1, columns, analysed).sort_values(
        ["output", "mu_star", "figure"], ascending=[True, False, True], ignore_index=True, key=_goals_first
    )


def sobol(varied: Sequence[Uncertain], samples: int, seed: int, answers: Answers) -> pd.DataFrame:
    """Return the first-order and total Sobol indices of each figure for each output: one row a figure and output.

    Asks samples · (figures + 2) questions; `samples` must be a power of 2. s1: share of the variance that the figure
    brings alone; st: with all its interactions; each with its 95 % interval of ± s1_conf, st_conf. Sobol 1993; Saltelli
    et al. 2010, with bootstrap intervals. Where the output does not vary there are no indices. Groups of questions of
    which one has no plan are left out: `runs` counts those that are left.
    """
    sample, analyze = import_module("SALib.sample.sobol"), import_module("SALib.analyze.sobol")
    problem = _problem(varied)
    x = sample.sample(problem, samples, calc_second_order=False, seed=seed)
    columns = {"s1": "S1", "s1_conf": "S1_conf", "st": "ST", "st_conf": "ST_conf"}

    def analysed(rows: NDArray[np.bool_], y: Numbers) -> Any:
        return analyze.analyze(
            problem, y, calc_second_order=False, conf_level=CONFIDENCE, num_resamples=RESAMPLES, seed=seed
        )

    return _table(varied, answers(x), len(varied) + 2, columns, analysed).sort_values(
        ["output", "st", "figure"], ascending=[True, False, True], ignore_index=True, key=_goals_first
    )


def _problem(varied: Sequence[Uncertain]) -> dict[str, Any]:
    ends = [[one.low, one.high] for one in varied]
    return {"num_vars": len(varied), "names": [one.path for one in varied], "bounds": ends}


def _table(
    varied: Sequence[Uncertain],
    answers: Mapping[str, Numbers],
    group: int,
    columns: Mapping[str, str],
    analysed: Callable[[NDArray[np.bool_], Numbers], Any],
) -> pd.DataFrame:
    """Return what is found out about each figure for each output; questions stand or fall in groups."""
    rows = []
    for output, y in answers.items():
        whole = np.repeat(np.isfinite(y).reshape(-1, group).all(axis=1), group)
        kept = y[whole]
        varies = len(kept) > group and float(np.ptp(kept)) > 1e-9 * max(1.0, float(np.abs(kept).max()))
        found = analysed(whole, kept) if varies else None
        for i, one in enumerate(varied):
            numbers = {name: None if found is None else float(found[key][i]) for name, key in columns.items()}
            rows.append(
                {"figure": one.path, "output": output, "low": one.low, "high": one.high}
                | numbers
                | {"variance": float(np.var(kept)) if len(kept) else None, "runs": len(kept) // group}
            )
    return pd.DataFrame(rows)


def _goals_first(column: pd.Series) -> pd.Series:
    """Sort outputs in the order objective, employment, jobs through the aid, linkage."""
    order = {"objective": 0, "employment": 1, "employment_aid": 2, "linkage": 3}
    return column.map(lambda word: order.get(word, 4)) if column.name == "output" else column
