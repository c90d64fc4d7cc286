"""Maps from a user's GeoJSON: who is matched with whom, what is drawn, what is refused. All shapes are made up."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import geojson, square

from alloc.errors import RequestError
from alloc.report.boundaries import read_boundaries
from alloc.report.charts import regions
from alloc.report.page import make_page
from alloc.run import Run, solve

DEMO = Path(__file__).parent.parent / "instances/demo"


@pytest.fixture(scope="module")
def demo() -> Run:
    return solve(DEMO)


@pytest.mark.parametrize(
    "feature",
    [
        square(0, code="653225"),
        square(0, name="策勒县"),
        square(0, name="Cele County"),
        square(0, name="CELE"),
        square(0, code="653225000000"),
        {**square(0), "id": 653225},
        {**square(0), "properties": {"gb": "156653225"}},
    ],
    ids=["code", "name", "english", "capitals", "twelve-digits", "id", "national"],
)
def test_features_find_their_county(demo: Run, tmp_path: Path, feature: dict[str, Any]):
    rows = {**demo.instance.counties, "cele": demo.instance.counties["cele"].model_copy(update={"code": "653225"})}
    instance = demo.instance.model_copy(update={"counties": rows})
    found = read_boundaries(geojson(tmp_path, feature, square(3, name="Elsewhere")), instance)
    assert set(found.rings) == {"cele"}
    assert (found.strangers, found.missing) == (("Elsewhere",), ("yutian",))


def test_a_map_shows_who_found_no_partner(demo: Run, tmp_path: Path):
    hole = square(0, name="cele")
    hole["geometry"] = {
        "type": "MultiPolygon",
        "coordinates": [hole["geometry"]["coordinates"] + [[[80.2, 36.2], [80.4, 36.2], [80.4, 36.4], [80.2, 36.2]]]],
    }
    drawn = read_boundaries(geojson(tmp_path, hole, square(3, name="Elsewhere")), demo.instance)
    made = make_page(demo.instance, demo.tables, demo.figures, "en", drawn)
    assert made.charts["map-aid"].marks == 1
    assert made.charts["map-aid"].body.split('class="mark')[0].count("M") == 2  # the area and its hole
    assert "no counties of this question (1): Elsewhere" in made.html
    assert "Counties without boundaries in the file (1): Yutian" in made.html
    assert "map-aid" not in make_page(demo.instance, demo.tables, demo.figures, "en").charts


def test_a_map_is_as_wide_as_its_degrees_there(demo: Run, tmp_path: Path):
    ring = ((0.0, 59.5), (2.0, 59.5), (2.0, 60.5), (0.0, 60.5), (0.0, 59.5))  # cos 60° = ½: a square on the ground
    course = re.search(r' d="M([^"]+)z"', regions([("a", [ring], 1.0)], title="t").body)
    assert course
    corners = [tuple(map(float, corner.split())) for corner in course[1].split("L")]
    xs, ys = zip(*corners, strict=True)
    assert max(xs) - min(xs) == pytest.approx(max(ys) - min(ys), rel=0.01)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "is not GeoJSON"),
        ('{"type": "Topology"}', "is not GeoJSON"),
        ('{"type": "FeatureCollection", "features": [1]}', "is not GeoJSON"),
        ({"geometry": {"type": "Point", "coordinates": [1, 2]}}, "feature 1 is no area"),
        ({"geometry": None}, "feature 1 is no area"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, "feature 1 is no area"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[8e6, 4e6]] * 4]}}, "no longitude and latitude in degrees"),
        ({"geometry": {"type": "Polygon", "coordinates": [[["x", 4]] * 4]}}, "no longitude and latitude in degrees"),
        ({"properties": {"name": "Atlantis"}}, "no feature is a county of this question, neither by code nor by name"),
    ],
    ids=range(10),
)
def test_a_file_that_is_no_map_is_refused_in_words(demo: Run, tmp_path: Path, content: Any, words: str):
    path = tmp_path / "bad.geojson"
    if isinstance(content, dict):
        content = json.dumps({"type": "FeatureCollection", "features": [square(0, name="cele") | content]})
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RequestError, match=words):
        read_boundaries(path, demo.instance)
