"""The command that tells how sensitive the plan is to its figures."""

import sys
from typing import Any

import click

from alloc.cli.speech import choose_code, echo
from alloc.cli.studying import StudyCall, study_command
from alloc.errors import RequestError
from alloc.texts import say

METHODS = ("tornado", "morris", "sobol", "decisions", "switching", "information")


@click.command()
@click.option("--method", "methods", multiple=True, type=click.Choice(METHODS))
@click.option("--only", multiple=True)
@click.option("--spread", "spreads", multiple=True)
@click.option("--reach", type=float)
@click.option("--samples", type=click.IntRange(min=2))
@click.option("--nodes", type=click.IntRange(min=2), default=5, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@study_command
def sensitivity(call: StudyCall, methods: tuple[str, ...], spreads: tuple[str, ...], **options: Any) -> None:
    """Tell which figures the plan hangs on, and how sure each measure is."""
    from alloc.cli.sensitivity_summary import show_sensitivity
    from alloc.study.sensitivity import sensitivity as study
    from alloc.study.sensitivity.save import MARK

    spread = _read_spread(spreads)
    call.open("sensitivity", MARK)
    chosen = methods or ("tornado", "decisions")
    with call.counting("studying") as tell:
        found = study(call.instance, methods=chosen, spread=spread, tell=tell, **call.shared, **options)
    named = call.save(found)
    call.show(found.figures, show_sensitivity(found.tables, found.figures, call.lang), folded=False)
    unproven = found.figures["not_proven"]
    if unproven:
        echo(say("study_unproven", call.lang, count=unproven, solves=found.figures["solves"]), err=True)
    code = choose_code(found.figures["interrupted"], not unproven)
    sys.exit(code if named else 2)


@click.command()
@click.option("--fresh", type=click.IntRange(min=2, max=1_000_000))
@click.option("--seed", type=click.IntRange(min=0))
@click.option("--insurance", is_flag=True)
@click.option("--curve", is_flag=True)
@study_command
def risk(call: StudyCall, fresh: int | None, **options: Any) -> None:
    """Tell what planning for bad years is worth, and what insurance keeps."""
    from alloc.cli.risk_summary import show_risk
    from alloc.study.risk import risk as study
    from alloc.study.risk.save import MARK

    call.open("risk", MARK)
    with call.counting("risk_progress") as tell:
        found = study(call.instance, fresh=fresh or 0, tell=tell, **call.shared, **options)
    named = call.save(found)
    call.show(found.figures, show_risk(found, call.lang))
    sys.exit(choose_code(False, found.proven) if named else 2)


def _read_spread(written: tuple[str, ...]) -> dict[str, float]:
    """Return the spreads as given: source → part of the figure."""
    found = {}
    for pair in ",".join(written).split(",") if written else ():
        source, _, part = pair.partition("=")
        try:
            found[source.strip()] = float(part)
        except ValueError:
            raise RequestError("bad_spread", found=pair) from None
    return found
