"""How large a page of five hundred solved plans of Hotan 2019 is, and whether it shows every one of them.

python tests/bench/page_size.py --out results/hotan-500

Money and units are of any size, as in the sweep that comes with the question: in lots a point takes half a minute.
Points that the folder holds already are not solved again. The page is weighed, opened in headless Chromium without a
network, and its sliders are put at random places: it must show the row and the tables of the sweep, digit by digit.
"""

import shutil
import sys
import time
from pathlib import Path

import click
from sweeps import HOTAN

import alloc
from alloc.study.whatif.encoding import encode_points, write_json

sys.path.insert(0, str(Path(__file__).parent.parent))
from browser import Browser, browsing
from sliders import SHOW, check_places, list_steps, slide

OVER = {
    "funds.tianjin-aid.amount": "×0.98…1.07:10",
    "measures[category=training].unit_cost": "×0.8…1.25:10",
    "objective.linkage": "0.03…0.07:5",
}
DIVISIBLE = {"money.lot": None, "measures[*].integer": False}
MOVES = 20


def weigh(found: alloc.WhatIf, page: Path) -> None:
    """Print how many plans there are, how many differ, and what they weigh."""
    points = found.sweep.points
    different = {tuple(sorted(point.payments.items())) for point in points}
    alone, whole = len(write_json(encode_points(found.instance, [found.today])).encode()), page.stat().st_size
    click.echo(f"{len(points)} points, {len(different)} different plans: {found.sweep.counts}")
    click.echo(f"closest to today's proven at {sum(point.closest is True for point in points)}")
    click.echo(f"{whole / 1e6:.2f} MB, {(whole - alone) / len(points):,.0f} bytes a point")


def clock(browser: Browser, page: Path, found: alloc.WhatIf) -> None:
    """Print how long it takes to open the page, and to follow a slider, at the median."""
    begun = time.perf_counter()
    browser.open(page)
    browser.run(SHOW)
    click.echo(f"opened in {time.perf_counter() - begun:.2f} s")
    first, *others = list_steps(found)
    seconds = []
    for k in range(MOVES):
        begun = time.perf_counter()
        browser.run(slide(first[k % len(first)], *(steps[k % len(steps)] for steps in others)))
        seconds.append(time.perf_counter() - begun)
    click.echo(f"all sliders followed in {1000 * sorted(seconds)[MOVES // 2]:.0f} ms")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the sweep.")
@click.option("--jobs", default=1)
@click.option("--places", default=200, help="Random places of the sliders.")
def main(out: Path, jobs: int, places: int) -> None:
    """Solve what is not solved yet, weigh the page, and compare what it shows."""
    found = alloc.whatif(HOTAN, OVER, out, overrides=DIVISIBLE, jobs=jobs, apart=True)
    page = out / "whatif.html"
    weigh(found, page)
    program = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    with browsing(program) as browser:
        clock(browser, page, found)
        plans = check_places(found, browser, places)
        outside = {url.partition("#")[0] for url in browser.requests()} - {page.resolve().as_uri()}
        click.echo(f"{places} places show the rows and tables of {plans} plans; errors {browser.complaints()}")
        click.echo(f"asked of the network: {sorted(outside) or 'nothing'}")


if __name__ == "__main__":
    main()
