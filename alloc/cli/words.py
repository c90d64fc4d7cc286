"""The command line in the reader's language: its help, its usage errors, and which language that is.

Every word stands in texts/help.yaml, found by command and option; what the library click says by itself, in click.yaml.
"""

import locale
import math
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

import click
from click.core import ParameterSource

from alloc.texts import LANGUAGES, catalogue, escaped, say

VARIABLE = "ALLOC_LANG"
"""What says the language where no option does."""

PIECE = re.compile(r"[（“]*(?:[\x21-\x7e…]+|[^\x00-\x7f])[，。；：、）”]* ?")
"""What a line may not break: a Latin word or a Chinese sign, with the marks that cling to it."""

HELP = ["-h", "--help"]

_spoken = "en"


def system_language() -> str:
    """Return the language of the system: that of the first variable that is set, in gettext's order."""
    variables = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    word = next(filter(None, variables), None) or locale.getlocale()[0] or ""  # Windows sets no variable
    return "zh" if word.lower().startswith(("zh", "chinese")) else "en"


def chosen(context: click.Context, _option: click.Parameter, value: str | None) -> str:
    """Return the language of a command: its own option's, else that of the option before it."""
    return value or context.find_root().params.get("lang") or system_language()


def asked(otherwise: str) -> str:
    """Return the language that an option or the variable asks for, else another than the system's."""
    context = click.get_current_context()
    sources = {context.get_parameter_source("lang"), context.find_root().get_parameter_source("lang")}
    return str(context.params["lang"]) if sources - {ParameterSource.DEFAULT, None} else otherwise


def _asked_for(words: Sequence[str]) -> str:
    """Return the language of help and usage errors, which are said before any option has its value."""
    options = "\0".join(words[: words.index("--")] if "--" in words else words)
    found = re.findall(r"(?:^|\0)--lang[=\0](\w+)(?=\0|$)", options)
    known = [word for word in (*reversed(found), os.environ.get(VARIABLE)) if word in LANGUAGES]
    return known[0] if known else system_language()


def speaking() -> str:
    """Return the language of help and usage errors."""
    return _spoken


class Percentage(click.ParamType[float]):
    """A part of something: 0.02 or 2%."""

    name = "part"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the part as a number between 0 and 1."""
        text = str(value).strip()
        try:
            part = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            part = math.nan
        if not 0 <= part < 1:
            self.fail(say("not_a_part", _spoken, found=text), param, ctx)
        return part


class Planner(click.Group):
    """The commands, which say what they do in the language asked for."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Run the command that the words ask for."""
        speak(self, _asked_for(sys.argv[1:] if args is None else args))
        return super().main(args, *rest, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out a command; Ctrl-C before it listens is quiet too, where click would say `Aborted!`."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(130)  # as shells know what was ended by an interrupt


def speak(program: click.Group, lang: str) -> None:
    """Give every command, option and value its words in one language."""
    global _spoken
    _spoken = lang
    _listen()
    click.Context.formatter_class = WideFormatter if lang == "zh" else click.HelpFormatter
    program.subcommand_metavar = _say("COMMAND [ARGS]...")
    _name(program, "alloc", lang)
    for name, command in program.commands.items():
        _name(command, name, lang)


def _name(command: click.Command, name: str, lang: str) -> None:
    command.help = text(lang, f"help_{name}")
    command.short_help = (command.help or "").partition("\n\n")[0].strip()
    command.options_metavar = _say("[OPTIONS]")
    for param in command.get_params(click.Context(command, help_option_names=HELP)):
        key = key_of(param)
        param.type.name = _say(getattr(type(param.type), "name", "path"))  # a path has its name for itself
        param.metavar = text(lang, f"metavar_{name}_{key}", f"metavar_{key}") or param.metavar
        if isinstance(param, click.Option):
            param.help = text(lang, f"help_{name}_{key}", f"help_{key}") or param.help


def key_of(param: click.Parameter) -> str:
    """Return what a parameter is called in the catalogue: `dry_run` of --dry-run, `instance` of INSTANCE."""
    return max(param.opts, key=len).lstrip("-").replace("-", "_")


def text(lang: str, *keys: str) -> str | None:
    """Return the first of these texts that the catalogue has."""
    return next((catalogue()[key][lang] for key in keys if key in catalogue()), None)


@cache
def _listen() -> None:
    """Let click ask here for its words: it asks gettext, which reads compiled files only."""
    for name in ("core", "decorators", "exceptions", "formatting", "parser", "types"):
        module = import_module(f"click.{name}")
        module.__dict__["_"] = _say
        module.__dict__["echo"] = lambda words=None, **how: click.echo(escaped(str(words)) if words else words, **how)
        module.__dict__["ngettext"] = lambda one, many, number: _say(one if number == 1 else many)


def _say(message: str) -> str:
    """Return what click says in the language spoken; what the catalogue lacks stays as it is."""
    return message if _spoken == "en" else _click_words().get(message, message)


@cache
def _click_words() -> dict[str, str]:
    return {words["en"]: words["zh"] for key, words in catalogue().items() if key.startswith("click_")}


class WideFormatter(click.HelpFormatter):
    """Help in lines as wide as they look: a Chinese sign takes two places, and a line may break behind any."""

    def write_text(self, text: str) -> None:
        """Write paragraphs, each folded."""
        lines = [line for part in text.strip().split("\n\n") for line in (*_fold(part, self.width - 2), "")]
        self.write("\n".join(" " * self.current_indent + line if line else "" for line in lines[:-1]) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of terms with their meanings, in two columns."""
        pairs = list(rows)
        first = min(max(_width(term) for term, _ in pairs), col_max) + col_spacing
        margin = " " * (self.current_indent + first)
        for term, meaning in pairs:
            fits = _width(term) <= first - col_spacing
            head = " " * self.current_indent + term + (" " * (first - _width(term)) if fits else "\n" + margin)
            self.write((head + f"\n{margin}".join(_fold(meaning, self.width - first - 2))).rstrip() + "\n")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def _fold(text: str, width: int) -> list[str]:
    """Return a text in lines of a width."""
    lines = [""]
    for piece in PIECE.findall(" ".join(text.split())):
        if _width(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]
