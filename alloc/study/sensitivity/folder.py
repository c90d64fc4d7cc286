"""The files of a study of sensitivity: one tidy CSV a method, the data dictionary, and sensitivity.json."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.report.folder import data_package, harmless
from alloc.study.sensitivity.drawing import drawn_tornado

MARK = "sensitivity.json"
"""What tells a study of sensitivity from any other folder."""


@cache
def dictionary() -> Mapping[str, Any]:
    """Return the data dictionary: method → title, what a row is, and its columns in order."""
    text = files("alloc.study.sensitivity").joinpath("columns.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def may_write(out: Path, overwrite: bool) -> None:
    """Raise RequestError where a folder may not be written: only an earlier study is ever replaced."""
    if out.exists() and not overwrite:
        raise RequestError("folder_exists", path=out)
    if out.exists() and not (out / MARK).is_file():
        raise RequestError("not_a_study", path=out)


def save(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    out: Path,
    overwrite: bool,
    lang: str,
) -> Path:
    """Write the folder beside its place and move it there, so that it is there whole or not at all."""
    may_write(out, overwrite)
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        new, old = beside / "new", beside / "old"
        new.mkdir()
        for name, frame in tables.items():
            harmless(frame).to_csv(new / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
        if "tornado" in tables:
            (new / "tornado.svg").write_text(drawn_tornado(tables["tornado"], figures, lang), encoding="utf-8")
        shown = {name: dictionary()[name] for name in tables}
        for name, content in (("datapackage.json", data_package(instance, lang, shown)), (MARK, figures)):
            text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
            (new / name).write_text(text, encoding="utf-8")
        if out.exists():
            out.rename(old)
        new.rename(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return out
