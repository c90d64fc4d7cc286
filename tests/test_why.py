"""Why this and not that: differences of optima that another solver finds too, and the figures at which they turn."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import asked, command, listed, rivals, rows_of, write
from oracle import optimum
from randoms import random_instance

import alloc
from alloc.instance import draft
from alloc.solver import guess_funded
from alloc.study.answers import break_even
from alloc.study.answers.why import WhyAnswer, why

GAP = 1e-7


@pytest.fixture
def rough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an answer turns is found to a half: in tests of other things."""
    monkeypatch.setattr(break_even, "WIDTH", 0.5)


@pytest.fixture
def question(tmp_path: Path) -> Path:
    """Money for 100; pens bring a job for a unit of it, sheds half a job: pens have it all."""
    return write(asked(measures={"sheds": {"effect": 0.5}}), tmp_path)


@pytest.fixture
def categories(tmp_path: Path) -> Path:
    """The same, with courses in place of sheds: of another category."""
    return write(rivals(), tmp_path)


def test_a_measure_that_is_paid_for_is_in_the_plan_though_nothing_of_it_is_bought(tmp_path: Path):
    """An office of 30 and no rooms brings 50 jobs together with the pens; without it 30 more pens take its place."""
    office = {"effect": 0, "fixed_cost": 30, "unit_cost": 1}
    both = [{"measures": ["pens", "office"], "employment": 50}]
    found = why(write(asked(measures={"office": office}, synergies=both), tmp_path), "office", jobs=1, gap=GAP)
    assert (found.kind, found.figures["worth"]) == ("planned", pytest.approx(20))


def test_what_is_committed_is_in_the_plan_though_nothing_of_it_is_bought_or_paid(tmp_path: Path):
    """An office that costs nothing is committed and brings 50 jobs together with the pens."""
    office = {"effect": 0, "unit_cost": 1, "committed": True}
    both = [{"measures": ["pens", "office"], "employment": 50}]
    found = why(write(asked(measures={"office": office}, synergies=both), tmp_path), "office", jobs=1, gap=GAP)
    assert (found.kind, found.figures["worth"]) == ("planned", pytest.approx(50))


def test_aid_that_no_plan_gives_is_named_among_what_cannot_hold_together(question: Path, tmp_path: Path):
    told = command("why", question, "category=infrastructure", "--aid", "+20%", "--jobs", 1, "--out", tmp_path / "out")
    assert told.exit_code == 0, told.output
    assert "the least of rule “asked 1”: 120" in told.output
    assert "the money of aid: 100" in told.output


def test_what_is_not_in_the_plan_costs_what_its_money_brings_elsewhere(question: Path):
    """Twenty sheds, a tenth of the most, cost 20 jobs and bring 10; at half the cost or twice the effect nothing."""
    found = why(question, "sheds", jobs=1, gap=GAP)
    assert (found.kind, found.changes["measures.sheds.min_units"]) == ("absent", 20)
    assert found.loss == pytest.approx(10)
    assert found.break_even["unit_cost"].figure == pytest.approx(0.5, rel=2e-4)
    assert found.break_even["effect"].figure == pytest.approx(1, rel=2e-4)
    assert found.moves.to_dict("list")["to"] == pytest.approx([80, 20])
    assert (found.figures["enters"], found.figures["leaves"]) == (["sheds"], [])
    for row in found.figures["break_even"]["unit_cost_solves"]:
        other = {**found.changes, "measures.sheds.unit_cost": row["unit_cost"]}
        answer = optimum(listed(draft(question).replaced(other).data)).objective
        assert row["objective"] == pytest.approx(answer)
    kept, lost = found.figures["break_even"]["unit_cost_solves"]
    assert kept["loss"] <= 1e-5 < lost["loss"]
    assert kept["unit_cost"] < lost["unit_cost"] <= kept["unit_cost"] * (1 + 2e-4)


@dataclass
class Told:
    """A plan of which nothing is known but its goal."""

    objective: float
    paid: float = 0.0


