"""Files that nobody would write on purpose: reading them ends in words, whatever they hold."""

import json
import random
import time
import zipfile
from pathlib import Path

import pytest
from conftest import asked, geojson, instance_of, square
from hypothesis import given, settings
from hypothesis import strategies as st
from test_excel_faults import made, question, zipped  # noqa: F401
from test_instance import QUESTION, TABLES, lay, lines, tabled

from alloc.errors import AllocError, InstanceError, RequestError
from alloc.instance import draft, read
from alloc.report.boundaries import read_boundaries
from alloc.report.charts.svg import words
from alloc.study.sweep.cases import make_cases
from alloc.study.sweep.plan import read_plan
from alloc.texts import LANGUAGES

DEMO = Path(__file__).parent.parent / "instances/demo"
PLAN = """\
sweep: 1
base: {funds.tianjin.amount: 40}
grid:
  "measures[category=training].unit_cost × 0.8…1.2": {count: 3}
sample: {points: 4, seed: [1, 2], over: {funds.national.amount: 10…20}}
"""


def refused(path: Path) -> list[str]:
    """Return what reading a plan of a sweep says against it."""
    with pytest.raises((InstanceError, RequestError)) as caught:
        make_cases(*read_plan(path), draft(DEMO), {})
    for lang in LANGUAGES:
        caught.value.say(lang).encode()
    return caught.value.say().replace(f"{path.parent}/", "").splitlines()


def test_a_table_that_is_a_link_to_itself_is_said_to_be_one(tmp_path):
    lay(tmp_path, tabled("chains"))
    (tmp_path / "chains.csv").symlink_to(tmp_path / "chains.csv")
    (line,) = lines(tmp_path)
    assert line.endswith("  chains: chains.csv is a link that leads back to itself")


def test_a_file_that_may_not_be_read_is_never_said_to_be_missing(tmp_path, monkeypatch):
    lay(tmp_path, tabled("chains"), {"chains.csv": TABLES["chains"]})
    read_bytes = Path.read_bytes

    def barred(path: Path) -> bytes:
        if path.name == "chains.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", barred)
    (line,) = lines(tmp_path)
    assert line.endswith("chains: chains.csv may not be read: permission is lacking")


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "loop"])
def test_an_instance_that_cannot_be_there_is_refused(tmp_path, name):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises((InstanceError, RequestError)):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "sample: {points: 1000000000, over: {funds.national.amount: 1…2}}",
            "plan.yaml:1  sample.points: the plan",
        ),
        (
            "sample: {points: 60000, seed: [1, 2], over: {funds.national.amount: 1…2}}",
            "120000 points; 100000 are",
        ),
        (
            f"sample: {{points: 1{'0' * 250}, over: {{funds.national.amount: 1…2}}}}",
            "sample.points: the plan means 1",
        ),
        ("sample: {points: 2, seed: -1, over: {funds.national.amount: 1…2}}", "sample.seed[1]: -1 must be 0 or more"),
        ("grid: {funds.national.amount: {range: 0…1, step: 5e-324}}", "points; 100000 are the most"),
        ("grid: {funds.national.amount: {range: 0…1e999, count: 3}}", "the range 0…1e999 must go from low to high"),
        ("grid: {measures[category=training].unit_cost: [1, 2]}", "in quotes: 'measures[category=training].unit_cost'"),
        (
            "grid: {measures[*].unit_cost × 0.8…1.2: {count: 3}}",
            "in quotes: 'measures[*].unit_cost × 0.8…1.2'",
        ),
        ('title: "a\\e[31mb"\ngrid: {funds.national.amount: 1}', "plan.yaml:1  title: holds the sign U+001B"),
    ],
)
def test_a_plan_without_measure_is_refused_at_once(tmp_path, text, said):
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    start = time.process_time()
    assert said in "\n".join(refused(tmp_path / "plan.yaml"))
    assert time.process_time() - start < 20


def test_a_plan_in_another_encoding_or_that_is_a_folder_is_said_to_be_so(tmp_path):
    (tmp_path / "plan.yaml").write_bytes(PLAN.encode("utf-16"))
    assert refused(tmp_path / "plan.yaml")[0].startswith("plan.yaml  is UTF-16")
    assert refused(tmp_path)[0].endswith("is a folder where a file is expected")


def feature(**parts: object) -> dict[str, object]:
    return square(0, "653225") | parts


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(feature(properties=["a", 3])),
        json.dumps(feature(properties="x")),
        json.dumps(feature(geometry={"type": "GeometryCollection", "geometries": 3})),
        json.dumps(feature(geometry={"type": "Polygon", "coordinates": [[[10**400, 1]] * 4]})),
        json.dumps(feature(geometry={"type": "Polygon", "coordinates": [[[1, 10**5000 % 7]] * 3]})),
        '{"type": "Feature", "properties": {"name": ' + "9" * 5000 + "}}",
        "[" * 100_000,
        "NaN",
        "",
    ],
)
def test_boundaries_that_are_none_are_refused_in_words(tmp_path, content):
    instance = instance_of(asked(counties={"cele": {"code": "653225"}}))
    (tmp_path / "map.geojson").write_text(content)
    with pytest.raises((InstanceError, RequestError)) as caught:
        read_boundaries(tmp_path / "map.geojson", instance)
    assert all(caught.value.say(lang) for lang in LANGUAGES)


