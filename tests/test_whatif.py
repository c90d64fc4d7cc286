"""A page of sliders: every position shows a plan that was solved, between them it says so, and no name is believed."""

import json
import random
import re
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from browser import OUTSIDE, TOO_WIDE, Browser
from click.testing import CliRunner
from conftest import Raw, rivals
from sliders import SHOW, check_places, slide

import alloc
from alloc.cli import main
from alloc.instance import draft
from alloc.instance.spans import UnclearError, parse_values
from alloc.report.templates import read_text
from alloc.study.points import Point
from alloc.study.whatif.encoding import SHOWN, encode_points, write_json
from alloc.study.whatif.over import read_over
from alloc.study.whatif.search import whatif as run
from alloc.study.whatif.sliders import name_figure
from alloc.texts import LANGUAGES, say
from alloc.texts.figures import amount, count, signed

HOSTILE = "</script><img src=x onerror=alert(1)> & \"'=1+1"
TITLE = f"What {HOSTILE}"
AID, FLOOR = "funds.aid.amount", "rules.floor.min"
OVER = {AID: "×0.8…1.2:3", FLOOR: "0, 50.25, 110"}
CATEGORIES = ("infrastructure", "training", "insurance", "technology", "enterprise")


def question() -> Raw:
    """Return a question with ties: pens and sheds bring as much, courses half of it; a floor may ask for courses."""
    raw = rivals(
        measures={
            "pens": {"max_units": 60, "name": f"Pens {HOSTILE}", "name_zh": "羊圈"},
            "sheds": {"max_units": 60, "jobs": 1, "county": "cele"},
        },
        counties={"cele": {"name": "Cele", "name_zh": "策勒"}},
        funds={"aid": {"name": "Aid & more", "name_zh": "援助", "amount": 100}},
        rules=[{"name": "floor", "type": "amount", "of": {"category": "training"}, "min": 0}],
    )
    return {**raw, "title": TITLE}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("whatif") / "instance.yaml"
    plain = json.loads(json.dumps(question()))
    file.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def found(path: Path) -> alloc.WhatIf:
    return alloc.whatif(path, OVER, path.parent / "out", jobs=1)


@pytest.fixture(scope="module")
def page(found: alloc.WhatIf, path: Path) -> Path:
    return path.parent / "out" / "whatif.html"


def test_whatif_is_a_full_grid_whose_points_are_proven_and_as_good_as_those_of_a_sweep(found: alloc.WhatIf, path: Path):
    assert found.places == [(i, j) for i in range(3) for j in range(3)]
    assert found.exit_code == 0
    plain = alloc.sweep(path, {"grid": {f"{AID} ×": [0.8, 1.0, 1.2], FLOOR: [0, 50.25, 110]}}, jobs=1)
    for one, other in zip(found.sweep.points, plain.points, strict=True):
        assert one.status == other.status
        assert one.objective == pytest.approx(other.objective) if one.objective else other.objective is None


def test_the_goal_of_every_point_is_the_one_worked_out_by_hand(found: alloc.WhatIf):
    for (i, j), point in zip(found.places, found.sweep.points, strict=True):
        money, floor = (80, 100, 120)[i], (0, 50.25, 110)[j]
        if floor > money:
            assert point.status == "infeasible"
        else:
            assert point.objective == pytest.approx(money - floor / 2)  # a course brings half of what a pen does


def test_of_equally_good_plans_every_point_has_the_closest_to_todays(found: alloc.WhatIf):
    """What must change is the money that comes or goes and what the floor moves; anything beyond would be chance."""
    before = found.today.payments
    for (i, j), point in zip(found.places, found.sweep.points, strict=True):
        if point.objective is None:
            continue
        pairs = {*before, *point.payments}
        moved = sum(abs(point.payments.get(pair, 0) - before.get(pair, 0)) for pair in pairs)
        money, floor = (80, 100, 120)[i], (0, 50.25, 110)[j]
        assert moved == pytest.approx(floor + abs(money - floor - 100), abs=1e-4)
        assert point is found.today or point.closest


