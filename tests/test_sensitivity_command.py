"""The command and the call: which figures vary, what is refused, what is written."""

import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import rivals
from test_sensitivity import DEMO, bars, laid

import alloc
from alloc.cli import main
from alloc.cli.uncertainty import METHODS as CHOICES
from alloc.errors import RequestError
from alloc.instance import read
from alloc.report.dictionary import dictionary
from alloc.study.points import Point
from alloc.study.sensitivity import METHODS, search
from alloc.study.sensitivity.drawing import draw_tornado
from alloc.study.sensitivity.uncertain import select_figures

__all__ = ["bars"]  # a fixture of the neighbouring file


@pytest.fixture
def question(tmp_path) -> Path:
    pens = {"source": "assumption", "sources": {"unit_cost": "survey"}}
    courses = {"jobs": 0.8, "range": {"jobs": [0.6, 1.4]}}
    raw = rivals(measures={"pens": pens, "courses": courses}) | {"sources": {"survey": "a survey"}}
    return laid(raw, tmp_path)


def ends(path: Path, *only: str, **spread: float) -> dict[str, tuple[float, float, str]]:
    return {one.path: (one.low, one.high, one.origin) for one in select_figures(read(path), only, spread).varied}


def test_a_figure_varies_by_its_range_else_by_the_spread_of_its_source_else_not_at_all(question):
    assert ends(question) == {"measures.courses.jobs": (0.6, 1.4, "range")}
    assert ends(question, assumption=0.5) == {
        "measures.courses.jobs": (0.6, 1.4, "range"),
        "measures.pens.max_units": (100, 300, "assumption"),
        "measures.pens.jobs": (0.5, 1.5, "assumption"),
    }
    pens = ends(question, "measures.pens", assumption=0.5, survey=0.25, default=0.1)
    assert pens["measures.pens.unit_cost"] == (0.75, 1.25, "survey")
    assert len(pens) == 3
    assert ends(question, "funds", assumption=0.5, default=0.1) == {"funds.aid.amount": (90, 110, "default")}


def test_the_instance_says_spreads_and_the_command_overrules_them(question):
    text = question.read_text(encoding="utf-8") + "spread: {assumption: 0.5, default: 0.1}\n"
    question.write_text(text, encoding="utf-8")
    assert ends(question, "*.max_units") == {
        "measures.pens.max_units": (100, 300, "assumption"),
        "measures.courses.max_units": (180, 220, "default"),
    }
    assert list(ends(question, "*.max_units", assumption=0)) == ["measures.courses.max_units"]


def test_a_spread_never_leaves_what_a_figure_can_be(tmp_path):
    path = laid(rivals(measures={"pens": {"deadweight": 0.8}}), tmp_path)
    assert ends(path, "measures.pens.deadweight", default=0.5) == {"measures.pens.deadweight": (0.4, 1, "default")}


WISHES = [
    ({"methods": ["tornadoes"]}, "there is no method tornadoes; known: tornado, decisions, switching"),
    ({"only": ["measures.pen.jobs"]}, "no figure is called measures.pen.jobs; did you mean 'measures.pens.jobs'?"),
    ({"only": ["funds"]}, "no figure varies: write `range:` beside figures"),
    ({"spread": {"surveys": 0.1}}, "there is no source surveys; known: survey, assumption, default"),
    ({"spread": {"survey": 30}}, "the spread of survey is 30: it must be a part of the figure, from 0 to 1"),
    ({"reach": 0}, "the reach 0 must be above 0"),
    ({"samples": 1}, "1 samples are too few; at least 2"),
    ({"nodes": 1}, "1 nodes are too few; at least 2"),
    ({"lang": "fr"}, "there is no language fr; known: en, zh"),
    ({"overrides": {"funds.aid.min_use": 100, "measures.pens.max_units": 1, "measures.courses.max_units": 1}},
     "the question has no plan (infeasible), so there is nothing that could be sensitive"),
    ({"methods": ["switching"], "overrides": {"objective": {"order": ["employment", "linkage"]}}},
     "switching compares plans by one number; with an order of goals there is none: give weights"),
]  # fmt: skip


@pytest.mark.parametrize(("wish", "said"), WISHES, ids=[said[:40] for _, said in WISHES])
def test_a_wish_that_cannot_be_met_is_refused_in_words(question, wish, said):
    with pytest.raises(RequestError) as refused:
        alloc.sensitivity(question, jobs=1, **wish)
    assert said in str(refused.value)


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["sensitivity", "--jobs", "1", *map(str, words)])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    """Return what the command says, and the folder that it leaves, with every method but those that need SALib."""
    home = tmp_path_factory.mktemp("studied")
    hall = {"jobs": 0.1, "range": {"jobs": [0.1, 0.2]}}
    path = laid(rivals(measures={"courses": {"jobs": 0.8, "range": {"jobs": [0.8, 1.4]}}, "hall": hall}), home)
    methods = [word for method in METHODS[:4] for word in ("--method", method)]
    return run(path, "--out", home / "out", *methods, "--samples", 3, "--nodes", 2), home / "out"


