"""The page of an earlier result: again, in another language, with a map, with pictures for slides."""

from pathlib import Path

import click

from alloc.cli.speech import (
    echo,
    instance_argument,
    lang_option,
    map_option,
    overrides,
    pictures_option,
    set_option,
    spoken,
    unchecked_option,
)
from alloc.errors import RequestError
from alloc.texts import say


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@instance_argument
@click.option("--out", type=click.Path(path_type=Path))
@set_option
@map_option
@pictures_option
@unchecked_option
@lang_option
def page(
    results: Path,
    instance: Path,
    out: Path | None,
    settings: tuple[str, ...],
    map_file: Path | None,
    pictures: bool,
    unchecked: bool,
    lang: str,
) -> None:
    """Write the page and charts of an earlier result again, without solving: RESULTS is its folder."""
    with spoken(lang):
        from alloc.instance import read
        from alloc.report.boundaries import read_boundaries
        from alloc.report.files import read_result_tables, write_page
        from alloc.report.reasons import explain_plan

        question = read(instance, overrides(settings))
        tables, figures = read_result_tables(results, unchecked, over_years=True)
        if figures["instance_sha256"] != question.sha256:
            raise RequestError("page_other_instance", results=results, instance=instance)
        target = out or results
        target.mkdir(parents=True, exist_ok=True)
        if not question.questions:
            tables = explain_plan(question, tables, figures["status"] == "optimal", lang)
        drawn = None if map_file is None else read_boundaries(map_file, question)
        write_page(question, tables, figures, target, lang, drawn, pictures)
        echo(say("wrote", lang, path=target / "report.html"), err=True)
