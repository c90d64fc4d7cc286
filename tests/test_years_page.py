"""What a result of several years shows to people: the page, in both languages, against what was worked out by hand."""

import re
from pathlib import Path

import pytest
import yaml
from browser import A4, OUTSIDE, OVERLAPS, TOO_WIDE, Browser
from click.testing import CliRunner
from conftest import instance_of
from test_years import TOY

from alloc.cli import main
from alloc.report.carrying import list_purses, list_upkeep, tell_starved
from alloc.run import Run, solve

SAVED = {
    **TOY,
    "counties": {"hotan": {"name": "Hotan", "name_zh": "和田", "population": 1000, "jobseekers": 100}},
    "funds": {
        "aid": {"name": "Tianjin aid", "name_zh": "天津援助", "kind": "aid", "amount": 1.5, "carry": 0.5},
        "own": {"kind": "local", "amount": 0.25},
    },
    "measures": {
        "park": {**TOY["measures"]["park"], "name": "Park place", "name_zh": "园区工位", "min_units": 1,
                 "recurrent": 0.25, "funds": ["aid"]},
        "wage": {**TOY["measures"]["wage"], "funds": ["own"]},
    },
    "rules": [{"name": "a half at most", "type": "amount", "fund": "own", "max": 0.5}],
}  # fmt: skip
"""A park place costs 2 and 1.5 comes each year, of which half may be carried: 1.5 + 0.75 pays for it in the second, and
0.25 is left, of which 0.125 goes on; in the third year its upkeep is 0.25. Wages get 0.25 of local money each year.
"""


@pytest.fixture(scope="module")
def run() -> Run:
    return solve(instance_of(SAVED), gap=1e-9)


def test_money_of_a_year_is_its_own_and_what_is_carried_and_goes_on_or_back(run):
    rows = [row for row in list_purses(run.instance, run.tables) if row.fund == "aid"]
    shown = [(row.own, row.carried, row.available, row.spent, row.left, row.on, row.back) for row in rows]
    assert shown == [
        pytest.approx((1.5, 0, 1.5, 0, 1.5, 0.75, 0.75)),
        pytest.approx((1.5, 0.75, 2.25, 2, 0.25, 0.125, 0.125)),
        pytest.approx((1.5, 0.125, 1.625, 0.25, 1.375, 0, 1.375)),
    ]


def test_upkeep_is_told_year_by_year_with_what_works(run):
    rows = [row for row in list_upkeep(run.instance, run.tables["measures"]) if row.measure == "park"]
    shown = [(row.bought, row.working, row.kept, row.money) for row in rows]
    assert shown == [pytest.approx(of) for of in ((0, 0, 0, 0), (1, 1, 0, 0), (0, 1, 1, 0.25))]


def test_a_last_year_that_starves_what_lasts_is_told_and_further_years_silence_it(run):
    assert tell_starved(run.instance, run.tables, "en") == (
        "In 2023, the last year, 0.0 万元 buys what lasts beyond the year, in the years before 1.0 a year on average. "
        "With end_value 0 nothing counts that works after 2023: the last year buys only what pays at once. "
        "end_value counts further years."
    )
    further = solve(instance_of({**SAVED, "end_value": 1}), gap=1e-9)
    assert tell_starved(further.instance, further.tables, "en") == ""


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request, run, tmp_path_factory) -> tuple[str, Path, str]:
    folder = run.save(tmp_path_factory.mktemp("years") / request.param, lang=request.param)
    return request.param, folder / "report.html", (folder / "report.html").read_text(encoding="utf-8")


def rows_of(text: str, table: str) -> list[list[str]]:
    """Return the cells of a table of the page, row by row, heads left out."""
    body = re.search(rf'id="table-{table}".*?<tbody>(.*?)</tbody>', text, flags=re.S)[1]
    lines = re.findall(r"<tr>(.*?)</tr>", body, flags=re.S)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, flags=re.S) for line in lines]


def test_the_page_shows_years_purses_and_purchases_in_both_languages(page):
    lang, _, text = page
    name, fund = {"en": ("Park place", "Tianjin aid"), "zh": ("园区工位", "天津援助")}[lang]
    bought = {row[0]: row[-4:] for row in rows_of(text, "bought")}
    assert [float(cell) for cell in bought[name]] == [0, 1, 0, 1]
    purses = [row for row in rows_of(text, "purses") if row[:2] == ["2022", fund]]
    assert [float(cell) for cell in purses[0][3:]] == [
        pytest.approx(x, abs=0.051) for x in (1.5, 0.75, 2.25, 2, 0.25, 0.125, 0.125)
    ]
    years = rows_of(text, "by_year")
    assert [row[0] for row in years] == ["2021", "2022", "2023"]
    assert [float(row[1]) for row in years] == pytest.approx([0.25, 2.25, 0.5], abs=0.051)
    assert [float(row[2]) for row in years] == pytest.approx([0, 0, 0.25], abs=0.051)
    assert {"en": "the last year", "zh": "最后一年"}[lang] in text
    for year in (2021, 2022, 2023):
        assert f'id="year-{year}"' in text
        assert float(rows_of(text, f"rules-{year}")[0][2]) == pytest.approx(0.25, abs=0.051)
    assert 'id="table-funded-2022"' in text
    assert not re.search(r"page_|years_|wb_", re.sub(r"<(style|script).*?</\1>", "", text, flags=re.S))


def test_the_page_is_written_again_from_the_tables_in_the_other_language(tmp_path):
    path = tmp_path / "saved.yaml"
    path.write_text(yaml.safe_dump(SAVED, sort_keys=False, allow_unicode=True), encoding="utf-8")
    made = solve(path)
    folder, again = made.save(tmp_path / "en", lang="en"), made.save(tmp_path / "zh", lang="zh")
    done = CliRunner().invoke(main, ["page", str(folder), str(path), "--lang", "zh"])
    assert (done.exit_code, done.output) == (0, f"已写入 {folder}/report.html\n")
    assert (folder / "report.html").read_bytes() == (again / "report.html").read_bytes()


def test_a_browser_without_a_network_shows_every_chart(page, chromium: Browser):
    path = page[1]
    for width, media in ((1280, "screen"), (390, "screen"), (A4, "print")):
        chromium.open(path, width, media=media)
        assert (chromium.complaints(), chromium.requests()) == ([], [path.as_uri()])
        assert chromium.run("document.querySelectorAll('figure svg').length") == 3
        assert chromium.run(TOO_WIDE) <= 0
        assert chromium.run(OUTSIDE) == []
        assert chromium.run(OVERLAPS) == []
