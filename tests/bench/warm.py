"""How much a question that is kept warm saves: changes of the budgets of Hotan 2019, asked beside solving each anew.

python tests/bench/warm.py --changes 100

Both have tables and audit; times of processors are compared. Where solves are sampled, the median of those is taken.
"""

import random
import statistics
import time

import click
from sweeps import HOTAN

import alloc

SPREAD = 0.12
"""Each budget is drawn between its own less and its own plus this part: with less the commitments cannot be paid."""

DIVISIBLE = {"money.lot": None, "measures[*].integer": False, "solver.gap": 1e-6}
"""Money and units of any size, as in the sweep that comes with the question."""


def draw_budgets(count: int, seed: int) -> list[dict[str, object]]:
    """Return budgets of all funds of the nation's and the donor's, drawn anew for every change."""
    dice, funds = random.Random(seed), alloc.read(HOTAN).funds
    amounts = {key: fund.amount for key, fund in funds.items() if fund.amount}
    draws = [[dice.uniform(1 - SPREAD, 1 + SPREAD) for _ in amounts] for _ in range(count)]
    paths = [f"funds.{key}.amount" for key in amounts]
    return [
        {path: round(amount * part) for path, amount, part in zip(paths, amounts.values(), row, strict=True)}
        for row in draws
    ]


@click.command()
@click.option("--changes", default=100, help="Changes that are asked.")
@click.option("--solves", default=100, help="Changes that are also solved anew, the first ones.")
@click.option("--seed", default=1)
@click.option("--divisible", is_flag=True, help="Money and units of any size, to a gap of 1e-6.")
def main(changes: int, solves: int, seed: int, divisible: bool) -> None:
    """Print the ratio of the medians, and the median of the ratios."""
    base = DIVISIBLE if divisible else {}
    budgets = [{**base, **budget} for budget in draw_budgets(changes, seed)]
    question = alloc.Question(HOTAN)
    begun = time.process_time()
    question.ask(base)
    click.echo(f"asked first: {time.process_time() - begun:.2f} s of processor")
    asked, anew = [], []
    for number, overrides in enumerate(budgets):
        begun = time.process_time()
        run = question.ask(overrides)
        asked.append(time.process_time() - begun)
        click.echo(f"{number + 1}: asked {asked[-1]:.2f} s")
        if number >= solves:
            continue
        begun = time.process_time()
        fresh = alloc.solve(HOTAN, overrides=overrides, jobs=1)
        anew.append(time.process_time() - begun)
        click.echo(f"   solved anew {anew[-1]:.2f} s")
        assert run.status == fresh.status
        if run.objective is not None and fresh.objective is not None:
            assert abs(run.objective - fresh.objective) <= 3 * question.instance.solver.gap * abs(fresh.objective)
    each = [one / other for one, other in zip(asked, anew, strict=False)]
    click.echo(f"{len(asked)} changes asked: {statistics.median(asked):.2f} s of processor at the median")
    click.echo(
        f"{len(anew)} solved anew: {statistics.median(anew):.2f} s; median of the ratios {statistics.median(each):.3f}"
    )


if __name__ == "__main__":
    main()
