"""An open workbook: what it is made of, and each sheet as rows of cells that hold something."""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from alloc.errors import Fault
from alloc.instance.excel.metadata import MOST_BYTES, SheetMetadata, is_too_large
from alloc.instance.excel.package import normalise

_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class OpenSheet:
    """A sheet being read: where it stands, what it is, its rows as openpyxl gives them, and its marks."""

    place: str
    table: str
    cells: Any
    metadata: SheetMetadata

    def at(self, row: int, column: int) -> str:
        """Return where a cell is, as Excel writes it."""
        return f"{self.place}!{get_column_letter(column)}{row}"


def open_book(content: bytes, file: str) -> Any:
    """Return the workbook as a stream of rows, or the fault that keeps it shut."""
    if content.startswith(_OLE):
        return Fault(file, "", "workbook_locked")
    if not content.startswith(_ZIP):
        return Fault(file, "", "workbook_foreign")
    try:
        if is_too_large(content):
            return Fault(file, "", "workbook_large", {"limit": MOST_BYTES // 1_000_000})
        package = normalise(content)
        if package.kind != "xlsx":
            return Fault(
                file, "", *(("workbook_format", {"found": ".xlsb"}) if package.kind else ("workbook_foreign",))
            )
        if package.lost:
            return Fault(file, "", "workbook_lost", {"found": ", ".join(package.lost)})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that have no bearing on values
            book = openpyxl.load_workbook(io.BytesIO(package.content), read_only=True, data_only=True, keep_links=False)
        return OpenBook(book, package.content)
    except Exception as error:  # a broken file breaks openpyxl in as many ways as there are parts
        return Fault(file, "", "workbook_broken", {"problem": tell_problem(error)})


class OpenBook:
    """An open workbook that closes behind itself."""

    def __init__(self, book: Any, content: bytes):
        self.book = book
        self.content = content
        self.sheetnames = [sheet.title for sheet in book.worksheets]

    def __enter__(self) -> "OpenBook":
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()


def tell_problem(error: Exception) -> str:
    """Return in a line what a library says is wrong with a file."""
    return f"{type(error).__name__}: {error}"[:120] if str(error) else type(error).__name__


def quote_sheet(sheet: str) -> str:
    """Return a sheet's name as Excel writes it before the cell."""
    return sheet if sheet.isidentifier() else "'" + sheet.replace("'", "''") + "'"


def is_filled(cell: Any) -> bool:
    """Tell whether a cell holds more than blanks."""
    return cell.value is not None and not (isinstance(cell.value, str) and not cell.value.strip())


def list_filled(cells: Any) -> Iterator[list[Any]]:
    """Yield the filled cells of each row of a sheet that has any."""
    for row in cells.iter_rows():
        filled = list(filter(is_filled, row))
        if filled:
            yield filled
