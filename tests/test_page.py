"""The page: what it says follows from the tables, and a browser without a network shows all of it."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from browser import A4, MARKS, OUTSIDE, OVERLAPS, TOO_WIDE, Browser
from click.testing import CliRunner
from conftest import geojson, square

from alloc.cli import main
from alloc.instance import read
from alloc.report.boundaries import read_boundaries
from alloc.report.charts import DARK, LIGHT, ROLES
from alloc.report.charts.palette import STEPS
from alloc.report.dictionary import dictionary
from alloc.report.files import read_result_tables, write_page
from alloc.report.page import make_page
from alloc.report.page.answer import tell_answer
from alloc.report.page.view import View, largest
from alloc.report.provenance import trace_origins
from alloc.run import Run, solve
from alloc.texts import LANGUAGES, catalogue
from alloc.texts.figures import amount, percent

ROOT = Path(__file__).parent.parent
WHERE = {"demo": ROOT / "instances/demo", "everything": ROOT / "tests/everything"}


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    return {name: solve(path) for name, path in WHERE.items()}


@pytest.fixture(scope="module")
def demo(runs: Mapping[str, Run]) -> Run:
    return runs["demo"]


@pytest.fixture(scope="module")
def everything(runs: Mapping[str, Run]) -> Run:
    return runs["everything"]


def html(run: Run, lang: str = "en", **changes: Any) -> str:
    return make_page(run.instance, run.tables, {**run.figures, **changes}, lang).html


def said(text: str) -> str:
    """Return what a page says, without its marks and styles."""
    text = re.sub(r"<(style|script|svg).*?</\1>", "", text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def expected_marks(run: Run) -> dict[str, int]:
    """Count what each chart must show, from the tables alone."""
    t, instance = run.tables, run.instance
    paid = t["allocation"][t["allocation"]["amount"] > 0]
    flows = len(paid.groupby(["fund", "category"])) + len(paid.groupby(["category", "county"]))
    stages = Counter(row.chain for row in instance.industries.values() if row.chain)
    found = trace_origins(instance, t["measures"])
    marks = {
        "money-flow": flows,
        "funds": int((t["funds"]["spent"] > 0).sum() + (t["funds"]["unspent"] > 0).sum()),
        "aid-by-county-and-category": 5 * len(instance.counties),
        "jobs-by-county": 3 * len(t["counties"]),
        "jobs-by-industry": 4 * t["industries"]["industry"].nunique(),
        "bottleneck-map": sum(len(words.split("|")) for words in t["industries"]["bottleneck"] if words),
        "chain-stages": sum(stages[h] for h in t["chains"]["chain"]),
        "aid-by-tag": int((t["tags"]["aid"] > 0).sum()),
        "figures": sum(count > 0 for counts in found.figures.values() for count in counts.values()),
        "aid-by-origin": sum(money > 0 for origins in (found.cost, found.effect) for money in origins.values()),
        "aid-per-head": int((t["counties"]["aid"] > 0).sum()),
    }
    return {name: count for name, count in marks.items() if count or name not in ("chain-stages", "aid-by-tag")}


@pytest.mark.parametrize("name", WHERE)
def test_every_chart_has_a_mark_for_every_number_of_the_tables(runs: Mapping[str, Run], name: str):
    run = runs[name]
    made = make_page(run.instance, run.tables, run.figures, "en")
    assert {key: chart.marks for key, chart in made.charts.items()} == expected_marks(run)
    for key in made.charts:
        assert f'<figure id="{key}">' in made.html


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", WHERE)
def test_a_browser_without_a_network_shows_every_chart(
    runs: Mapping[str, Run], name: str, lang: str, chromium: Browser, tmp_path: Path
):
    run = runs[name]
    drawn = read_boundaries(
        geojson(tmp_path, *(square(i, name=c) for i, c in enumerate(run.instance.counties))), run.instance
    )
    write_page(run.instance, run.tables, run.figures, tmp_path, lang, drawn)
    file = tmp_path / "report.html"
    maps = dict.fromkeys(("map-aid", "map-jobs"), len(run.instance.counties))
    for width, dark, media in ((1280, False, "screen"), (390, True, "screen"), (A4, False, "print")):
        chromium.open(file, width, dark, media)
        assert chromium.run(MARKS) == expected_marks(run) | maps
        assert chromium.run(OUTSIDE) == []
        assert chromium.run(OVERLAPS) == []
        assert chromium.run(TOO_WIDE) <= 0
        assert chromium.complaints() == []
        assert chromium.requests() == [file.as_uri()]
    assert chromium.run("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[lang]


def test_the_browser_would_see_what_is_wrong(demo: Run, chromium: Browser, tmp_path: Path):
    text = html(demo)
    text = text.replace(
        "</body>", '<p style="width:40px;overflow-wrap:normal">unbreakablewordthatisfartoolong</p></body>'
    )
    text = text.replace(
        "<script>", '<img src="https://example.com/x.png"><div style="width:3000px">.</div><script>console.log(1);', 1
    )
    text = re.sub(r'(<text x=")[\d.]+(" y="[\d.]+" class="strong" text-anchor="end">)', r"\g<1>-50\2", text, count=1)
    text = re.sub(r'class="mark ', 'visibility="hidden" class="mark ', text, count=1)
    file = tmp_path / "broken.html"
    file.write_text(text, encoding="utf-8")
    chromium.open(file)
    assert any("unbreakable" in words for words in chromium.run(OUTSIDE))
    assert any(words.startswith("money-flow") for words in chromium.run(OUTSIDE))
    assert chromium.run(TOO_WIDE) > 0
    assert chromium.run(MARKS) != expected_marks(demo)
    assert any("Content Security Policy" in words for words in chromium.complaints())


def test_a_click_sorts_a_table_by_number_and_back(everything: Run, chromium: Browser, tmp_path: Path):
    file = tmp_path / "report.html"
    file.write_text(html(everything), encoding="utf-8")
    chromium.open(file)
    heads = chromium.run("[...document.querySelectorAll('#table-funds thead th')].map(th => th.textContent)")
    column = heads.index(next(head for head in heads if head.startswith("Available")))
    cells = f"[...document.querySelectorAll('#table-funds tbody tr')].map(tr => tr.cells[{column}].textContent)"
    head = f"document.querySelectorAll('#table-funds thead th')[{column}]"
    expected = sorted(everything.funds["available"])
    for way in (1, -1):
        chromium.run(f"{head}.click()")
        found = [float(text.replace(",", "")) for text in chromium.run(cells)]
        assert found == pytest.approx(expected[::way], abs=0.5)
        assert chromium.run(f"{head}.getAttribute('aria-sort')") == {1: "ascending", -1: "descending"}[way]


def test_printed_on_a4_no_chart_is_higher_than_a_page(everything: Run, chromium: Browser, tmp_path: Path):
    file = tmp_path / "report.html"
    file.write_text(html(everything), encoding="utf-8")
    chromium.open(file, A4, media="print")
    high = chromium.run(
        "Math.max(...[...document.querySelectorAll('figure')].map(f => f.getBoundingClientRect().height))"
    )
    assert 0 < high < 1010  # 297 mm less two margins of 14 mm
    assert chromium.run("getComputedStyle(document.querySelector('figure')).breakInside") == "avoid"
    assert chromium.ask("Page.printToPDF", preferCSSPageSize=True)["data"]


def test_dark_screens_get_dark_paper_and_print_stays_light(demo: Run, chromium: Browser, tmp_path: Path):
    file = tmp_path / "report.html"
    file.write_text(html(demo), encoding="utf-8")
    papers = []
    for dark, media in ((False, "screen"), (True, "screen"), (True, "print")):
        chromium.open(file, dark=dark, media=media)
        papers.append(chromium.run("getComputedStyle(document.body).backgroundColor"))
    assert papers == ["rgb(255, 255, 255)", "rgb(17, 23, 29)", "rgb(255, 255, 255)"]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("paper", [LIGHT, DARK])
def test_words_can_be_read_on_both_papers(paper: int):
    ground = ROLES["paper"][paper], ROLES["card"][paper]
    for role in ("ink", "soft", "accent", "good", "bad"):
        assert all(contrast(ROLES[role][paper], under) >= 4.5 for under in ground), role
    assert contrast(ROLES["paper"][paper], ROLES["plan"][paper]) >= 4.5
    for step in STEPS:
        assert contrast(*step[paper]) >= 4.5, step


def test_the_three_sentences_say_what_the_tables_say(demo: Run):
    one, two, three = tell_answer(View(demo.instance, "en", demo.tables, demo.figures))
    assert one.startswith(
        "Of 37.0 万元 of aid, this plan, proven optimal (gap 0%), spends 37.0 (100%) on 3 of 5 measures in 2"
    )
    assert "most of it on infrastructure (54.1%)" in one  # 20 of 37, by hand
    assert two.startswith(
        "Of 79.0 jobs that last through the year, counted from today, 0.0 would be there anyway, 0.0 come through"
        " others' money and 79.0 through the aid (0.468 万元 of aid each)"  # 37 over 79, by hand
    )
    assert f"{demo.figures['audit']['checks']} checks" in three
    assert all(sentence.count(". ") == 0 and sentence.endswith(".") for sentence in (one, two, three))
    for sentence in tell_answer(View(demo.instance, "zh", demo.tables, demo.figures)):
        assert sentence.count("。") == 1
        assert sentence.endswith("。")


@pytest.mark.parametrize(("lang", "words"), [("en", "not proven optimal"), ("zh", "尚未证明最优")])
def test_a_plan_that_was_stopped_early_says_so_in_the_first_sentence(demo: Run, lang: str, words: str):
    stages = [{**demo.figures["stages"][0], "gap": 0.125}]
    figures = {**demo.figures, "status": "feasible", "stages": stages}
    first = tell_answer(View(demo.instance, lang, demo.tables, figures))[0]
    assert words in first[:80]
    assert "12.50%" in first
    assert "proven optimal (gap" not in html(demo, lang, status="feasible", stages=stages)
    unknown = {**figures, "stages": [{**stages[0], "gap": None}], "bound": None}
    assert "?" in tell_answer(View(demo.instance, lang, demo.tables, unknown))[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_on_voluntary_labour_are_there(demo: Run, lang: str):
    assert catalogue()["voluntary"][lang] in said(html(demo, lang))


def test_a_chinese_page_is_chinese_and_an_english_page_english(everything: Run):
    chinese, english = said(html(everything, "zh")), said(html(everything, "en"))
    heads = {key: row for key, row in catalogue().items() if key.startswith("page_h_")}
    del heads["page_h_questions"]  # stands there once these are answered
    for row in heads.values():
        assert row["zh"] in chinese
        assert row["en"] in english
        assert row["en"] not in chinese


def test_every_text_of_the_template_stands_in_the_catalogue():
    template = (ROOT / "alloc/report/page/page.html").read_text(encoding="utf-8")
    whole = re.findall(r"\bt\([\"'](\w+)[\"'][,)]", template)
    begun = re.findall(r"\bt\([\"'](\w+_)[\"'] ~", template)
    assert len(whole) > 30
    assert set(whole) <= set(catalogue())
    assert all(any(key.startswith(start) for key in catalogue()) for start in begun)


def test_text_from_data_never_becomes_markup(tmp_path: Path):
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}'
    raw = yaml.safe_load((WHERE["everything"] / "instance.yaml").read_text(encoding="utf-8"))
    raw["title"] = hostile
    raw["rules"] = []
    for table in ("counties", "industries", "funds", "measures", "chains"):
        found = raw.get(table)
        for row in found.values() if isinstance(found, dict) else found or []:
            row["name"] = hostile
    path = tmp_path / "hostile.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    run = solve(path)
    made = make_page(run.instance, run.tables, run.figures, "en")
    assert made.html.count("<script") == 1
    assert "<img" not in made.html
    assert "{{ 7*7 }}" in made.html
    folder = run.save(tmp_path / "out")
    for file in (folder / "charts").glob("*.svg"):
        assert not [x for x in ET.parse(file).iter() if x.tag.endswith(("script", "img"))]


def test_the_page_asks_for_nothing_from_elsewhere(everything: Run):
    text = html(everything)
    assert "default-src 'none'" in text
    assert re.findall(r'(?:src|href)="(?!#|data:)([^"]+)"', text) == []
    assert "url(" not in text


def test_equal_plans_give_equal_pages(everything: Run):
    assert html(everything) == html(everything, seconds=99.0)


def test_what_cannot_be_measured_is_said_and_not_made_up(demo: Run):
    kinds = {one.name: one.value for one in View(demo.instance, "en", demo.tables, demo.figures).indicators}
    assert {key: kinds[key] for key in ("leverage", "clustering", "chains", "mutual")} == dict.fromkeys(
        ("leverage", "clustering", "chains", "mutual")
    )
    assert kinds["lasting"] == pytest.approx(32.5 / 37)  # all but the insurance of 4.5, by hand
    assert said(html(demo)).count("not measurable with these data") == 4


@pytest.mark.parametrize(
    ("part", "shown"), [(0, "0%"), (1, "100%"), (0.5, "50%"), (0.12345, "12.3%"), (1e-9, "<0.1%"), (0.99999, ">99.9%")]
)
def test_shares_never_round_to_none_or_all(part: float, shown: str):
    assert percent(part) == shown


def alloc(*words: object) -> tuple[int, str]:
    """Return the exit code of a command and all it says."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.output