def test_the_command_tells_the_first_of_each_table_and_leaves_all_in_files(studied):
    (code, said, words), out = studied
    assert code == 0
    assert "2 figures vary" in said
    assert "measures.courses.jobs from 0.8 to 1.4: goal 100 to 140" in said
    assert "measures.courses.jobs: 0.8 to 1 (+25.00%); enters: courses; leaves: pens" in said
    assert words == f"wrote {out}\n"
    names = {"datapackage.json", "sensitivity.json", "tornado.svg", *(f"{method}.csv" for method in METHODS[:4])}
    assert {file.name for file in out.iterdir()} == names
    figures = json.loads((out / "sensitivity.json").read_text(encoding="utf-8"))
    assert figures["methods"] == list(METHODS[:4])
    assert figures["not_proven"] == 0
    assert sum(figures["statuses"].values()) == figures["questions"] <= figures["solves"]


def test_the_chart_has_a_bar_to_either_end_of_every_figure_that_moves_the_goal(bars, tmp_path):
    bars.save(tmp_path / "out")
    drawn = (tmp_path / "out/tornado.svg").read_text(encoding="utf-8")
    assert drawn.count('class="mark') == 2 * 4
    assert drawn.index(">funds.national") < drawn.index(">funds.tianjin") < drawn.index(">industries.garments")
    lost = bars.tornado.assign(objective_low=[None, 1.0, 1.0, 1.0])
    assert "（下限时无方案）" in draw_tornado(lost, bars.figures, "zh")


def test_every_table_has_the_columns_that_its_dictionary_describes(studied):
    _, out = studied
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        content = (out / resource["path"]).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        columns = list(pd.read_csv(out / resource["path"]).columns)
        assert columns == [field["name"] for field in resource["schema"]["fields"]]
    assert set(METHODS) == set(CHOICES) <= set(dictionary("alloc.study"))


def test_the_same_study_gives_the_same_bytes_and_replaces_only_a_study(question, tmp_path):
    asked = (question, "--method", "decisions", "--samples", 3, "--json")
    code, said, _ = run(*asked, "--out", tmp_path / "one")
    assert code == 0
    assert json.loads(said)["samples"] == {"decisions": 3}
    before = {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    assert run(*asked, "--out", tmp_path / "one") == (
        2,
        "",
        f"{tmp_path / 'one'} exists already; use --overwrite, or another folder with --out\n",
    )
    assert run(*asked, "--out", tmp_path / "one", "--overwrite", "--jobs", 2)[0] == 0
    assert {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()} == before
    (tmp_path / "letters").mkdir()
    code, _, words = run(*asked, "--out", tmp_path / "letters", "--overwrite")
    assert (code, words) == (
        2,
        f"{tmp_path / 'letters'} holds no sensitivity.json and is left alone; choose another --out\n",
    )


def test_a_spread_on_the_command_line_must_be_understood():
    assert run(DEMO, "--spread", "assumption:0.3")[2] == "'assumption:0.3' must look like assumption=0.3,default=0.1\n"


def test_plans_that_were_stopped_early_are_said_and_change_the_exit_code(question, tmp_path, monkeypatch):
    def hurried(points, tell):
        return [Point(point, "feasible", objective=90.0, bound=99.0, funded=("pens",)) for point in points]

    monkeypatch.setattr(search, "open_points", lambda *options: nullcontext(SimpleNamespace(solve_all=hurried)))
    code, _, words = run(question, "--method", "decisions", "--samples", 3, "--out", tmp_path / "out")
    assert code == 4
    assert "not proven: 3 of 3 plans were stopped before the asked gap" in words


def test_samples_without_a_plan_are_counted_and_left_out_of_the_shares(question, tmp_path, monkeypatch):
    def patchy(points, tell):
        lost = Point({}, "infeasible", message="nothing fits")
        return [lost if i % 2 else Point({}, "optimal", objective=1.0, funded=("pens",)) for i in range(len(points))]

    monkeypatch.setattr(search, "open_points", lambda *options: nullcontext(SimpleNamespace(solve_all=patchy)))
    found = search.sensitivity(question, methods=["decisions"], samples=5)
    assert set(found.decisions["samples"]) == {3}
    assert found.figures["statuses"] == {"infeasible": 2, "optimal": 3}
    assert "2 of 5 questions have no plan" in "\n".join(folder_lines(found))


def folder_lines(found: alloc.Sensitivity) -> list[str]:
    from alloc.cli.sensitivity_summary import show_sensitivity

    assert list(show_sensitivity(found.tables, found.figures, "zh"))
    return list(show_sensitivity(found.tables, found.figures))
