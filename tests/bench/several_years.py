"""Questions over several years: Hotan 2019 over five, 82 made-up counties over three, with tables and audit.

python tests/bench/several_years.py --gap 0.001 --limit 180

Hotan has 2019's budgets every year and commits anew what is paid yearly; the counties carry half of what is left, and
what they build works a year later. What works for good counts two years longer. Printed are seconds of the clock and of
the processors, how far the plan is from its proven bound, and that as a multiple of the gap asked.
"""

import os
import tempfile
import time
from pathlib import Path

import click
from sweeps import HOTAN

import alloc
from alloc.generate import generate

YEARLY = {"social", "other", "recurrent"}
"""What has one of these tags on Hotan is paid anew every year."""


def ask_hotan(count: int) -> alloc.Instance:
    """Return Hotan 2019 over so many years."""
    years, measures = list(range(2019, 2019 + count)), alloc.read(HOTAN).measures
    yearly = [m for m, row in measures.items() if YEARLY & set(row.tags)]
    anew = {f"measures.{m}.committed": True for m in yearly if measures[m].committed}
    lives = {f"measures.{m}.life": 1 for m in yearly}
    return alloc.read(HOTAN, {**over(years), **lives, "by_year": {str(year): anew for year in years[1:]}})


def ask_counties(folder: Path, counties: int, count: int, seed: int) -> alloc.Instance:
    """Return a made-up question over so many years."""
    generate(counties, seed, folder)
    first = alloc.read(folder)
    carry = {f"funds.{f}.carry": 0.5 for f in first.funds}
    lead = {f"measures.{m}.lead": 1 for m, row in first.measures.items() if row.category == "infrastructure"}
    return alloc.read(folder, {**over(list(range(first.year, first.year + count))), **carry, **lead})


def over(years: list[int]) -> dict[str, object]:
    """Return what makes a question one over several years."""
    return {"year": None, "years": years, "discount": 0.03, "end_value": 2}


def spent() -> float:
    """Return the seconds of the processors so far, of this process and of those that have ended."""
    return sum(os.times()[:4])


@click.command()
@click.option("--gap", default=0.001, help="Gap asked, as a part of the value.")
@click.option("--limit", default=180.0, help="Time limit of each [s].")
@click.option("--counties", default=82, help="Counties of the made-up question; 0 for Hotan alone.")
@click.option("--seed", default=7)
def main(gap: float, limit: float, counties: int, seed: int) -> None:
    """Solve both, and print seconds and gaps."""
    questions = {"Hotan 2019, 5 years": ask_hotan(5)}
    with tempfile.TemporaryDirectory() as name:
        if counties:
            questions[f"{counties} counties, 3 years"] = ask_counties(Path(name) / "question", counties, 3, seed)
        for words, question in questions.items():
            begun, before = time.perf_counter(), spent()
            found = alloc.solve(question, gap=gap, time_limit=limit)
            left = found.figures["gap"]
            clock, processors = time.perf_counter() - begun, spent() - before
            near = "no plan" if left is None else f"gap {left:.3%}, {left / gap:.2f} of that asked"
            click.echo(f"{words}: {found.status}, {clock:.1f} s, {processors:.1f} CPU s, {near}")


if __name__ == "__main__":
    main()
