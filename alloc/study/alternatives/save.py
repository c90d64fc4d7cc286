"""The files of alternatives: alternatives.csv, ranges.csv, alternatives.json, one results folder for each plan."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.run import Run
from alloc.study.files import StudyFiles, write_study

MARK = "alternatives.json"
"""What tells alternatives from any other folder."""


def save_alternatives(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    runs: Mapping[str, Run],
    out: Path,
    overwrite: bool,
    lang: str,
) -> Path:
    """Write the folder, whole or not at all. runs: folder → a plan."""
    return write_study(instance, StudyFiles(MARK, tables, figures, runs), out, overwrite, lang)
