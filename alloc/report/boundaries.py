"""A user's boundaries: a GeoJSON file, matched with the counties of an instance. None are shipped."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from alloc.errors import RequestError
from alloc.instance import Instance
from alloc.instance.document import is_number
from alloc.instance.encoding import read_text

Ring = tuple[tuple[float, float], ...]

CODES = ("code", "adcode", "gb", "GB", "id", "ID", "pac", "PAC", "adm_code", "区划码", "code_county")
NAMES = ("name", "NAME", "name_zh", "name:zh", "name_en", "name:en", "fullname", "县", "地名")
"""Properties in which features of public files carry the GB/T 2260 code, and the name."""

ENDINGS = ("自治县", "县", "市", "区", " County", " county")
"""What may or may not stand behind a name."""

_NATION = "156"
"""Code of China (ISO 3166-1), which some files write before the code of a county."""


@dataclass(frozen=True)
class Boundaries:
    """Rings of longitude and latitude [degrees] by county, and who found no partner.

    strangers: features that are no county of the instance; missing: counties without a feature.
    """

    rings: Mapping[str, tuple[Ring, ...]]
    strangers: tuple[str, ...]
    missing: tuple[str, ...]


def read_boundaries(path: Path, instance: Instance) -> Boundaries:
    """Read a GeoJSON file (RFC 7946) and match its features with counties: by code, else by name or id.

    Raises RequestError where it is no GeoJSON of areas in degrees, or no feature is a county of the instance.
    """
    rings: dict[str, tuple[Ring, ...]] = {}
    strangers = []
    codes = {row.code: c for c, row in instance.counties.items() if row.code}
    words = _names(instance)
    for i, feature in enumerate(_features(path), 1):
        county = _county(feature, codes, words)
        if county is None:
            strangers.append(_called(feature) or f"#{i}")
            continue
        rings[county] = rings.get(county, ()) + tuple(_rings(path, i, feature.get("geometry")))
    if not rings:
        raise RequestError("map_no_county", path=path, found=", ".join(strangers[:5]) or "–")
    return Boundaries(rings, tuple(strangers), tuple(c for c in instance.counties if c not in rings))


def _names(instance: Instance) -> dict[str, str]:
    """Return each county by its id and its names, as they are compared."""
    found: dict[str, str] = {}
    for c, row in instance.counties.items():
        found |= {_plain(word): c for word in (c, row.name, row.name_zh) if word.strip()}
    return found


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        data = json.loads(read_text(path))
    except RecursionError:
        raise RequestError("map_deep", path=path) from None
    except ValueError as error:  # JSONDecodeError is one, and so are too many digits
        raise RequestError("map_no_json", path=path, problem=error) from None
    kind = data.get("type") if isinstance(data, dict) else None
    features = [data] if kind == "Feature" else None
    if kind == "FeatureCollection":
        features = data.get("features")
    if not isinstance(features, list) or not all(isinstance(x, dict) for x in features):
        raise RequestError("map_no_features", path=path)
    return features


def _called(feature: Mapping[str, Any]) -> str:
    """Return what a feature calls itself, for people."""
    properties = _properties(feature)
    return next((str(properties[key]) for key in (*NAMES, *CODES) if properties.get(key)), str(feature.get("id") or ""))


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties of a feature, none where they are no mapping."""
    found = feature.get("properties")
    return found if isinstance(found, dict) else {}


def _county(feature: Mapping[str, Any], codes: Mapping[str, str], words: Mapping[str, str]) -> str | None:
    properties = _properties(feature)
    for value in (*map(properties.get, CODES), feature.get("id")):
        found = _find_code(value, codes)
        if found:
            return found
    for value in (*map(properties.get, (*NAMES, *CODES)), feature.get("id")):
        if isinstance(value, str) and _plain(value) in words:
            return words[_plain(value)]
    return None


def _find_code(value: object, codes: Mapping[str, str]) -> str | None:
    """Return the county that a code means, with the nation's digits before it or those of a place in it behind it."""
    code = str(value).removesuffix(".0") if isinstance(value, str | int | float) else ""
    if len(code) == 9:
        code = code.removeprefix(_NATION)
    return codes.get(code) or (codes.get(code[:6]) if len(code) in (9, 12) else None)


def _plain(word: str) -> str:
    """Return a name as it is compared: without its ending, capitals and blanks at the ends."""
    word = word.strip()
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            word = word.removesuffix(ending)
            break
    return word.strip().casefold()


def _rings(path: Path, number: int, geometry: object) -> Iterator[Ring]:
    """Yield the rings of a geometry, holes among them. Raises RequestError for anything but areas in degrees."""
    shape = geometry if isinstance(geometry, dict) else {}
    kind = shape.get("type")
    if kind == "GeometryCollection":
        yield from _rings_of_parts(path, number, shape)
        return
    areas = _areas(shape)
    if areas is None:
        raise RequestError("map_no_area", path=path, number=number, found=kind or "–")
    for ring in chain.from_iterable(areas):
        listed = ring if isinstance(ring, list) else [None]
        corners = tuple(_corner(path, number, corner) for corner in listed)
        if len(corners) < 4:
            raise RequestError("map_no_area", path=path, number=number, found=f"{kind}, {len(corners)}")
        yield corners


def _rings_of_parts(path: Path, number: int, collection: Mapping[str, Any]) -> Iterator[Ring]:
    parts = collection.get("geometries")
    if not isinstance(parts, list) or not parts:
        raise RequestError("map_no_area", path=path, number=number, found=collection["type"])
    for part in parts:
        yield from _rings(path, number, part)


def _areas(shape: Mapping[str, Any]) -> list[list[Any]] | None:
    """Return the areas of a polygon, or of many, each a list of rings; None where it is none."""
    found = shape.get("coordinates")
    areas = {"Polygon": [found], "MultiPolygon": found}.get(str(shape.get("type")))
    if not isinstance(areas, list) or not all(isinstance(area, list) and area for area in areas):
        return None
    return areas


def _corner(path: Path, number: int, corner: object) -> tuple[float, float]:
    if isinstance(corner, list) and len(corner) >= 2 and all(map(is_number, corner[:2])):
        lon, lat = corner[:2]
        if abs(lon) <= 180 and abs(lat) <= 90:  # nor NaN; and before they become floats, which hold no 10**400
            return float(lon), float(lat)
    raise RequestError("map_no_degrees", path=path, number=number, found=str(corner)[:60])