@pytest.mark.parametrize(("worth", "turn", "most"), [
    (lambda x: 1 - 2 * x, 0.5, 4),
    (lambda x: max(1 - 2 * x, 10 * (0.5 - x)), 0.5, 6),
    (lambda x: 1 - 2 * x * x, 0.5**0.5, 11),
    (lambda x: 1.0 if x < 0.37 else -5.0, 0.37, 19),
])  # fmt: skip
def test_few_solves_tell_where_an_answer_turns(worth: Callable[[float], float], turn: float, most: int):
    """Along a line four, where it bends six, on a curve eleven, where it jumps hardly more than by bisection alone."""
    search = break_even.BreakEven(
        lambda x: {"x": x},
        lambda point: point.objective >= 0,
        lambda point: point.objective,
        break_even.SolvedFigure(1.0, Told(worth(1.0))),
        [0.0],
    )
    asked = 0
    while figures := search.propose():
        for figure in figures:
            search.take(break_even.SolvedFigure(figure, Told(worth(figure))))
        asked += len(figures)
    kept, lost = (side.figure for side in search.sides)
    assert kept < turn <= lost <= kept * (1 + 1e-4) + 1e-12
    assert asked <= most


def _pay_in_lots(figure: float, overlooked: Sequence[float] = ()) -> Told:
    """A plan that pays whole tenths for what costs a figure, and holds up to 3 of them; some solves overlook one."""
    lots = math.ceil(round(10 * figure, 9)) + sum(1 for low in overlooked if low <= figure < low + 0.01)
    return Told(0.35 - lots / 10 if lots < 9 else -8.0, lots / 10)


@pytest.mark.parametrize(("overlooked", "most"), [((), 9), ((0.14, 0.14, 0.14), 9)])
def test_in_lots_an_answer_turns_where_the_payment_no_longer_covers_the_cost(overlooked: Sequence[float], most: int):
    """Three lots cover 0.3; what a solve overlooks below is refuted by a plan that reaches farther."""
    search = break_even.BreakEven(
        lambda x: {"x": x},
        lambda point: point.objective >= 0,
        lambda point: point.objective,
        break_even.SolvedFigure(1.0, _pay_in_lots(1.0)),
        [0.0],
        lambda point: point.paid,
        0.5,
    )
    asked: list[float] = []
    while figures := search.propose():
        for figure in figures:
            search.take(break_even.SolvedFigure(figure, _pay_in_lots(figure, overlooked)))
        asked += figures
    kept, lost = (side.figure for side in search.sides)
    assert kept <= 0.3 < lost <= kept * (1 + 1e-4) + 1e-12
    assert len(asked) == len(set(asked)) <= most


def test_no_figure_is_solved_twice():
    """Beyond the edge at 0.3 it does not hold by more than noise, which is what a line proposes too."""
    search = break_even.BreakEven(
        lambda x: {"x": x},
        lambda point: point.objective >= 0,
        lambda point: point.objective,
        break_even.SolvedFigure(1.0, Told(0.17 - 10 * 0.05, 1.0)),
        [0.0],
        lambda point: point.paid,
        0.02,
    )
    asked: list[float] = []
    while figures := search.propose():
        asked += figures
        for figure in figures:
            lots = math.ceil(round(10 * figure, 9))
            search.take(break_even.SolvedFigure(figure, Told(0.17 - lots * 0.05, lots / 10)))
    kept, lost = (side.figure for side in search.sides)
    assert kept <= 0.3 < lost <= kept * (1 + 1e-4) + 1e-12
    assert len(set(asked)) == len(asked)


def test_an_edge_that_solves_do_not_reach_is_not_believed():
    """It turns at 0.2, whatever its plans are said to reach."""
    search = break_even.BreakEven(
        lambda x: {"x": x},
        lambda point: point.objective >= 0,
        lambda point: point.objective,
        break_even.SolvedFigure(1.0, _pay_in_lots(1.0)),
        [0.0],
        lambda point: 0.3,
        0.5,
    )
    for _ in range(30):
        for figure in search.propose():
            search.take(break_even.SolvedFigure(figure, Told(0.2 - figure)))
    kept, lost = (side.figure for side in search.sides)
    assert kept <= 0.2 < lost <= kept * (1 + 1e-4) + 1e-12
    assert search.propose() == []