def test_solve_writes_page_charts_map_and_pictures(tmp_path: Path):
    shapes = geojson(tmp_path, square(0, name="cele"), square(1, name="yutian"))
    code, words = alloc("solve", WHERE["demo"], "--out", tmp_path / "out", "--map", shapes, "--png", "--lang", "zh")
    assert code == 0, words
    names = {path.stem for path in (tmp_path / "out/charts").glob("*.svg")}
    assert {"money-flow", "aid-by-county-and-category", "map-aid", "jobs-by-county", "bottleneck-map"} <= names
    text = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    made = {path.stem for path in (tmp_path / "out/charts").glob("*.png")}
    assert made == names or "fonts-noto-cjk" in text
    assert '<html lang="zh-CN">' in text


def test_a_bad_map_is_refused_before_anything_is_solved(tmp_path: Path):
    shapes = geojson(tmp_path, square(0, name="x"))
    code, words = alloc("solve", WHERE["demo"], "--out", tmp_path / "out", "--map", shapes)
    assert code == 2
    assert "no feature is a county" in words
    assert not (tmp_path / "out").exists()


def test_the_page_command_writes_the_same_page_and_others(everything: Run, tmp_path: Path):
    folder = everything.save(tmp_path / "result")
    before = (folder / "report.html").read_bytes()
    assert alloc("page", folder, WHERE["everything"], "--out", tmp_path / "again")[0] == 0
    assert (tmp_path / "again/report.html").read_bytes() == before
    assert alloc("page", folder, WHERE["everything"], "--lang", "zh")[0] == 0
    assert (folder / "report.html").read_bytes() != before
    code, words = alloc("page", folder, WHERE["demo"])
    assert (code, "was not solved from" in words) == (2, True)
    code, words = alloc("page", tmp_path, WHERE["demo"])
    assert (code, "is not a whole results folder" in words) == (2, True)


