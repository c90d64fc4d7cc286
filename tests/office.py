"""LibreOffice without its window: formulas worked out anew, and compared with what the file said."""

import subprocess
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import openpyxl

RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>"""
"""0 is always: left to itself LibreOffice trusts the values in files that say they come from Excel."""

FORMATS = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "pdf": "pdf"}


class Office:
    """LibreOffice with a profile of its own."""

    def __init__(self, program: str, folder: Path):
        self.program, self.profile = program, folder / "profile"
        (self.profile / "user").mkdir(parents=True)
        (self.profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE, encoding="utf-8")

    def convert(self, paths: Sequence[Path], out: Path, to: str = "xlsx") -> list[Path]:
        """Convert files, all at once, and return what came of them."""
        command = [self.program, f"-env:UserInstallation={self.profile.as_uri()}", "--headless", "--convert-to"]
        subprocess.run(
            [*command, FORMATS[to], "--outdir", str(out), *map(str, paths)],
            check=True,
            capture_output=True,
            timeout=900,
        )
        return [out / f"{path.stem}.{to}" for path in paths]


class Difference(NamedTuple):
    """A cell that says something else than its formula."""

    sheet: str
    cell: str
    said: object
    found: object


def differences(said: Path, found: Path) -> Iterator[Difference]:
    """Yield every cell of a workbook that is an error, or differs from its recalculated copy by more than 1e-6."""
    ours, theirs = opened(said), opened(found)
    for sheet in ours:
        for row in sheet.iter_rows():
            for cell in row:
                other = theirs[sheet.title][cell.coordinate]
                if "e" in (cell.data_type, other.data_type) or not _same(cell.value, other.value):
                    yield Difference(sheet.title, cell.coordinate, cell.value, other.value)


def _same(x: object, y: object) -> bool:
    if isinstance(x, (int, float)) and isinstance(y, (int, float)):
        return abs(x - y) <= 1e-6 * max(1.0, abs(x))
    return ("" if x is None else x) == ("" if y is None else y)


def opened(path: Path, formulas: bool = False) -> openpyxl.Workbook:
    """Return a workbook with its values, or with its formulas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, data_only=not formulas)