def test_a_map_that_is_nested_without_end_is_refused_without_words_of_python(tmp_path):
    (tmp_path / "map.geojson").write_text("[" * 100_000)
    with pytest.raises(RequestError) as caught:
        read_boundaries(tmp_path / "map.geojson", instance_of(asked()))
    assert caught.value.say().endswith("map.geojson is nested deeper than any map: GeoJSON of areas is needed")
    assert caught.value.say("zh").endswith("的嵌套层数超过任何地图：需要面状的 GeoJSON")


def test_boundaries_elsewhere_in_utf_16_or_in_a_folder_are_refused_in_words(tmp_path):
    instance = instance_of(asked())
    (tmp_path / "wide").write_bytes("{}".encode("utf-16"))
    for name, said in (("wide", "is UTF-16"), ("none", "there is no file"), (".", "is a folder")):
        with pytest.raises(InstanceError, match=said):
            read_boundaries(tmp_path / name, instance)


def test_signs_that_xml_forbids_leave_a_chart_whole():
    assert words(0, 0, "a\x1b\x00\ufffe<b") == '<text x="0" y="4.7">a\\u001b\\u0000\\ufffe&lt;b</text>'


def ends(act) -> None:
    """Do something that ends well, or in an error that can be said in both languages."""
    try:
        act()
    except AllocError as error:
        for lang in LANGUAGES:
            error.say(lang).encode()


PIECES = [
    "",
    "\x00",
    "\u202e",
    ",,",
    ";",
    '"',
    "\n",
    "{",
    "]",
    "*",
    "&a",
    ": ",
    "- ",
    "1e999",
    "!!int ",
    "\\ud800",
    "null",
]
PIECES += ["~", "?", "[*]", "\x1b", "…", "×", "%", "合计", "=", "\t", "<", "&#0;", "10**400"]


def mutated(content: bytes, seed: int) -> bytes:
    """Return a text with a few pieces changed, doubled, cut or moved."""
    dice = random.Random(seed)
    pieces = [*(sign.encode() for sign in PIECES), b"\xff", b"9" * 400]
    for _ in range(dice.randint(1, 4)):
        a, b = sorted((dice.randrange(len(content) + 1), dice.randrange(len(content) + 1)))
        b = min(b, a + dice.choice((0, 0, 1, 3, 40)))
        piece = dice.choice([*pieces, content[a : a + 20]])
        content = content[:a] + piece + content[b:]
    return content


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_mutations_of_any_text_end_in_words(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("storm")
    table = random.Random(seed).choice([*TABLES])
    lay(folder, tabled(table), {f"{table}.csv": mutated(TABLES[table].encode(), seed)})
    ends(lambda: read(folder))
    lay(folder, files={"instance.yaml": mutated(QUESTION.encode(), seed)})
    ends(lambda: read(folder))
    (folder / "plan.yaml").write_bytes(mutated(PLAN.encode(), seed))
    demo = draft(DEMO)
    ends(lambda: make_cases(*read_plan(folder / "plan.yaml"), demo, {}))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_mutations_of_boundaries_end_in_words(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("storm")
    path = geojson(folder, square(0, "653225"), square(2, name="Yutian"))
    path.write_bytes(mutated(path.read_bytes(), seed))
    instance = instance_of(asked(counties={"cele": {"code": "653225"}}))
    ends(lambda: read_boundaries(path, instance))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**400), 10**400) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(JSON, st.sampled_from(["type", "features", "properties", "geometry", "id", "coordinates"]))
def test_any_value_anywhere_in_a_feature_ends_in_words(tmp_path_factory, value, key):
    one = square(0, "653225")
    (one["geometry"] if key == "coordinates" else one)[key] = value
    path = tmp_path_factory.mktemp("storm") / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": value if key == "features" else [one]}))
    instance = INSTANCE
    ends(lambda: read_boundaries(path, instance))


INSTANCE = instance_of(asked(counties={"cele": {"code": "653225"}}))


@settings(max_examples=100, deadline=None)
@given(JSON, st.sampled_from(["base", "scenarios", "list", "grid", "zip", "sample", "title", "sweep"]), st.booleans())
def test_any_value_anywhere_in_a_plan_ends_in_words(value, key, inside):
    plan = {key: {"funds.tianjin.amount": value} if inside else value}
    demo = draft(DEMO)
    ends(lambda: make_cases(*read_plan(plan), demo, {}))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_mutations_of_a_workbook_end_in_words(tmp_path_factory, seed):
    parts = workbook()
    dice = random.Random(seed)
    name = dice.choice([name for name in parts if "theme" not in name])
    path = tmp_path_factory.mktemp("storm") / "plan.xlsx"
    path.write_bytes(zipped(parts | {name: mutated(parts[name], seed)}))
    ends(lambda: read(path))


def workbook(cache: list[dict[str, bytes]] = []) -> dict[str, bytes]:  # noqa: B006
    """Return the parts of a workbook, made once."""
    if not cache:
        from tempfile import TemporaryDirectory

        from alloc.instance import write

        with TemporaryDirectory() as folder:
            write(read(DEMO), Path(folder) / "plan.xlsx", False, "en")
            with zipfile.ZipFile(Path(folder) / "plan.xlsx") as archive:
                cache.append({name: archive.read(name) for name in archive.namelist()})
    return cache[0]
