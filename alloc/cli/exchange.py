"""Commands that hand a question or a plan to others: programs, and the offices that forms are handed in to."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alloc.cli.speech import echo, lang_option, overrides, progress, set_option, spoken, unchecked_option
from alloc.cli.words import asked
from alloc.errors import RequestError
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.report.iati import AidFollowed
    from alloc.study.compare.results import Result

FORMATS = {".mps": "mps", ".lp": "lp", ".xml": "iati", ".csv": "csv"}
"""What a target's ending means where no format is given."""


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--format", "kind", type=click.Choice(["mps", "lp", "iati", "csv"]))
@click.option("--org-id")
@click.option("--org-name")
@click.option("--org-type", default="10", show_default=True)
@click.option("--country", default="")
@click.option("--actuals", type=click.Path(path_type=Path))
@set_option
@unchecked_option
@lang_option
def export(
    source: Path,
    target: Path,
    kind: str | None,
    settings: tuple[str, ...],
    actuals: Path | None,
    unchecked: bool,
    lang: str,
    **org: str,
) -> None:
    """Write the MIP of an instance (.mps, .lp), or a plan for others (IATI activities, CSV for statistics)."""
    with spoken(lang):
        kind = kind or FORMATS.get(target.suffix)
        if kind is None:
            raise RequestError("no_format", path=target)
        if actuals is not None and kind != "iati":
            raise RequestError("actuals_iati_only")
        if kind in ("mps", "lp"):
            _program(source, target, kind, overrides(settings), lang)
        elif kind == "csv":
            from alloc.report.statistics import write_long

            plan = _plan(source, overrides(settings), lang, unchecked)
            echo(say("wrote", lang, path=write_long(plan.instance, plan.tables, target)), err=True)
        else:
            from alloc.report.iati import make_activities, publisher

            plan = _plan(source, overrides(settings), lang, unchecked)
            by = publisher(plan.instance, org["org_id"], org["org_name"], org["org_type"], org["country"])
            became = None if actuals is None else _follow(plan, actuals, lang)
            document = make_activities(plan.instance, plan.tables["allocation"], plan.figures, by, became)
            document.write(target, encoding="utf-8", xml_declaration=True)
        echo(say("wrote", lang, path=target), err=True)


def _follow(plan: "Result", actuals: Path, lang: str) -> "AidFollowed":
    """Return what became of a plan, its doubts told: a payment without a day can be no transaction."""
    from alloc.study.follow.publish import find_aid_paid
    from alloc.study.follow.tracking import track

    found = track(plan, actuals, lang=lang)
    became, undated = find_aid_paid(found)
    for fault in found.warnings:
        echo(f"{say('warning', lang)}: {fault.say(lang)}", err=True)
    if undated:
        echo(f"{say('warning', lang)}: {say('iati_undated', lang, count=undated)}", err=True)
    return became


def _program(source: Path, target: Path, kind: str, settings: dict[str, Any], lang: str) -> None:
    """Write the whole MIP; the solver's file name decides its format, so an unusual one is refused.

    What regret is measured by, and what returns are, stands in it as figures, which are solved for first.
    """
    if target.suffix != f".{kind}":
        raise RequestError("bad_format", path=target)
    from alloc.instance import read
    from alloc.model import build, written
    from alloc.solver import know_standing, learn_optima

    instance = read(source, settings)
    model = build(know_standing(instance))
    learn_optima(model, instance, instance.solver)
    written(model, target)
    if len(instance.objective.order) > 1:
        echo(say("export_first_goal", lang, goal=say(f"aim_{instance.objective.order[0]}", lang)), err=True)


def _plan(source: Path, settings: dict[str, Any], lang: str, unchecked: bool) -> "Result":
    """Return the plan of a results folder or a workbook, or that of an instance, solved with its own options."""
    from alloc.study.compare.results import is_result, read_result

    if is_result(source):
        if settings:
            raise RequestError("overrides_need_instance", path=source)
        return read_result(source, unchecked, over_years=True)
    from alloc.instance import read
    from alloc.run import solve
    from alloc.solver import unbroken

    instance = read(source, settings)
    with progress(say("solving", lang, name=instance.name)) as log, unbroken():
        run = solve(instance, lang=lang, log=log)
    return read_result(run, over_years=True)


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--kind", required=True)
@click.option("--out", type=click.Path(path_type=Path))
@click.option("--before", type=click.Path(path_type=Path))
@click.option("--actuals", type=click.Path(path_type=Path))
@click.option("--layout", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True)
@lang_option
def forms(results: Path, kind: str, out: Path | None, lang: str, **options: Any) -> None:
    """Fill a form that an office hands in from a plan, as a workbook."""
    with spoken(lang):
        from alloc.study.forms import fill_form

        path = fill_form(results, kind, out or Path(f"{kind}.xlsx"), lang=asked("zh"), **options)
        echo(say("wrote", lang, path=path), err=True)
