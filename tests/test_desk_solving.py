"""A solve in the desk: shown once it is audited, before it is saved; without a plan, what would give one."""

import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import alloc
from alloc.cli import main
from alloc.desk.actions import act
from alloc.desk.opening import Opened
from alloc.desk.order import read_order, tell_command
from alloc.desk.replies import make_log
from alloc.desk.scenarios import read_note
from alloc.solver import pool
from alloc.texts import LANGUAGES, catalogue, say

DEMO = Path(__file__).parent.parent / "instances/demo"
YEARS = Path(__file__).parent / "years/years-05.yaml"
AID = "funds.tianjin.amount"
BARRED = {"funds.second.min_use": "45", "rules.county cap.max": "10"}
CROSSED = {"funds.tianjin.min_use": "37", "rules.no category above 60 %.max": "0.1"}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what is done side by side in this process: to begin others takes longer than these questions."""
    monkeypatch.setattr(pool, "open_process", pool.Here)


def ask(folder: Path, action: str, lang: str = "en", **more: Any) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Return the reply, what was sent before it, and the command."""
    sent: list[dict[str, Any]] = []
    order, place = read_order({"action": action, "lang": lang, **more}), Opened(DEMO, folder)
    return act(order, place, lambda message: sent.append(dict(message))), sent, tell_command(order, place)


def lines(reply: dict[str, Any]) -> list[str]:
    return [part["line"] for part in reply["parts"] if "line" in part]


def list_offers(reply: dict[str, Any]) -> list[dict[str, str]]:
    return [part["offer"] for part in reply["parts"] if "offer" in part]


def early(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message["early"] for message in sent if "early" in message]


@pytest.mark.parametrize("method", ["whole", "blocks"])
def test_a_plan_is_told_once_before_ties_are_broken_audited_and_as_good(method: str):
    told: list[alloc.Run] = []
    run = alloc.solve(DEMO, overrides={AID: 30}, method=method, jobs=1, preview=told.append)
    (first,) = told
    assert (first.status, first.figures["audit"]["passed"]) == ("optimal", True)
    assert first.objective == pytest.approx(run.objective)
    assert first.figures["least_money"] is None
    assert first.figures["without_aid"] == run.figures["without_aid"]  # what is known is not sought again
    assert run.figures["least_money"] is not None
    assert first.tables["allocation"]["amount"].sum() == pytest.approx(run.tables["measures"]["cost"].sum())


@pytest.mark.parametrize("method", ["whole", "blocks"])
def test_that_there_is_no_plan_is_told_before_it_is_known_why(method: str):
    told: list[alloc.Run] = []
    run = alloc.solve(DEMO, overrides=CROSSED, method=method, jobs=1, preview=told.append)
    assert [one.status for one in told] == ["infeasible"]
    assert "clash" not in told[0].figures
    assert len(run.figures["clash"]) > 1


def test_to_be_told_early_changes_nothing_of_the_plan():
    plain, told = alloc.solve(DEMO), list[alloc.Run]()
    again = alloc.solve(DEMO, preview=told.append)
    assert told
    for name, table in plain.tables.items():
        assert again.tables[name].equals(table), name
    for key in ("objective", "bound", "gap", "least_money", "bound_safe"):
        assert again.figures[key] == plain.figures[key]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_desk_shows_the_plan_before_its_files_are_there(tmp_path: Path, lang: str):
    reply, sent, _ = ask(tmp_path, "solve", lang, name="less", given={AID: "30"})
    (shown,) = early(sent)
    goal = lines(reply)[0].split("；" if lang == "zh" else ";")[0]
    assert lines(shown)[0].startswith(goal)
    assert lines(shown)[1] == catalogue()["desk_early"][lang]
    paid = sum(row["amount"] for row in shown["plan"])
    run = alloc.solve(DEMO, overrides={AID: 30})
    assert paid == pytest.approx(run.tables["allocation"]["amount"].sum())
    assert (tmp_path / "less/run.json").exists()


