"""Commands about what one thing costs of another: frontiers, and plans nearly as good as the best."""

import sys
from typing import Any

import click

from alloc.cli.speech import choose_code, method_option, threads_option
from alloc.cli.studying import StudyCall, study_command
from alloc.cli.words import Percentage
from alloc.errors import RequestError


@click.command()
@click.option("--objectives", default="employment,linkage", show_default=True)
@click.option("--points", type=click.IntRange(min=2), default=10, show_default=True)
@click.option("--exact", is_flag=True)
@click.option("--tolerance", type=Percentage(), default="0.5%", show_default=True)
@click.option("--budgets")
@threads_option
@method_option
@study_command
def frontier(call: StudyCall, objectives: str, budgets: str | None, **options: Any) -> None:
    """Set two objectives against each other: every point a plan, proven efficient."""
    from alloc.cli.tradeoff_summary import show_frontier
    from alloc.study.frontier import frontier as study
    from alloc.study.frontier.save import MARK

    call.open("frontier", MARK)
    wanted = [word.strip() for word in objectives.split(",")]
    amounts = _read_budgets(budgets)
    with call.counting("frontier_progress") as tell:
        found = study(call.instance, objectives=wanted, budgets=amounts, tell=tell, **call.shared, **options)
    named = not found.points or call.save(found)
    call.show(found.figures, show_frontier(found, call.lang))
    code = choose_code(found.interrupted, found.complete, [curve.status for curve in found.curves])
    sys.exit(code if named else 2)


@click.command()
@click.option("--count", type=click.IntRange(min=1), default=10, show_default=True)
@click.option("--within", type=Percentage())
@click.option("--all", "every", is_flag=True)
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@threads_option
@method_option
@study_command
def alternatives(call: StudyCall, count: int, every: bool, limit: int, **options: Any) -> None:
    """Find plans nearly as good as the best that spend the money elsewhere, or all the best plans."""
    from alloc.cli.tradeoff_summary import show_alternatives
    from alloc.study.alternatives import alternatives as study
    from alloc.study.alternatives.save import MARK

    call.open("alternatives", MARK)
    most = limit if every else count
    with call.counting("alternatives_progress") as tell:
        found = study(call.instance, count=most, every=every, tell=tell, **call.shared, **options)
    named = found.status != "found" or call.save(found)
    call.show(found.figures, show_alternatives(found, call.lang))
    proven = found.complete or all(plan.proven for plan in found.plans)
    code = choose_code(found.interrupted, proven, [found.status])
    sys.exit(code if named else 2)


def _read_budgets(written: str | None) -> dict[str, list[float]] | None:
    """Return the fund and its amounts."""
    if written is None:
        return None
    fund, _, amounts = written.partition("=")
    try:
        return {fund.strip(): [float(amount) for amount in amounts.split(",")]}
    except ValueError:
        raise RequestError("frontier_budgets", found=written) from None
