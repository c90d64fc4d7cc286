"""The folder of a study: its tables, its figures, its plans and its pictures, written in one way."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.report.boundaries import read_boundaries
from alloc.report.charts import Chart, chart_files, standalone
from alloc.report.files import add_described, write_described, write_result
from alloc.report.notebook import call_question
from alloc.report.target import fill, write_json
from alloc.run import Run, choose_begin
from alloc.solver.pool import open_pool
from alloc.study.request import JOBS

MANY = 300
"""Measures of all plans together from which on writing them takes longer than beginning processes for it."""


@dataclass(frozen=True)
class StudyFiles:
    """What a study's folder holds.

    mark: the file of its figures, which tells it from any other folder; runs: folder → a plan, saved as a result of its
    own; others: file → what it holds, as pictures are.
    """

    mark: str
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]
    runs: Mapping[str, Run] = field(default_factory=dict)
    others: Mapping[str, bytes] = field(default_factory=dict)


def name_chart(name: str, chart: Chart | None, instance: Instance) -> dict[str, bytes]:
    """Return the file of a chart, SVG under a name, as a study's folder takes it; none where there is no chart."""
    if chart is None:
        return {}
    return chart_files(name, standalone(chart, call_question(instance)), pictures=False)


def write_study(instance: Instance, files: StudyFiles, out: Path, overwrite: bool, lang: str) -> Path:
    """Write the folder of a study, whole or not at all, and return its path."""
    with fill(out, (files.mark,), overwrite) as new:
        _save_runs({new / name: run for name, run in files.runs.items()}, lang)
        write_described(instance, files.tables, new, lang, "alloc.study")
        write_json(files.figures, new / files.mark)
        for name, content in files.others.items():
            (new / name).write_bytes(content)
    return out


def _save_runs(runs: Mapping[Path, Run], lang: str) -> None:
    """Save plans as results of their own, many of them side by side."""
    runs = {folder.resolve(): run for folder, run in runs.items()}  # processes may be begun elsewhere
    waiting = deque(runs)
    if sum(len(run.instance.measures) for run in runs.values()) < MANY:
        for folder in waiting:
            runs[folder].save(folder, lang=lang)
        return
    with open_pool(JOBS, None) as pool:
        given: dict[int, Path] = {}
        while waiting or pool.busy:
            for worker in pool.idle[: len(waiting)]:
                given[worker] = folder = waiting.popleft()
                pool.give(worker, (), _save_run, runs[folder], folder, lang)
            for worker, saved in pool.receive():
                if saved is None:  # its process was lost, or could not write: whatever hinders it is told here
                    runs[given[worker]].save(given[worker], overwrite=True, lang=lang)


def _save_run(kept: Mapping[int, object], run: Run, folder: Path, lang: str) -> Path:
    return run.save(folder, lang=lang)


def write_run(
    run: Run,
    tables: Mapping[str, pd.DataFrame],
    out: Path,
    overwrite: bool,
    lang: str,
    map: str | Path | None = None,
    pictures: bool = False,
) -> Path:
    """Write the results folder of a plan with further tables of a study beside its own, and return its path.

    Raises RequestError as a run's own `save` does.
    """
    if not run.tables:
        raise RequestError("nothing_to_save", status=run.status)
    drawn = None if map is None else read_boundaries(Path(map), run.instance)
    with fill(out, overwrite=overwrite) as new:
        write_result(run.instance, run.tables, run.figures, new, lang, drawn, pictures, choose_begin(run.instance))
        add_described(run.instance, tables, new, lang, "alloc.study")
        write_json(run.figures, new / "run.json")
    return out