def test_without_a_plan_the_desk_says_what_solve_says_and_each_offer_gives_one(tmp_path: Path):
    reply, sent, command = ask(tmp_path, "solve", name="none", given=CROSSED)
    said = CliRunner().invoke(main, shlex.split(command)[1:])
    assert said.exit_code == 3
    printed = [line.strip() for line in said.stderr.splitlines() if not line.startswith("warning")]
    assert [line.strip() for line in lines(reply)] == printed
    assert catalogue()["repair_conflict"]["zh"] in [part["line"] for part in reply["told"]["zh"]]
    assert not any("These cannot hold" in part["line"] for part in reply["told"]["zh"])
    assert reply["parts"][-1]["ask"] == "repair"
    none, *later = early(sent)
    assert lines(none) == [catalogue()[key]["en"] for key in ("infeasible", "desk_early_none")]
    assert [len(list_offers(one)) for one in later] == [1, 2, 2, 2, 2]  # what was changed is offered back first
    assert [sum("then the goal is" in line for line in lines(one)) for one in later] == [0, 0, 0, 1, 2]
    assert {str(offer) for offer in list_offers(reply)} == {str(offer) for offer in list_offers(later[-1])}
    for offer in list_offers(reply):
        assert alloc.solve(DEMO, overrides={**CROSSED, **offer}).solution.has_plan
    assert not (tmp_path / "none").exists()


def test_a_plan_whose_name_is_taken_while_it_is_sought_has_the_next_and_says_what_it_is(tmp_path: Path):
    def take(message: Any) -> None:
        if "early" in message:
            (tmp_path / "less").mkdir(exist_ok=True)

    order = read_order({"action": "solve", "lang": "en", "name": "less", "given": {AID: "30"}})
    reply = act(order, Opened(DEMO, tmp_path), take)
    assert reply["scenario"] == "less (2)"
    assert lines(reply)[-1] == say("desk_kept_as", name="less (2)", taken="less")
    assert read_note(tmp_path / "less") == {}
    assert read_note(tmp_path / "less (2)")["given"] == {AID: "30"}


def test_news_of_a_search_have_the_numbers_of_everywhere():
    sent: list[Any] = []
    rows = (
        "6345.11259375  6341.9509795  0.0496%  14.3s",
        "1e+05  -inf  inf  0 0 0.1s",
        "1e+05  0.12345  Large  0 0 0.1s",
    )
    for row in rows:
        make_log("en", sent.append).write(f" B  12  100  0  0.00%  {row}\n")
    figures = (("6,342.0", "6,345.1", "0.05%"), ("–", "100,000.0", "–"), ("0.123", "100,000.0", "–"))
    assert [one["news"] for one in sent] == [
        say("desk_news", best=best, bound=bound, gap=gap) for best, bound, gap in figures
    ]


def test_over_several_years_what_is_locked_is_kept_in_its_year_as_by_the_command(tmp_path: Path):
    place, rows = Opened(YEARS, tmp_path), [["2020", "m5", "donor", "100", True], ["2021", "m3", "second", "9", True]]
    order = read_order({"action": "solve", "lang": "en", "name": "locked", "plan": rows})
    reply = act(order, place, lambda _: None)
    assert reply["scenario"] == "locked", lines(reply)
    held = pd.read_csv(tmp_path / "locked/allocation.csv").set_index(["year", "measure", "fund"])["amount"]
    assert [held[2020, "m5", "donor"], held[2021, "m3", "second"]] == pytest.approx([100, 9])
    words = shlex.split(tell_command(order, place))[1:]
    words[words.index("--out") + 1] = str(tmp_path / "again")
    assert CliRunner().invoke(main, [*words, "--jobs", "1"]).exit_code == 0
    for table in ("allocation.csv", "measures.csv", "locks.csv"):
        assert (tmp_path / "again" / table).read_bytes() == (tmp_path / "locked" / table).read_bytes()
    order = read_order({"action": "diff", "lang": "en", "a": "locked", "b": "again"})
    assert "2021" in act(order, place, lambda _: None)["page"]  # beside each other year by year


def test_over_several_years_without_a_plan_repairs_are_sought_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []
    monkeypatch.setattr("alloc.desk.solving.repair", lambda *_, overrides, **__: asked.append(overrides))
    order = read_order({"action": "solve", "lang": "en", "name": "none", "given": BARRED})
    reply = act(order, Opened(YEARS, tmp_path), lambda _: None)
    assert asked == [BARRED]
    assert {"  the least use of second: 45", "  the most of rule “county cap”: 10"} <= set(lines(reply))


