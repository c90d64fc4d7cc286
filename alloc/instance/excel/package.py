"""The package around the sheets of a workbook: parts under names of any case, and Strict Open XML, made usual.

Names of parts are equal whatever their case (ECMA-376, part 2, 6.2.2.3), and Strict differs from Transitional by its
namespaces (part 4, 7.2); openpyxl knows neither and drops in silence what it does not find.
"""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath

TYPES = "[Content_Types].xml"

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_REFERRING = re.compile(rb"(?:PartName|Target)\s*=\s*(?:\"[^\"]*\"|'[^']*')")

Parts = Mapping[str, bytes]


@dataclass(frozen=True)
class Package:
    """A workbook as openpyxl expects it. kind: `xlsx`, `xlsb`, or '' for anything else that is packed;
    lost: the sheets that it lists and does not hold.
    """

    content: bytes
    kind: str
    lost: tuple[str, ...] = ()


def normalise(content: bytes) -> Package:
    """Return a workbook with its parts named and spelt as usual. Raises BadZipFile where it is no package."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        written = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    parts: Parts = {name.replace("\\", "/").lstrip("/"): part for name, part in written.items()}
    kind = _kind(parts)
    if kind != "xlsx":
        return Package(content, kind)
    parts = _transitional(parts)
    if _find_lost(parts):
        lowered = _lower_names(parts)
        parts = parts if _find_lost(lowered) else lowered
    return Package(content if parts == written else _pack(parts), kind, _find_lost(parts))


def _kind(parts: Parts) -> str:
    """Return `xlsx` or `xlsb`, '' for anything else that is packed."""
    names = {basename(name).lower() for name in parts}
    if TYPES.lower() not in map(str.lower, parts):
        return ""
    if "workbook.xml" in names:
        return "xlsx"
    return "xlsb" if "workbook.bin" in names else ""


def _transitional(parts: Parts) -> Parts:
    """Return the parts of a workbook in Strict Open XML in the usual namespaces, those of others as they are."""
    books = (part for name, part in parts.items() if basename(name).lower() == "workbook.xml")
    if not any(map(_STRICT.search, books)):
        return parts
    new = rb"http://schemas.openxmlformats.org/\1/2006/"
    return {name: _STRICT.sub(new, part) if _is_xml(name) else part for name, part in parts.items()}


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _find_lost(parts: Parts) -> tuple[str, ...]:
    """Return the sheets, or the parts before them, that a workbook refers to and does not hold."""
    try:
        book = next(target for target in _targets(parts, "").values() if target.lower().endswith("workbook.xml"))
        targets, sheets = _targets(parts, book), _sheets(parts[book])
    except KeyError as error:
        return (str(error.args[0]),)
    except StopIteration:
        return ("workbook.xml",)
    lost = tuple(name for name, key in sheets.items() if targets.get(key) not in parts)
    return lost or (() if TYPES in parts else (TYPES,))


def _sheets(book: bytes) -> dict[str, str]:
    """Return name of a sheet → the key of the relation to its part."""
    found = {}
    for element in ET.fromstring(book).iter():
        if element.tag.endswith("}sheet"):
            found[element.get("name", "")] = next((x for name, x in element.items() if name.endswith("}id")), "")
    return found


def _targets(parts: Parts, part: str) -> dict[str, str]:
    """Return what a part, or the package, refers to: key of the relation → name of the other part."""
    folder, found = dirname(part), {}
    for one in ET.fromstring(parts[join(folder, "_rels", f"{basename(part)}.rels")]):
        target = one.get("Target", "")
        found[one.get("Id", "")] = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
    return found


def _lower_names(parts: Parts) -> dict[str, bytes]:
    """Return the parts with their names, and what refers to them, in small letters."""
    found = {}
    for name, part in parts.items():
        low = TYPES if name.lower() == TYPES.lower() else name.lower()
        refers = low == TYPES or low.endswith(".rels")
        found[low] = _REFERRING.sub(lambda match: _small(match[0]), part) if refers else part
    return found


def _small(reference: bytes) -> bytes:
    key, mark, value = reference.partition(b"=")
    return key + mark + value.lower()


def _pack(parts: Parts) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()