@pytest.mark.parametrize("error", [alloc.SolveError("solver_failed", problem="x"), alloc.AuditError(["x"])])
def test_where_the_closest_plan_cannot_be_found_the_point_has_the_plan_itself(
    path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr("alloc.study.points.point_solver.find_closest", fail)
    found = alloc.whatif(path, {AID: "80,100"}, jobs=1)
    assert [(point.status, point.closest) for point in found.sweep.points] == [("optimal", None)] * 2
    assert found.sweep.points[0].objective == pytest.approx(80)


def test_todays_value_is_a_position_of_every_slider_and_todays_plan_a_point(path: Path):
    found = alloc.whatif(path, {AID: "×0.5…0.7:2", FLOOR: "10, 20"}, jobs=1)
    assert [slider.values for slider in found.sliders] == [(0.5, 0.7, 1.0), (0, 10, 20)]
    assert len(found.places) == 9
    assert found.sweep.points[found.places.index((2, 0))] is found.today
    assert found.today.objective == pytest.approx(alloc.solve(path).objective)


# the notation


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("×0.8…1.2:3", (0.8, 1.0, 1.2)),
        ("x0.8..1.2/3", (0.8, 1.0, 1.2)),
        ("* 0.8 ... 1.2 : 3", (0.8, 1.0, 1.2)),
        ("×0.8…1.2", (0.8, 0.9, 1.0, 1.1, 1.2)),
        ("0.7…0.85:2", (0.7, 0.85)),
        ("30, 40，50", (30, 40, 50)),
        ("×0.9,×1", (0.9, 1)),
        ("on,off", ("on", "off")),
    ],
)
def test_values_are_written_as_in_a_plan_with_the_number_of_positions_behind(written: str, meant: tuple[object, ...]):
    from alloc.instance.spans import read_span

    span = read_span("a.b", parse_values(written))
    assert span.values == meant
    assert span.factor == written.lstrip().startswith(("×", "x", "*"))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("0.8…x", "0.8…x: expected a range such as"),
        ("1,,2", "1,,2: expected a range such as"),
        ("", "expected a range such as"),
        ("0.7…0.85:x", "expected a range such as"),
        ("1.2…0.8", "1.2…0.8 must go from low to high"),
        ("0.7…0.85:1", "count 1 does not divide the range"),
        ("0.7…0.85:999999", "the plan means 999999 points"),
        ("30", "30 is one value; a slider needs two or more"),
        ("30,30", "30 is one value"),
        ("×0.8,1", "either all values are factors"),
        ("1,.inf", "1, inf: expected a range"),
        ("1,on", "either all values are numbers or none is: 1, on"),
    ],
)
def test_what_is_not_understood_is_told_with_its_place_all_at_once(path: Path, written: str, words: str):
    call = ["whatif", str(path), "--over", f"{AID}={written}", "--over", f"{FLOOR}=5", "--out", str(path.parent / "no")]
    done = CliRunner().invoke(main, call)
    assert done.exit_code == 2
    lines = done.stderr.splitlines()
    assert lines[0].startswith(f"--over  {AID}: ")
    assert words in lines[0]
    assert lines[1].startswith(f"--over  {FLOOR}: 5 is one value")
    assert not (path.parent / "no").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("over", "fault", "values"),
    [
        (["nothing"], "bad_over", {"found": "nothing"}),
        ([f"{AID}=1,2", f"{AID}=3,4"], "over_twice", {"path": AID}),
    ],
)
def test_a_line_that_is_none_is_said_in_both_languages(
    path: Path, lang: str, over: list[str], fault: str, values: dict[str, Any]
):
    call = ["--lang", lang, "whatif", str(path), *(word for line in over for word in ("--over", line))]
    done = CliRunner().invoke(main, call)
    assert (done.exit_code, done.stderr.strip()) == (2, say(fault, lang, **values))