@pytest.mark.usefixtures("rough")
def test_a_scale_that_is_asked_for_is_asked(question: Path):
    assert why(question, "sheds", units=50, jobs=1, gap=GAP).loss == pytest.approx(25)


@pytest.mark.usefixtures("rough")
def test_whole_units_are_rounded_up(tmp_path: Path):
    path = write(asked(measures={"sheds": {"effect": 0.5, "max_units": 15, "integer": True}}), tmp_path)
    assert why(path, "sheds", jobs=1, gap=GAP).changes["measures.sheds.min_units"] == 2


def test_what_loses_even_where_it_is_free_has_no_break_even(tmp_path: Path):
    """A fixed cost of 40 and at most 20 units: free they bring 10 of the 40 jobs lost; three a unit bring 60 for 60."""
    sheds = {"effect": 0.5, "fixed_cost": 40, "max_units": 20}
    found = why(write(asked(measures={"sheds": sheds}), tmp_path), "sheds", units=20, jobs=1, gap=GAP)
    told = found.figures["break_even"]
    assert told["unit_cost"] is None
    (free,) = told["unit_cost_solves"]
    assert (free["unit_cost"], free["loss"]) == (0, pytest.approx(30))
    assert told["effect"] == pytest.approx(3, rel=2e-4)


def test_what_has_no_effect_turns_nowhere_by_it(categories: Path):
    found = why(categories, "courses", jobs=1, gap=GAP)
    assert found.break_even["effect"].figure is None
    assert found.figures["break_even"]["effect_solves"][0]["loss"] == pytest.approx(10)
    assert found.break_even["unit_cost"].figure == pytest.approx(0.5, rel=2e-4)


def test_what_is_in_the_plan_is_worth_what_nothing_else_brings(question: Path):
    """Without pens the sheds bring 50; pens are better up to twice their cost."""
    found = why(question, "pens", jobs=1, gap=GAP)
    assert (found.kind, found.changes) == ("planned", {"measures.pens.eligible": False})
    assert found.figures["worth"] == pytest.approx(50)
    assert found.figures["worth_least"] - 1e-6 <= 50 <= found.figures["worth_most"] + 1e-6
    assert found.break_even["unit_cost"].figure == pytest.approx(2, rel=2e-4)
    stays, goes = found.figures["break_even"]["unit_cost_solves"]
    assert stays["worth"] > 1e-5 >= goes["worth"]


@pytest.mark.usefixtures("rough")
def test_a_commitment_is_worth_what_the_plan_without_it_lacks(tmp_path: Path):
    sheds = {"effect": 0.5, "committed": True, "min_units": 20}
    found = why(write(asked(measures={"sheds": sheds}), tmp_path), "sheds", jobs=1, gap=GAP)
    assert found.figures["worth"] == pytest.approx(-10)
    assert found.break_even["unit_cost"].figure is None or found.break_even["unit_cost"].figure < 1


@pytest.mark.parametrize(
    ("what", "aid", "bound", "target", "loss"),
    [
        ("category=training", "30", "min", 30, 15),
        ("category=training", "+20%", "min", 0, 0),
        ("category=infrastructure", "-20%", "max", 80, 10),
        ("county=cele,category=training", "+10", "min", 10, 5),
        ("category=training,category=infrastructure", "100", "min", 100, 0),
        ("pens", "60", "max", 60, 20),
    ],
)
def test_other_aid_for_a_selection_costs_what_it_takes_from_the_rest(
    categories: Path, what: str, aid: str, bound: str, target: float, loss: float
):
    found = why(categories, what, aid=aid, jobs=1, gap=GAP)
    (rule,) = found.changes.values()
    assert isinstance(rule, dict)
    assert rule[bound] == pytest.approx(target, abs=1e-6)
    assert found.loss == pytest.approx(loss, abs=1e-5)


