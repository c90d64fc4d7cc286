"""The files of a frontier: frontier.csv, frontier.json, its chart, and one results folder for each point."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.report.charts import chart_files, standalone
from alloc.run import Run
from alloc.study.files import StudyFiles, write_study
from alloc.study.frontier.pictures import draw_frontier

MARK = "frontier.json"
"""What tells a frontier from any other folder."""


def save_frontier(
    instance: Instance,
    table: pd.DataFrame,
    figures: Mapping[str, Any],
    runs: Mapping[str, Run],
    out: Path,
    overwrite: bool,
    lang: str,
) -> Path:
    """Write the folder, whole or not at all. runs: folder → the plan of a point; without any there is no chart."""
    charts: Mapping[str, bytes] = {}
    if runs:
        chart = standalone(draw_frontier(figures, lang), f"{instance.name} {instance.year}")
        charts = chart_files("frontier", chart)
    return write_study(instance, StudyFiles(MARK, {"frontier": table}, figures, runs, charts), out, overwrite, lang)