def test_selectors_rules_and_words_are_sliders_too(path: Path):
    cost = "measures[category=infrastructure].unit_cost"
    found = alloc.whatif(path, {cost: "1,2", "rules.floor": "on,off"}, overrides={FLOOR: 50}, jobs=1)
    called = "measures[category=infrastructure] · "
    assert [slider.names for slider in found.sliders] == [
        {"en": f"{called}Unit cost", "zh": f"{called}单位成本"},
        {"en": "floor", "zh": "floor"},
    ]
    assert [slider.tell_all("en") for slider in found.sliders] == [["as today", "1", "2"], ["on", "off"]]
    assert [slider.tell_all("zh") for slider in found.sliders] == [["同今日", "1", "2"], ["启用", "停用"]]
    assert found.places == [(1, 0), (1, 1), (2, 0), (2, 1)]
    assert [point.objective for point in found.sweep.points] == pytest.approx([75, 100, 25 + 25, 50])
    assert found.today.objective == pytest.approx(75)
    assert read_data(found.page("zh"))["lang"] == "zh"


def test_figures_are_called_as_in_the_workbook_and_by_their_path_where_they_have_no_name(path: Path):
    data = draft(path).source.data
    instance = alloc.read(path)
    shown = {
        AID: ("Aid & more · Amount", "援助 · 金额"),
        FLOOR: ("floor · Least", "floor · 最低"),
        "rules.1.min": ("floor · Least", "floor · 最低"),
        "rules.1": ("floor", "floor"),
        "counties.cele.population": ("Cele · Population", "策勒 · 人口"),
        "objective.linkage": ("Weight of linkage", "关联权重"),
        "solver.bla": ("solver.bla", "solver.bla"),
        "measures.*.bla": ("measures.*.bla", "measures.*.bla"),
        "measures[*].bla": ("measures[*] · bla", "measures[*] · bla"),
    }
    for key, words in shown.items():
        assert (name_figure(instance, data, key, "en"), name_figure(instance, data, key, "zh")) == words


def test_nothing_to_vary_is_no_question_and_a_path_that_leads_nowhere_is_told(path: Path):
    with pytest.raises(alloc.RequestError, match="say what is to be varied"):
        alloc.whatif(path, {})
    with pytest.raises(alloc.InstanceError, match=r"funds\.aide\.amount.*aid"):
        alloc.whatif(path, {"funds.aide.amount": "1,2"})
    with pytest.raises(UnclearError):
        parse_values("1…")
    assert read_over({AID: [1, 2]}).data == {"grid": {AID: (1, 2)}}


# the page without a browser: what is embedded are the tables


def read_data(html: str) -> dict[str, Any]:
    """Return what the page holds."""
    (text,) = re.findall(r'<script id="data" type="application/json">(.*?)</script>', html, flags=re.S)
    data: dict[str, Any] = json.loads(text)
    return data


def column(table: dict[str, Any], point: int, j: int) -> list[Any]:
    """Return a column of a plan, as the script puts it together."""
    values, row = list(table["base"][j]), 0
    pairs = iter(table["plans"][point][j])
    for further, value in zip(pairs, pairs, strict=True):
        row += further
        values[row] = value
    return values


def test_the_page_holds_every_plan_as_its_tables_have_it(found: alloc.WhatIf, page: Path):
    data = read_data(page.read_text(encoding="utf-8"))
    points = dict(zip(found.places, found.sweep.points, strict=True))
    assert sorted(map(tuple, data["places"])) == sorted(points)
    for k, place in enumerate(map(tuple, data["places"])):
        point = points[place]
        rows = data["rows"]
        assert (rows["status"][k], rows["objective"][k] is None) == (point.status, point.objective is None)
        for name, (_, columns) in SHOWN.items():
            if point.objective is None:
                assert data["tables"][name]["plans"][k] is None
                continue
            for j, title in enumerate(columns):
                expected = [amount(x) for x in point.tables[name][title]]  # type: ignore[arg-type]
                assert [amount(x) for x in column(data["tables"][name], k, j)] == expected