def test_a_rule_that_was_asked_for_stays_beside_the_one_that_is_added(categories: Path):
    rule = {"rules.asked 1": {"type": "amount", "of": {"category": "training"}, "min": 10}}
    found = why(categories, "category=training", aid="+10", overrides=rule, jobs=1, gap=GAP)
    assert list(found.changes) == ["rules.asked 2"]
    assert (found.base.objective, found.loss) == (pytest.approx(95), pytest.approx(5))


def test_the_command_writes_the_answer_and_who_gives(categories: Path, tmp_path: Path):
    out = tmp_path / "out"
    done = command("why", categories, "county=cele", "category=training", "--aid", 30, "--out", out, "--jobs", 1)
    assert done.exit_code == 0, done.stderr
    assert "the goal would be 85.0 in place of 100.0: 15.0 less" in done.stdout
    moves = {(row["measure"], row["fund"]): float(row["to"]) for row in rows_of(out / "moves.csv")}
    assert moves == {("pens", "aid"): pytest.approx(70), ("courses", "aid"): pytest.approx(30)}
    told = json.loads((out / "why.json").read_text(encoding="utf-8"))
    assert {cell["category"]: cell["to"] for cell in told["cells"]} == {
        "infrastructure": pytest.approx(70),
        "training": pytest.approx(30),
    }


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("sheds", ["With at least 20 of it", "up to a unit cost of 0.49", "from an effect of 1", "it has 1."]),
        ("pens", ["it is worth 50.0", "It stays up to a unit cost of 1.99"]),
    ],
)
def test_the_command_says_where_the_answer_turns(question: Path, tmp_path: Path, measure: str, said: list[str]):
    done = command("why", question, measure, "--out", tmp_path / "out", "--jobs", 1, "--gap", 1e-6)
    assert done.exit_code == 0, done.stderr
    for words in said:
        assert words in done.stdout


def test_where_there_is_no_plan_then_what_cannot_hold_together_is_named(tmp_path: Path):
    rule = {"name": "none", "type": "count", "of": {"measure": "courses"}, "max": 0}
    path = write(rivals(rules=[rule]), tmp_path)
    found = why(path, "courses", jobs=1)
    assert {lever.path for lever in found.conflict or ()} == {"rules.none.max", "measures.courses.committed"}
    done = command("why", path, "courses", "--out", tmp_path / "out", "--jobs", 1)
    assert done.exit_code == 0
    assert "These cannot hold together" in done.stdout
    assert "the commitment to courses" in done.stdout


def test_a_measure_that_nobody_can_pay_for_is_told_with_what_is_lacking(tmp_path: Path):
    path = write(rivals(measures={"courses": {"min_units": 150, "max_units": 200}}), tmp_path)
    done = command("why", path, "courses", "--out", tmp_path / "out", "--jobs", 1)
    assert done.exit_code == 0, done.stderr
    assert "there is no plan" in done.stdout
    assert "50" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pen",), "like county=yutian,category=training; did you mean 'pens'?"),
        (("xylophone",), "xylophone: the instance has no such measure, and it is no selection like county=yutian,"),
        (("category=training",), "category=training: a selection needs --aid"),
        (("category=", "--aid", 3), "category=: expected a selection like county=yutian,category=training"),
        (("category=traning", "--aid", 3), "category=traning  category: 'traning' is not a category; did you mean"),
        (("categry=training", "--aid", 3), "categry=training  categry: is not a known key; did you mean 'category'?"),
        (("category=training", "--aid", "much"), "--aid much: expected an amount"),
        (("category=training", "--aid", "20%"), "--aid 20%: expected an amount"),
        (("category=training", "--aid", "nan"), "--aid nan: expected an amount"),
        (("category=training", "--aid", -1), "--aid -1: there are 0 now"),
        (("category=training", "--aid", 3, "--units", 3), "--units 3: expected a scale above 0"),
        (("courses", "--units", 0), "--units 0: expected a scale above 0"),
        (("courses", "--units", 500), "courses: a scale of 500 is asked; expected more than 0 and at most 200"),
        (("pens", "--units", 5), "--units: pens is in the plan already"),
        (("park",), "park may not be funded at all: no ground"),
    ],
)
def test_what_cannot_be_asked_is_said(tmp_path: Path, words: tuple[object, ...], said: str):
    path = write(rivals(measures={"park": {"jobs": 1, "eligible": False, "reason": "no ground"}}), tmp_path)
    done = command("why", path, *words, "--out", tmp_path / "out", "--jobs", 1)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("rough")