def test_tables_read_back_are_the_tables(everything: Run, tmp_path: Path):
    found, figures = read_result_tables(everything.save(tmp_path / "result"))
    assert figures == json.loads(json.dumps(dict(everything.figures)))
    for name, table in everything.tables.items():
        pd.testing.assert_frame_equal(found[name], table, check_exact=True)


def test_without_a_chinese_font_pictures_are_left_out_and_the_page_says_so(
    demo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for room in ("charts.chart", "page"):
        monkeypatch.setattr(f"alloc.report.{room}.draws_chinese", lambda: False)
    write_page(demo.instance, demo.tables, demo.figures, tmp_path, "zh", pictures=True)
    assert not list((tmp_path / "charts").glob("money-flow.png"))
    assert "本机没有中文字体" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_charts_of_an_earlier_page_do_not_stay(demo: Run, tmp_path: Path):
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts/map-aid.svg").touch()
    write_page(demo.instance, demo.tables, demo.figures, tmp_path, "en")
    assert not (tmp_path / "charts/map-aid.svg").exists()


def test_of_many_counties_charts_show_the_largest_and_count_the_others():
    assert largest({"a": 1.0, "b": 3.0, "c": 2.0}, 2) == (["b", "c"], ["a"])
    assert largest({"a": 1.0, "b": 3.0}, 2) == (["a", "b"], [])


def test_what_is_shown_whole_counts_no_others(everything: Run):
    assert " more)" not in said(html(everything))


def many(demo: Run, count: int) -> Run:
    """Return a plan of many counties: the demo's two, over and over, each getting a little more."""
    two = list(demo.instance.counties)
    copies = {f"{c}-{i}": (c, 1 + i / count) for i in range(count // 2) for c in two}
    counties = {new: demo.instance.counties[c] for new, (c, _) in copies.items()}
    measures = {
        f"{m}-{i}": row.model_copy(update={"county": f"{row.county}-{i}"})
        for i in range(count // 2)
        for m, row in demo.instance.measures.items()
    }
    baseline = tuple(
        row.model_copy(update={"county": f"{row.county}-{i}"})
        for i in range(count // 2)
        for row in demo.instance.baseline
    )
    instance = demo.instance.model_copy(update={"counties": counties, "measures": measures, "baseline": baseline})
    tables = {}
    for name, table in demo.tables.items():
        if "county" not in table or name == "funds":
            tables[name] = table
            continue
        parts = []
        for i in range(count // 2):
            part = table.copy()
            part["county"] = [f"{c}-{i}" for c in part["county"]]
            if "measure" in part:
                part["measure"] = [f"{m}-{i}" for m in part["measure"]]
            for column in ("amount", "aid", "aid_per_head"):
                if column in part:
                    part[column] = part[column] * (1 + i / count)
            parts.append(part)
        tables[name] = pd.concat(parts, ignore_index=True)
    return replace(demo, instance=instance, tables=tables)


def test_a_page_of_832_counties_stays_small_and_readable(demo: Run, chromium: Browser, tmp_path: Path):
    run = many(demo, 832)
    made = make_page(run.instance, run.tables, run.figures, "en")
    assert len(made.html) < 1_500_000
    assert made.charts["aid-by-county-and-category"].marks == 30 * 5
    assert made.charts["money-flow"].marks <= 2 * 5 + 15 * 5
    assert "802 others" in made.html
    assert "(and 802 more)" in made.html
    assert "lorenz" in made.charts
    assert "The 200 rows that weigh most, of 832; all of them are in counties.csv." in made.html
    file = tmp_path / "report.html"
    file.write_text(made.html, encoding="utf-8")
    chromium.open(file)
    assert chromium.run(MARKS) == {name: chart.marks for name, chart in made.charts.items()}
    assert chromium.run(OUTSIDE) == []
    assert chromium.run(TOO_WIDE) <= 0


def test_the_readme_of_the_page_names_every_chart(everything: Run, tmp_path: Path):
    text = (ROOT / "alloc/report/PAGE.md").read_text(encoding="utf-8")
    shapes = geojson(tmp_path, square(0, name=next(iter(everything.instance.counties))))
    made = make_page(
        everything.instance, everything.tables, everything.figures, "en", read_boundaries(shapes, everything.instance)
    )
    for name in (*made.charts, "lorenz"):
        assert f"`{name}`" in text, name


def test_the_instance_read_again_is_the_one_on_the_page(demo: Run):
    assert read(WHERE["demo"]).sha256 in html(demo)


def shown_rows(made: str, key: str) -> list[list[str]]:
    """Return the cells of a table of the page, row by row, its heads first."""
    table = re.search(rf'id="table-{key}">(.*?)</table>', made, flags=re.S)
    assert table, key
    rows = re.findall(r"<tr>(.*?)</tr>", table.group(1), flags=re.S)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.S)] for row in rows]


ON_PAGE: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "funds": ("funds", {}),
    "counties": ("counties", {}),
    "funded": ("measures", {"funded": 1}),
    "unfunded": ("measures", {"funded": 0}),
    "idle": ("measures", {"idle": 1}),
    "bridge": ("bridge", {}),
    "scenarios": ("scenarios", {}),
    "industries": ("industries", {}),
    "chains": ("chains", {}),
    "tags": ("tags", {}),
}
"""Tables of the page: the table of the results that each is made from, and which rows of it."""


def number_in(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


@pytest.mark.parametrize("key", ON_PAGE)
def test_every_number_in_a_table_of_the_page_is_that_of_its_file(everything: Run, key: str):
    name, chosen = ON_PAGE[key]
    table = everything.tables[name]
    for column, value in chosen.items():
        table = table[table[column] == value]
    if table.empty:
        assert f'id="table-{key}"' not in html(everything)
        return
    (titles, *rows), label = shown_rows(html(everything), key), everything.instance.money.label
    assert len(rows) == len(table)
    for column, of in dictionary()[name]["columns"].items():
        title = next((t for t in (of["en"], f"{of['en']} ({label})") if t in titles), None)
        if title is None or of["type"] != "number":
            continue
        for row, value in zip(rows, table[column], strict=True):
            cell = row[titles.index(title)]
            digits = len(cell.rstrip("%").partition(".")[2])
            if pd.isna(value):
                assert cell in ("", "–")
            else:
                shown = 100 * value if cell.endswith("%") else value
                assert number_in(cell.rstrip("%")) == pytest.approx(shown, abs=0.5000001 * 10**-digits), (column, row)


def test_a_measure_left_out_is_shown_with_its_cost_at_full_scale(everything: Run):
    table = everything.tables["measures"]
    left = [everything.instance.measures[m] for m in table["measure"][table["funded"] == 0]]
    assert left
    for row, m in zip(shown_rows(html(everything), "unfunded")[1:], left, strict=True):
        assert row[0] == m.name or row[0] in everything.instance.measures
        assert number_in(row[4]) == pytest.approx(m.fixed_cost + m.unit_cost * m.max_units, abs=0.051)


def test_scenarios_are_told_in_a_sentence_that_their_table_bears_out(everything: Run):
    text = said(html(everything))
    for row in everything.tables["scenarios"].to_dict("records"):
        through = amount(row["employment"] - row["employment_without_aid"])
        assert f"{amount(row['employment'])} jobs, {through} of them through the aid" in text


def test_what_coordination_is_worth_and_moves_is_told(everything: Run):
    m = next(m for m, row in everything.instance.measures.items() if row.national != "none")
    moved = [{"measure": m, "fund": "nation", "first": 25.0, "joint": 5.5, "change": -19.5}]
    first = {"employment": 7.0, "status": "optimal"}
    both = {"joint": {"employment": 10.0}, "first": first, "worth": {"employment": 3.0}, "moved": moved}
    made = html(everything, nation="both", coordination=both)
    assert "brings 3.0 more jobs than where the nation decides first (10.0 against 7.0); 1 national payments" in made
    (row,) = shown_rows(made, "moved")[1:]
    assert row[2:] == ["25.0", "5.5", "−19.5"]
    assert 'id="table-moved"' not in html(everything)


def test_what_is_counted_with_nothing_is_listed_with_what_asks_for_it(everything: Run):
    measures = everything.tables["measures"].copy()
    at = measures.index[measures["funded"] == 1][0]
    measures.loc[at, ["idle", "asked_by"]] = [1, f"committed|{everything.instance.rules[0].name}"]
    made = make_page(everything.instance, {**everything.tables, "measures": measures}, everything.figures, "en").html
    (row,) = shown_rows(made, "idle")[1:]
    assert number_in(row[3]) == pytest.approx(measures.loc[at, "aid"], abs=0.051)
    assert row[4] == f"it is committed, {everything.instance.rules[0].name}"
    assert f"1 measure, {amount(measures.loc[at, 'aid'])} 万元 of aid" in made