def test_a_point_holds_the_tables_that_a_solve_of_the_same_figures_writes(found: alloc.WhatIf, path: Path):
    point = found.sweep.points[found.places.index((2, 1))]
    run = alloc.solve(path, overrides=dict(point.overrides))
    assert point.objective == pytest.approx(run.objective)
    for name, (keys, columns) in SHOWN.items():
        assert list(point.tables[name]) == [*keys, *columns]
        assert [point.tables[name][key] for key in keys] == [run.tables[name][key].tolist() for key in keys]
    assert sum(point.tables["counties"]["aid"]) == pytest.approx(run.counties["aid"].sum())  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_commands_write_the_page_and_say_where(
    path: Path, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def here(*args: Any, **options: Any) -> alloc.WhatIf:
        return run(*args, **{**options, "apart": False, "jobs": 1})  # a process of its own takes longer

    monkeypatch.setattr("alloc.study.whatif.whatif", here)
    plan = tmp_path / "plan.yaml"
    plan.write_text("list:\n- {funds.aid.amount: 80}\n", encoding="utf-8")
    commands = {"en": ["whatif", path, "--over", f"{AID}=80,100"], "zh": ["sweep", path, plan, "--page"]}
    words = ["--lang", lang, *map(str, commands[lang]), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, words)
    counts = {"en": "2 points: 2 optimal", "zh": "1 个点：1 最优"}
    assert (done.exit_code, done.stdout.strip()) == (0, counts[lang])
    assert done.stderr.strip() == say("wrote", lang, path=tmp_path / "out" / "whatif.html")
    data = read_data((tmp_path / "out" / "whatif.html").read_text(encoding="utf-8"))
    assert (data["lang"], data["rows"]["objective"]) == (lang, pytest.approx([100, 80]))


def test_no_name_becomes_html_and_nothing_is_fetched(page: Path):
    html = page.read_text(encoding="utf-8")
    assert html.count("</script>") == 2
    assert "<img" not in html
    assert escape(TITLE, quote=False) in html.replace("&#34;", '"').replace("&#39;", "'")
    assert "default-src 'none'" in html
    assert not re.findall(r"(?:src|href)=\"(?!data:)", html)
    assert "http" not in html.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_the_folder_resumes_and_the_same_question_gives_the_same_page(found: alloc.WhatIf, path: Path, page: Path):
    before = page.read_bytes()
    again = alloc.whatif(path, OVER, page.parent, jobs=1)
    assert again.sweep.solved == 0
    assert page.read_bytes() == before
    frame = pd.read_csv(page.parent / "sweep.csv")
    assert frame["status"].tolist() == [point.status for point in found.sweep.points]
    assert "6 optimal" in repr(found) or "optimal" in repr(found)


def test_the_plan_of_a_sweep_is_a_page_too_whatever_it_is_put_together_of(path: Path, tmp_path: Path):
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "scenarios:\n  lean: {funds.aid.amount: 40}\n  rich: {funds.aid.amount: 130}\nlist:\n- {rules.floor.min: 10}\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    found = alloc.whatif(path, plan, out, jobs=1)
    assert [point.status for point in found.sweep.points] == ["optimal", "optimal"]
    data = read_data((out / "whatif.html").read_text(encoding="utf-8"))
    assert [slider["path"] for slider in data["sliders"]] == ["", FLOOR]
    assert data["sliders"][0]["told"]["en"] == ["as today", "lean", "rich"]
    assert data["places"] == [[0, 0], [1, 1], [2, 1]]
    assert data["rows"]["objective"] == pytest.approx([100, 35, 125])  # 40 − 10/2; 60 + 60 + 10/2


# the page in a browser


def test_two_hundred_random_places_show_exactly_the_rows_and_tables_of_the_sweep(
    found: alloc.WhatIf, page: Path, chromium: Browser
):
    chromium.open(page)
    assert check_places(found, chromium, 200) >= 5
    assert chromium.complaints() == []
    assert chromium.requests()[0] == page.as_uri()
    assert {request.partition("#")[0] for request in chromium.requests()} == {page.as_uri()}


def test_numbers_are_written_as_everywhere_to_the_last_digit(page: Path, chromium: Browser):
    functions = read_text("alloc.report.page", "numbers.js")
    dice = random.Random(3)
    numbers = [dice.uniform(-1, 1) * 10 ** dice.uniform(-10, 9) for _ in range(600)]
    numbers += (
        [k / 8 for k in range(-40, 41)]
        + [k / 4 + 1000 for k in range(40)]
        + [0.05, 0.95, 0.949999, 0.01, 1e-9, 1e-10, 999999.95]
    )
    numbers += [round(x, 3) for x in numbers] + [0.5, 1.5, 2.5, -0.5, 1234567.5]
    chromium.open(page)
    written = chromium.run(
        f"(() => {{{functions} return {json.dumps(numbers)}.map(x => [amount(x), count(x), signed(x, amount)]);}})()"
    )
    assert written == [[amount(x), count(x), signed(x)] for x in numbers]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_languages_fit_a_screen_and_a_telephone_dark_and_print(page: Path, lang: str, chromium: Browser):
    for width, dark, media in ((1280, False, "screen"), (390, True, "screen"), (694, False, "print")):
        chromium.open(page, width, dark, media)
        chromium.run(f"document.querySelector('[data-lang={lang}]').click()")
        chromium.run("document.getElementById('pin').click()")
        shown = chromium.run(slide(0.8, 50.25))
        assert shown["where"] == say("whatif_here", lang)
        assert chromium.run("document.documentElement.lang") == {"zh": "zh-CN"}.get(lang, lang)
        assert chromium.run(TOO_WIDE) <= 0
        assert [words for words in chromium.run(OUTSIDE) if words.strip()] == []
        hidden = chromium.run("getComputedStyle(document.getElementById('controls')).display === 'none'")
        assert hidden == (media == "print")
        cut = "[...document.querySelectorAll('.table .scroll')].filter(box => box.clientHeight < box.scrollHeight - 1)"
        assert media == "screen" or chromium.run(f"{cut}.length") == 0
        names = chromium.run("[...document.querySelectorAll('#table-measures tbody th')].map(th => th.textContent)")
        assert names[0] in {"en": (f"Pens {HOSTILE}", "sheds", "courses"), "zh": ("羊圈", "sheds", "courses")}[lang]
        assert chromium.complaints() == []


def test_an_address_opens_the_same_view_again_and_a_wrong_one_todays(page: Path, chromium: Browser, tmp_path: Path):
    chromium.open(page)
    chromium.run("document.getElementById('pin').click()")
    shown = chromium.run(slide(1.2, 50.25))
    chromium.run("document.getElementById('pin').click()")
    between = chromium.run(slide(0.9, 50.25))
    address = chromium.run("new Promise(done => setTimeout(done, 400)).then(() => location.hash)")
    assert address == "#at=0.9;50.25&pins=0,7&lang=en"
    for asked, expected in ((address, between), ("#at=1.2;50.25", shown)):
        chromium.run(f"location.hash = {asked!r}; new Promise(done => setTimeout(done, 30))")
        assert chromium.run(SHOW) == expected
    chromium.run(f"location.hash = {address!r}; new Promise(done => setTimeout(done, 30))")
    assert len(chromium.run("[...document.querySelectorAll('#table-pins thead th')].map(th => th.textContent)")) == 3
    for wrong in ("#at=9e9;x&pins=77,-1,__proto__&lang=constructor", "#at=;&lang=<b>", "#%E0%A4%A", "#at=NaN;1e999"):
        chromium.run(f"location.hash = {wrong!r}; new Promise(done => setTimeout(done, 30))")
        shown = chromium.run(SHOW)
        assert shown["where"] == say("whatif_here_today"), wrong
        assert shown["point"] == 0
    assert chromium.complaints() == []


def press(chromium: Browser, key: str) -> None:
    """Press a key where the focus is."""
    for kind in ("keyDown", "keyUp"):
        chromium.ask(
            "Input.dispatchKeyEvent",
            type=kind,
            key=key,
            code=key,
            windowsVirtualKeyCode={"ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "Tab": 9, "Enter": 13}[
                key
            ],
        )


def test_keys_step_from_one_solved_position_to_the_next(page: Path, chromium: Browser):
    chromium.open(page)
    value = "document.getElementById('value-0').textContent"
    chromium.run("document.getElementById('slider-0').focus()")
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "Home", "End"):
        press(chromium, key)
        seen.append(chromium.run(value))
    assert seen == ["× 1.2 (120)", "× 1.2 (120)", "× 1 (100)", "× 0.8 (80)", "× 1.2 (120)"]
    chromium.run(slide(0.9, 0))
    assert chromium.run(value) == "× 0.9"
    press(chromium, "ArrowRight")
    assert chromium.run(value) == "× 1 (100)"
    chromium.run(slide(0.9, 0))
    press(chromium, "ArrowLeft")
    assert chromium.run(value) == "× 0.8 (80)"
    assert chromium.run("document.getElementById('slider-0').getAttribute('aria-valuetext')") == "× 0.8 (80)"


