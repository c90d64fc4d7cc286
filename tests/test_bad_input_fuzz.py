"""Whatever is written into the files, reading ends with an instance or with faults in words, and never otherwise."""

import json
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from test_instance import PREVIOUS, QUESTION, TABLES, lay, tabled

from alloc.errors import AllocError
from alloc.instance import inspect, read
from alloc.texts import LANGUAGES

FILES = {f"{table}.csv": content.encode() for table, content in TABLES.items()}
FILES |= {"instance.yaml": tabled(*TABLES).encode(), "results/2019/allocation.csv": PREVIOUS.encode()}
PLAIN = {"«huge»": "1e999", "«nan»": ".nan", "«long»": "1" * 5000, "«tag»": "!!set", "«null»": "~"}
"""Words that JSON cannot hold, as YAML writes them."""

VALUES = [*PLAIN, None, "", -1, 0, 1.5, True, [], {}, [None], ["", ""], [3], {"a": {}}, {"": 3}, "x" * 5000, "😀", "\0"]
VALUES += ["../x", "instance.yaml", "barn", "=1", "a|b", "\ufeff", "１", "nan", "NO", [[1, 2], [3]], {"barn": -1}]


def ends(folder: Path, overrides: dict[str, object] | None = None) -> None:
    """Read a question: an instance comes of it, or an error that can be said in both languages."""
    try:
        read(folder, overrides)
    except AllocError as error:
        for lang in LANGUAGES:
            error.say(lang).encode()


def paths(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield every place in plain data."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*path, key)
        yield from paths(value, (*path, key))


DATA = yaml.safe_load(QUESTION)
PLACES = list(paths(DATA))
KEYS = {(path[0], path[-1]): path for path in PLACES if isinstance(path[-1], str)}.values()
"""One place for each key of each table."""


def written(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False)
    for word, plain in PLAIN.items():
        text = text.replace(f'"{word}"', plain)
    return text


def replaced(data: object, path: tuple[str | int, ...], *value: object) -> None:
    """Replace what stands at a path, or delete it where no value is given."""
    try:
        for step in path[:-1]:
            data = data[step]
        if value:
            data[path[-1]] = value[0]
        else:
            del data[path[-1]]
    except (KeyError, IndexError, TypeError):
        return  # an earlier change took the place away


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(VALUES) | st.none()), min_size=1, max_size=3))
def test_any_value_in_any_place_gives_an_instance_or_faults(changes):
    data = deepcopy(DATA)
    for path, value in changes:
        replaced(data, path, value)
    with tempfile.TemporaryDirectory() as folder:
        lay(Path(folder), written(data))
        ends(Path(folder))


def test_whatever_stands_for_a_whole_table_gives_an_instance_or_faults(tmp_path):
    for table in DATA:
        for value in [None, "", -1, "«huge»", [3], {"a": {}}, "x" * 5000, "😀"]:
            data = deepcopy(DATA)
            data[table] = value
            lay(tmp_path, written(data))
            ends(tmp_path)


def test_whatever_is_left_out_gives_an_instance_or_faults(tmp_path):
    for path in KEYS:
        data = deepcopy(DATA)
        replaced(data, path)
        lay(tmp_path, written(data))
        ends(tmp_path)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 3),
            st.binary(min_size=1, max_size=3) | st.sampled_from(b"\n,:{}[]|&*!'\"#%@-\t\0"),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_any_bytes_in_any_file_give_an_instance_or_faults(name, changes):
    content = FILES[name]
    for where, length, new in changes:
        start = int(where * len(content))
        content = content[:start] + (bytes([new]) if isinstance(new, int) else new) + content[start + length :]
    with tempfile.TemporaryDirectory() as folder:
        lay(Path(folder), files={**FILES, name: content})
        ends(Path(folder))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.sampled_from(PLACES),
    st.sampled_from(["", ".", "..", ".x", ".0", ".9", "..x", " "]),
    st.sampled_from(VALUES) | st.text(),
)
def test_any_replacement_gives_an_instance_or_faults(path, more, value):
    key = ".".join(str(step + 1) if isinstance(step, int) else step for step in path) + more
    with tempfile.TemporaryDirectory() as folder:
        lay(Path(folder))
        ends(Path(folder), {key: value})


def test_the_fuzz_begins_with_a_valid_question(tmp_path):
    lay(tmp_path, written(DATA))
    assert inspect(tmp_path).faults == ()
    lay(tmp_path, files=FILES)
    assert inspect(tmp_path).faults == ()