def test_the_same_is_said_in_chinese(categories: Path, tmp_path: Path):
    done = command("why", categories, "courses", "--lang", "zh", "--jobs", 1, "--out", tmp_path / "out")
    assert "courses不在方案中" in done.stdout
    assert "单位成本不高于" in done.stdout


def test_a_question_without_a_plan_is_sent_to_what_must_give(tmp_path: Path):
    path = write(rivals(rules=[{"name": "much", "type": "amount", "min": 200}]), tmp_path)
    done = command("why", path, "pens", "--jobs", 1, "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert "alloc repair" in done.stderr


@pytest.mark.parametrize("seed", [3])
@pytest.mark.usefixtures("rough")
def test_loss_and_worth_are_differences_of_what_another_program_finds(tmp_path: Path, seed: int):
    raw = random_instance(seed, "tiny")
    path, base = write(raw, tmp_path), optimum(raw)
    question = alloc.read(path)
    assert base.objective is not None
    for m, row in question.measures.items():
        if row.eligible and row.max_units:
            _compare(path, why(path, m, jobs=1, gap=GAP, time_limit=60), base.objective)


def _compare(path: Path, found: WhyAnswer, base: float) -> None:
    if found.then.status == "fault":
        return
    other = optimum(listed(draft(path).replaced(dict(found.changes)).data))
    if other.objective is None:
        assert found.then.status == "infeasible"
        assert found.conflict is not None
        return
    assert found.loss == pytest.approx(base - other.objective, abs=1e-5 * max(1, abs(base)))


def test_what_is_lost_is_told_before_it_is_sought_where_that_turns(question: Path, monkeypatch: pytest.MonkeyPatch):
    """The search for where it turns fails here, and the loss is told all the same."""

    def fail(*_: object) -> None:
        raise RuntimeError("no turn")

    monkeypatch.setattr("alloc.study.answers.why.search_together", fail)
    told: list[WhyAnswer] = []
    with pytest.raises(RuntimeError, match="no turn"):
        why(question, "sheds", jobs=1, gap=GAP, preview=told.append)
    assert [one.loss for one in told] == [pytest.approx(10)]


@pytest.mark.parametrize("what", ["sheds", "pens"])
def test_what_is_guessed_of_the_plan_changes_nothing(question: Path, monkeypatch: pytest.MonkeyPatch, what: str):
    """With two processes the other question is solved beside the first, of what the plan probably funds."""
    alone = why(question, what, jobs=1, gap=GAP).figures
    for funded in ((), ("pens", "sheds")):
        monkeypatch.setattr("alloc.study.answers.why.guess_funded", lambda _, funded=funded: set(funded))
        beside = why(question, what, jobs=2, gap=GAP).figures
        assert {**beside, "seconds": 0} == {**alone, "seconds": 0}


def test_the_relaxed_program_tells_what_is_probably_funded(tmp_path: Path):
    """Pens have all the money; a commitment is funded too, and where regret is measured nothing is guessed."""
    raw = asked(measures={"sheds": {"effect": 0.5}})
    assert guess_funded(alloc.read(write(raw, tmp_path))) == {"pens"}
    raw["measures"]["sheds"] |= {"committed": True, "min_units": 10}
    assert guess_funded(alloc.read(write(raw, tmp_path))) == {"pens", "sheds"}
    storms = {"storm": {"probability": 0.5}, "calm": {"probability": 0.5}}
    assert (
        guess_funded(alloc.read(write({**raw, "scenarios": storms, "risk": {"measure": "regret"}}, tmp_path))) == set()
    )


def test_the_command_tells_the_loss_once(question: Path, tmp_path: Path):
    done = command("why", question, "sheds", "--out", tmp_path / "out", "--jobs", 1, "--gap", 1e-6)
    assert done.stdout.count("the goal would be") == 1
    assert done.stdout.index("the goal would be") < done.stdout.index("up to a unit cost")