def test_up_to_four_plans_are_pinned_and_compared_with_the_first(found: alloc.WhatIf, page: Path, chromium: Browser):
    chromium.open(page)
    pin = "document.getElementById('pin').click()"
    for place in ((1.0, 0), (1.2, 0), (0.8, 50.25), (1.2, 110), (1.0, 50.25)):
        chromium.run(slide(*place))
        chromium.run(pin)
    assert chromium.run("document.getElementById('told').textContent") == say("whatif_pin_full")
    rows = chromium.run(
        "[...document.querySelectorAll('#table-pins tbody tr')].map(tr => [...tr.cells].map(td => td.textContent))"
    )
    assert rows[0] == ["Goal", "100.0", "120.0+20.0", "54.9−45.1", "65.0−35.0"]  # 120 − 110/2 = 65, 80 − 50.25/2
    chromium.run("document.querySelector('#table-pins thead th:nth-child(3) button:last-child').click()")
    assert chromium.run("document.querySelectorAll('#table-pins thead th').length") == 4


def test_goals_that_count_something_else_are_not_subtracted(path: Path, tmp_path: Path, chromium: Browser):
    plan = tmp_path / "plan.yaml"
    plan.write_text("scenarios:\n  twice: {objective.employment: 2}\n", encoding="utf-8")
    for name, over in (("positions", {"objective.employment": "1,2"}), ("scenarios", plan)):
        alloc.whatif(path, over, tmp_path / name, jobs=1)
        chromium.open(tmp_path / name / "whatif.html")
        chromium.run("document.querySelector('.rail button:last-child').click()")
        shown = chromium.run(SHOW)
        assert shown["row"][0] == ["Goal", "200.0", "100.0", ""]
        assert chromium.run("document.getElementById('row').textContent").endswith(say("whatif_other_goal"))
    assert shown["row"][2][0] == "Employment"
    assert shown["row"][2][3] != ""


