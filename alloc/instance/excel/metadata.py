"""What openpyxl does not tell while it streams: the unpacked size, what is hidden, merged cells, empty formulas."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass

MOST_BYTES = 256_000_000
"""No workbook unfolds into more: a question of 832 counties takes a twentieth of this."""

_WORTH_READING = re.compile(rb"mergeCell|hidden=|(ht|width)=.0|<(\w+:)?f[ >/]")
_YES = ("1", "true", "on")


@dataclass(frozen=True)
class SheetMetadata:
    """Of one sheet: hidden rows and columns, ranges of merged cells, and cells whose formula has no value."""

    hidden: frozenset[int] = frozenset()
    columns: tuple[range, ...] = ()
    merged: tuple[str, ...] = ()
    uncalculated: frozenset[str] = frozenset()


def is_too_large(content: bytes) -> bool:
    """Tell whether a workbook unfolds into more than may be read. Raises BadZipFile where it is none."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(part.file_size for part in archive.infolist()) > MOST_BYTES


def read_metadata(content: bytes, part: str) -> SheetMetadata:
    """Return the marks of the sheet that is stored under the name `part` in a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(part)
    if not _WORTH_READING.search(text):
        return SheetMetadata()
    hidden, columns, merged, uncalculated = set(), [], [], set()
    row = 0
    for _, element in ET.iterparse(io.BytesIO(text)):
        tag = element.tag.rpartition("}")[2]
        if tag == "row":
            row = int(element.get("r", row + 1))
            if _is_hidden(element, "ht"):
                hidden.add(row)
            element.clear()
        elif tag == "col" and _is_hidden(element, "width"):
            columns.append(range(int(element.get("min", 1)), int(element.get("max", 0)) + 1))
        elif tag == "c" and _is_empty_formula(element):
            uncalculated.add(element.get("r", ""))
        elif tag == "mergeCell":
            merged.append(element.get("ref", ""))
    return SheetMetadata(frozenset(hidden), tuple(columns), tuple(merged), frozenset(uncalculated))


def _is_hidden(element: ET.Element, size: str) -> bool:
    """Tell whether a row or column is hidden, or so small that nothing of it shows."""
    return element.get("hidden", "") in _YES or float(element.get(size) or 1) == 0


def _is_empty_formula(cell: ET.Element) -> bool:
    """Tell whether a cell holds a formula without any value; an empty text is one."""
    inside = {child.tag.rpartition("}")[2]: child for child in cell}
    return "f" in inside and cell.get("t") != "str" and not (inside["v"].text if "v" in inside else "")
