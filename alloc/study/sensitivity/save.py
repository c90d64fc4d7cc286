"""The files of a study of sensitivity: one tidy CSV a method, the data dictionary, and sensitivity.json."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.report.files import write_described
from alloc.report.target import fill, write_json
from alloc.study.sensitivity.drawing import draw_tornado

MARK = "sensitivity.json"
"""What tells a study of sensitivity from any other folder."""


def save_sensitivity(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    out: Path,
    overwrite: bool,
    lang: str,
) -> Path:
    """Write the folder, whole or not at all."""
    with fill(out, (MARK,), overwrite) as new:
        write_described(instance, tables, new, lang, "alloc.study")
        if "tornado" in tables:
            (new / "tornado.svg").write_text(draw_tornado(tables["tornado"], figures, lang), encoding="utf-8")
        write_json(figures, new / MARK)
    return out
