"""How large a page of many different plans of Hotan 2019 is, and what each plan adds to it.

python tests/bench/page_size.py --solved 20 --points 500

So many plans are solved, with other budgets, shares and weights, to a gap of 2 %, which is cheap and leaves them less
alike than proven ones. The rest are mixed of those: each county has the rows of one of them, and every amount is moved
by up to a part that is drawn anew, so that no number of a plan stands in another. Nothing is said of such plans but how
many bytes they take.
"""

import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from sweeps import HOTAN

from alloc.instance import Instance, draft, read
from alloc.study.points import Point, PointQuestion, open_points
from alloc.study.whatif.encoding import KEPT, encode_points, write_json
from alloc.study.whatif.rendering import render_page
from alloc.study.whatif.sliders import Slider

SIDE = 8
"""Positions of each of three sliders: 512 in all."""

MOVED = 0.05
"""Amounts are moved by up to this part."""


def draw(dice: random.Random) -> dict[str, object]:
    """Return another budget, another share and another weight."""
    return {
        "funds.tianjin-aid.amount": f"×{dice.uniform(0.98, 1.06)}",
        "rules.livelihood at least 80 % of aid.min": dice.uniform(0.7, 0.82),
        "objective.linkage": dice.uniform(0.02, 0.08),
    }


def solve(count: int, gap: float, jobs: int) -> list[Point]:
    """Return plans of Hotan 2019, today's first."""
    dice, question = random.Random(1), PointQuestion(draft(HOTAN), {"gap": gap}, claims=False, tables=KEPT)
    with open_points(question, jobs, None) as pool:
        points = pool.solve_all(
            [{}, *(draw(dice) for _ in range(count - 1))],
            lambda point: click.echo(f"{point.status} {point.objective}"),
        )
    return [point for point in points if point.objective is not None]


def mix(instance: Instance, points: Sequence[Point], dice: random.Random) -> Point:
    """Return what a plan would be in which every county is as in one of some plans, all amounts moved."""
    of = {county: dice.choice(points) for county in ["", *instance.counties]}
    tables: dict[str, dict[str, list[Any]]] = {}
    for name, columns in points[0].tables.items():
        found: dict[str, list[Any]] = {column: [] for column in columns}
        for i in range(len(next(iter(columns.values())))):
            donor = of[_county(instance, columns, i)].tables[name]
            for column in columns:
                found[column].append(_move(donor[column][i], dice))
        tables[name] = found
    money = {}
    for pair in points[0].money:
        money[pair] = _move(of[pair[0]].money[pair], dice)
    return replace(points[0], tables=tables, money=money)


def _county(instance: Instance, columns: Any, i: int) -> str:
    """Return the county that a row belongs to, empty where it is none's."""
    if "measure" in columns:
        return instance.measures[columns["measure"][i]].county
    return str(columns["county"][i]) if "county" in columns else ""


def _move(value: Any, dice: random.Random) -> Any:
    moved = isinstance(value, float) and value
    return value * (1 + dice.uniform(-MOVED, MOVED)) if moved else value


@click.command()
@click.option("--solved", default=20, help="Plans that are solved.")
@click.option("--points", default=500, help="Plans on the page.")
@click.option("--gap", default=0.02)
@click.option("--jobs", default=2)
@click.option("--out", type=click.Path(path_type=Path), help="Where the page is written.")
def main(solved: int, points: int, gap: float, jobs: int, out: Path | None) -> None:
    """Print the bytes of each plan that was solved, and those of the page of all."""
    instance, known = read(HOTAN), solve(solved, gap, jobs)
    alone = len(write_json(encode_points(instance, known[:1])).encode())
    own = len(write_json(encode_points(instance, known)).encode())
    click.echo(f"{len(known)} plans solved: {(own - alone) / max(1, len(known) - 1):,.0f} bytes each beside today's")
    dice = random.Random(1)
    different = [known[0], *(mix(instance, known, dice) for _ in range(points - 1))]
    values = [round(0.9 + 0.025 * i, 3) for i in range(SIDE)]
    sliders = [Slider(f"figure {k}", True, values, 0, None, {"en": f"figure {k}", "zh": f"figure {k}"}) for k in "abc"]
    places = [(i // SIDE**2, i // SIDE % SIDE, i % SIDE) for i in range(points)]
    page = render_page(instance, sliders, places, different, different[0], "en").encode()
    (out or Path(tempfile.mkdtemp()) / "whatif.html").write_bytes(page)
    click.echo(f"{points} plans: {len(page) / 1e6:.2f} MB, {(len(page) - alone) / points:,.0f} bytes each")


if __name__ == "__main__":
    main()