@pytest.mark.parametrize(
    ("action", "words"), [("price", {"only": "funds"}), ("repair", {}), ("why", {"what": "cele-subsidy"})]
)
def test_questions_are_answered_with_the_words_of_their_commands(action: str, words: dict[str, str], tmp_path: Path):
    reply, _, command = ask(tmp_path, action, given={AID: "30"}, **words)
    called = shlex.split(command)[1:]
    assert "--overwrite" in called  # the desk asks one question after the other
    said = CliRunner().invoke(main, [*called, "--jobs", "1", "--out", str(tmp_path / action)])
    assert reply["good"], reply
    assert lines(reply)
    for line in lines(reply):
        assert line.strip() in said.stdout.replace("\n", " "), (line, said.stdout)


def test_repairs_are_offered_as_they_are_found_with_figures_that_may_be_typed(tmp_path: Path):
    reply, sent, command = ask(tmp_path, "repair", given=CROSSED)
    said = CliRunner().invoke(main, [*shlex.split(command)[1:], "--out", str(tmp_path / "repair")])
    assert [line.strip() for line in lines(reply)] == [line.strip() for line in said.stdout.splitlines()]
    assert len(list_offers(early(sent)[-1])) == len(list_offers(reply)) >= 2
    for offer in list_offers(reply):
        assert all(isinstance(value, str) and not value.endswith(".0") for value in offer.values())
        assert alloc.solve(DEMO, overrides={**CROSSED, **offer}).solution.has_plan


def test_figures_of_later_years_are_changed_and_solved_like_others(tmp_path: Path):
    place, path = Opened(YEARS, tmp_path), "by_year.2021.funds.donor.amount"
    tree = act(read_order({"action": "describe", "lang": "en"}), place, lambda _: None)["tree"]
    (shown,) = [table for table in tree["tables"] if table["key"] == "by_year"]
    assert [row["path"] for row in shown["rows"]] == ["by_year.2021"]
    assert shown["rows"][0]["cells"] == {"funds.donor.amount": 240, "counties.c0.jobseekers": 288}
    assert {column["key"] for column in shown["columns"]} >= {"funds.donor.amount", "funds.second.amount"}
    order = read_order({"action": "solve", "lang": "en", "name": "less", "given": {path: "20"}})
    reply = act(order, place, lambda _: None)
    assert reply["scenario"] == "less"
    assert lines(reply)[1].startswith("Over 2020–2021 the plan spends ")
    paid = alloc.solve(YEARS, overrides={path: 20}).tables["allocation"]
    kept = pd.read_csv(tmp_path / "less/allocation.csv")
    assert kept["amount"].sum() == pytest.approx(paid["amount"].sum())
    later = kept[(kept["year"] == 2021) & (kept["fund"] == "donor")]
    assert later["amount"].sum() <= 20 + 1e-6
    assert f"--set {path}=20" in tell_command(order, place)
    rows = [["", "m1", "national", "1", False]] + [
        [str(row.year), row.measure, row.fund, str(row.amount), False] for row in kept.itertuples()
    ]
    asked = {"action": "verify", "lang": "en", "name": "typed", "given": {path: "20"}, "a": "less"}
    fault = act(read_order({**asked, "plan": rows}), place, lambda _: None)
    assert lines(fault)[0].startswith(f"{tmp_path}/typed.plan.csv:2")
    verified = act(read_order({**asked, "plan": rows[1:]}), place, lambda _: None)
    assert verified["good"], lines(verified)
    assert {(row["year"], row["measure"]) for row in verified["units"]} == {(row[0], row[1]) for row in rows[1:]}


def test_an_answer_is_there_in_both_languages_whichever_it_was_asked_in(tmp_path: Path):
    english, *_ = ask(tmp_path, "solve", "en", name="a")
    chinese, *_ = ask(tmp_path, "solve", "zh", name="b")
    assert english["told"]["zh"][1:] == chinese["parts"][1:] == chinese["told"]["zh"][1:]  # the first has the seconds
    assert english["parts"] == english["told"]["en"]
    taken, *_ = ask(tmp_path, "solve", "en", name="a")
    assert lines(taken) == [catalogue()["desk_taken"]["en"].format(found="a")]
    assert taken["told"]["zh"][0]["line"] == catalogue()["desk_taken"]["zh"].format(found="a")
