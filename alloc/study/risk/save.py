"""The files of a study of risk: risk.json, its tables and its charts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.report.charts import chart_files, standalone
from alloc.study.files import StudyFiles, write_study
from alloc.study.risk.charts import draw_curve, draw_insurance

MARK = "risk.json"
"""What tells a study of risk from any other folder."""


def save_risk(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    out: Path,
    overwrite: bool,
    lang: str,
) -> Path:
    """Write the folder, whole or not at all; charts of the parts that were asked for."""
    charts: dict[str, bytes] = {}
    drawn = {"curve": draw_curve, "insurance": draw_insurance}
    for name, draw in drawn.items():
        if figures[name]:
            chart = standalone(draw(figures, lang), f"{instance.name} {instance.year}")
            charts |= chart_files(name, chart)
    return write_study(instance, StudyFiles(MARK, tables, figures, others=charts), out, overwrite, lang)
