"""Commands about the question: check it, begin one, make one up."""

import json
import sys
from pathlib import Path

import click

from alloc.cli.speech import echo, instance_argument, lang_option, overrides, set_option, spoken
from alloc.texts import say


@click.command()
@instance_argument
@set_option
@lang_option
def check(instance: Path, settings: tuple[str, ...], lang: str) -> None:
    """Report every fault and warning in an instance, all at once."""
    with spoken(lang):
        from alloc.errors import total
        from alloc.instance import inspect

        reading = inspect(instance, overrides(settings))
        for fault in reading.faults:
            echo(fault.say(lang), err=True)
        for warning in reading.warnings:
            echo(f"{say('warning', lang)}: {warning.say(lang)}", err=True)
        if reading.instance is None:
            echo(say("check_more", lang), err=True)
            echo(say("check_faults", lang, count=total(reading.faults)), err=True)
            sys.exit(2)
        found = reading.instance
        sizes = {key: len(getattr(found, key)) for key in ("counties", "measures", "funds", "rules")}
        echo(say("check_fine", lang, name=found.name, warnings=len(reading.warnings), **sizes))


@click.command()
@lang_option
def schema(lang: str) -> None:
    """Print the JSON Schema of an instance, for editors."""
    from alloc.instance.dictionary import json_schema

    echo(json.dumps(json_schema(lang), ensure_ascii=False, indent=2))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--excel", is_flag=True)
@lang_option
def new(folder: Path, excel: bool, lang: str) -> None:
    """Write a commented starter instance into FOLDER."""
    with spoken(lang):
        from alloc.instance.starter import start

        path = start(folder, excel, lang)
        echo(say("new_next", lang, path=path if excel else folder))


@click.command()
@instance_argument
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True)
@lang_option
def convert(instance: Path, target: Path, overwrite: bool, lang: str) -> None:
    """Write INSTANCE in another form: TARGET.xlsx a workbook, TARGET.yaml one file, a folder YAML with CSV tables."""
    with spoken(lang):
        from alloc.instance import read, write

        write(read(instance), target, overwrite, lang)
        echo(say("new_next", lang, path=target))


@click.command()
@click.option("--counties", type=click.IntRange(min=3), required=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.argument("folder", type=click.Path(path_type=Path))
@lang_option
def generate(counties: int, seed: int, folder: Path, lang: str) -> None:
    """Write a synthetic question of many counties into FOLDER."""
    with spoken(lang):
        from alloc.generate import generate as write_question

        write_question(counties, seed, folder)
        echo(say("new_next", lang, path=folder))