def test_without_a_plan_today_the_page_says_that_there_is_nothing_to_compare_with(
    path: Path, tmp_path: Path, chromium: Browser
):
    found = alloc.whatif(path, {AID: "80,130"}, tmp_path / "out", overrides={FLOOR: 110}, jobs=1)
    assert found.today.status == "infeasible"
    assert found.exit_code == 0
    chromium.open(tmp_path / "out" / "whatif.html")
    assert chromium.run(SHOW)["where"] == say("whatif_here_none", status="infeasible")
    shown = chromium.run(slide(130))
    assert shown["row"][0] == ["Goal", "75.0", "–", ""]  # 130 − 110/2
    assert chromium.run("document.getElementById('changes-body').textContent") == say(
        "whatif_no_today", status="infeasible"
    )
    assert chromium.complaints() == []


def test_a_plan_of_hotan_of_which_no_number_stands_in_another_takes_less_than_ten_kilobytes():
    instance, dice = alloc.read(Path(__file__).parent.parent / "instances/hotan-2019"), random.Random(1)
    assert len(instance.measures) == 128
    keys = {
        "counties": [(c,) for c in instance.counties],
        "measures": [(m,) for m in instance.measures],
        "funds": [(f, c) for f in instance.funds for c in instance.counties],
        "rules": [(rule.name, c) for rule in instance.rules for c in instance.counties],
    }

    def draw_plan() -> Point:
        tables = {}
        for name, (told, columns) in SHOWN.items():
            rows = [(*key, *(dice.uniform(0, 1000) * (dice.random() < 0.7) for _ in columns)) for key in keys[name]]
            tables[name] = dict(zip((*told, *columns), map(list, zip(*rows, strict=True)), strict=True))
        money = {(c, k): dice.uniform(0, 1000) for c in instance.counties for k in CATEGORIES}
        return Point({}, "optimal", objective=1.0, money=money, tables=tables)

    points = [draw_plan() for _ in range(11)]
    one, all_ = (len(write_json(encode_points(instance, points[:count])).encode()) for count in (1, 11))
    assert 1000 < (all_ - one) / 10 < 10_000
