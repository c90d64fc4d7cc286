"""Signs that nobody sees, or that steer a terminal, are refused with their place; ids that look the same are told."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from conftest import asked
from hypothesis import given
from hypothesis import strategies as st
from test_instance import QUESTION, TABLES, in_chinese, lay, lines, tabled

import alloc.cli
from alloc.cli import main
from alloc.instance import inspect
from alloc.instance.signs import outline
from alloc.texts import HOSTILE, escaped, say

ROW = TABLES["counties"].splitlines()
BAD = ["\x07", "\x1b[31m", "\x7f", "\x9b", "\u202e", "\u2066", "\u2028", "\ufffe"]


def yaml_with(old: str, new: str) -> str:
    assert old in QUESTION
    return QUESTION.replace(old, new, 1)


@pytest.mark.parametrize("sign", BAD)
@pytest.mark.parametrize("key", ["title", "name_zh", "tags", "id"])
def test_a_hostile_sign_is_refused_wherever_it_stands_in_yaml(tmp_path, sign, key):
    quoted = json.dumps(f"a{sign}b")
    places = {
        "title": ("title: 两谷一年", f"title: {quoted}"),
        "name_zh": ("name_zh: 东谷", f"name_zh: {quoted}"),
        "tags": ("tags: livelihood}", f"tags: [{quoted}]}}"),
        "id": ("  east: {", f"  {quoted}: {{"),
    }
    lay(tmp_path, yaml_with(*places[key]))
    found = inspect(tmp_path).faults
    assert [fault.text for fault in found if fault.text == "control_sign"]
    number = f"U+{ord(sign[0]):04X}"
    for lang in ("en", "zh"):
        assert any(number in fault.say(lang) for fault in found)
        assert not any(HOSTILE.search(fault.say(lang)) for fault in found)


@pytest.mark.parametrize("sign", BAD[:-1])
def test_a_hostile_sign_in_a_csv_cell_is_refused_with_its_line_and_column(tmp_path, sign):
    lay(tmp_path, tabled("chains"), {"chains.csv": f"id,closure_bonus,note\ndairy,45,a{sign}b\n"})
    said = f"holds the sign U+{ord(sign[0]):04X}, which is not seen but changes what is shown: delete it"
    assert lines(tmp_path) == [f"chains.csv:2  note: {said}"]


def test_tabs_line_ends_and_signs_that_scripts_need_may_stand_in_text_for_people(tmp_path):
    note = json.dumps("one\ttwo\r\nthree\u200cfour")
    lay(tmp_path, yaml_with("title: 两谷一年", f"title: {note}"))
    assert lines(tmp_path) == []


def test_invisible_signs_are_refused_in_words_that_mean_something(tmp_path):
    lay(tmp_path, tabled("measures"), {"measures.csv": TABLES["measures"].replace("course,", "course\u200b,", 1)})
    (line, *_) = lines(tmp_path)
    assert line == "measures.csv:4  id: invisible signs stand in 'course' (U+200B): delete it and type it anew"
    assert "不可见" in in_chinese(tmp_path)[0]


@pytest.mark.parametrize(
    ("twin", "said"),
    [
        ("West", "'West' differs from 'west' at counties.csv:3 only in capital letters: give one of them another name"),
        (
            "wеst",
            "'wеst' looks like 'west' at counties.csv:3 but one of them is written with other letters or signs "
            "(е U+0435)",
        ),
        ("ｗest", "'west' looks the same as counties.csv:3 but differs in blanks or signs that cannot be seen"),
    ],
)
def test_ids_that_look_the_same_are_told_apart_in_csv(tmp_path, twin, said):
    row = ROW[2]
    assert row.startswith("west,")
    lay(tmp_path, tabled("counties"), {"counties.csv": "\n".join([*ROW, row.replace("west", twin, 1)])})
    assert f"counties.csv:4  id: {said}" in lines(tmp_path)


def test_ids_that_differ_in_how_an_accent_is_written_are_told_apart(tmp_path):
    text = yaml_with("  east: {", "  caf\u00e9: {jobseekers: 3}\n  cafe\u0301: {jobseekers: 3}\n  east: {")
    lay(tmp_path, text)
    assert any("looks the same as" in line and "signs that cannot be seen" in line for line in lines(tmp_path))


def test_ids_that_look_the_same_are_told_apart_in_yaml(tmp_path):
    lay(tmp_path, yaml_with("  east: {", "  wеst: {jobseekers: 3}\n  east: {"))
    (line,) = [line for line in lines(tmp_path) if "looks like" in line]
    assert "counties." in line
    assert "(е U+0435)" in line


def test_a_replaced_figure_with_a_hostile_sign_is_refused(tmp_path):
    lay(tmp_path)
    (fault,) = inspect(tmp_path, {"counties.east.name": "a\x1b[2Jb"}).faults
    assert (fault.place, fault.text) == ("--set", "control_sign")


@given(st.text(alphabet=st.characters(), max_size=8))
def test_no_sentence_carries_a_hostile_sign_to_a_screen(text):
    assert not HOSTILE.search(say("not_text", "en", found=text))
    assert escaped("plain 中文 \t\n") == "plain 中文 \t\n"


def test_words_in_one_script_keep_their_outline():
    assert outline("cele") == outline("ceｌe") == outline("сеlе") == outline("CELE\u200b")
    assert len({outline(word) for word in ("cele", "yutian", "策勒", "于田", "m1", "m2")}) == 6


def test_every_sentence_about_signs_is_said_by_some_mistake(tmp_path):
    said = set()
    for twin in ("west\u200b", "West", "wеst", "west\u00a0west", "west west", "\x9b"):
        rows = [*ROW, ROW[2].replace("west", twin, 1), ROW[2].replace("west", "west  west", 1)]
        lay(tmp_path, tabled("counties"), {"counties.csv": "\n".join(rows)})
        said |= {fault.text for fault in inspect(tmp_path).faults}
    page = yaml.safe_load((files("alloc.texts") / "signs.yaml").read_text(encoding="utf-8"))
    assert set(page) <= said


def test_words_reach_a_terminal_through_one_place_alone():
    """Only speech.py prints; what click says by itself goes through a function that words.py puts in its place."""
    for path in Path(alloc.cli.__file__).parent.glob("*.py"):
        prints = re.search(r"click\.echo|rich\.console|(?<![\w.])print\(", path.read_text(encoding="utf-8"))
        assert path.name in ("speech.py", "words.py") or not prints


@pytest.mark.parametrize("words", [["solve", "x\x1b[31m"], ["solve", "x", "--y\x1b[3m"], ["\x9b"], ["check", "\u202e"]])
def test_what_is_typed_at_the_command_line_comes_back_written_out(words):
    said = CliRunner().invoke(main, words)
    assert said.exit_code == 2
    assert not HOSTILE.search(said.output)
    assert re.search(r"\\(x1b|u001b|x9b|u202e)", said.output)


@pytest.mark.parametrize("name", ["[/red] Cele", "Cele [west]", "Cele :smile:"])
def test_brackets_in_a_name_are_printed_as_they_are(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q").mkdir()
    asked_for = asked(counties={"cele": {"name": name}})
    (tmp_path / "q/instance.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asked_for)), allow_unicode=True))
    said = CliRunner().invoke(main, ["solve", "q"])
    assert said.exit_code == 0, said.output
    assert name in said.output
