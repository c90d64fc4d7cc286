"""The files of a study of risk: risk.json, its tables and its charts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.report.charts import chart_files, standalone
from alloc.study.files import StudyFiles, write_study
from alloc.study.risk.charts import draw_curve, draw_insurance
from alloc.study.risk.risk_page import write_page

MARK = "risk.json"
"""What tells a study of risk from any other folder."""


def save_risk(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    told: Sequence[str],
    out: Path,
    overwrite: bool,
    lang: str,
) -> Path:
    """Write the folder, whole or not at all: tables, charts of what was asked for, a page with all of it."""
    files: dict[str, bytes] = {}
    charts = []
    drawn = {"curve": draw_curve, "insurance": draw_insurance}
    for name, draw in drawn.items():
        if figures[name]:
            charts.append(draw(figures, lang))
            files |= chart_files(name, standalone(charts[-1], f"{instance.name} {instance.year}"))
    files["risk.html"] = write_page(instance, figures, told, charts, lang)
    return write_study(instance, StudyFiles(MARK, tables, figures, others=files), out, overwrite, lang)
