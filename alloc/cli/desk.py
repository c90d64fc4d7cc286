"""The command that opens the desk: a page on this machine that solves."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from alloc.cli.speech import echo, lang_option, spoken
from alloc.errors import RequestError
from alloc.texts import say


@click.command()
@click.argument("source", type=click.Path(path_type=Path), required=False)
@click.option("--out", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(min=0, max=65535), default=0, show_default=True)
@click.option("--no-browser", is_flag=True)
@lang_option
def desk(source: Path | None, out: Path | None, port: int, no_browser: bool, lang: str) -> None:
    """Open a page on this machine: change figures, solve, ask, compare; nothing leaves the machine."""
    with spoken(lang):
        from alloc.desk.opening import open_place
        from alloc.desk.server import HOST, Desk

        place = open_place(source, out)
        try:
            opened = Desk(place, lang, port)
        except OSError as error:
            raise RequestError("desk_port", address=f"{HOST}:{port}", reason=error.strerror or error) from None
        try:
            echo(say("desk_open", lang, address=opened.address, folder=place.folder))
            with TemporaryDirectory() as own:
                if not no_browser:
                    click.launch(_write_door(Path(own), opened.address))
                opened.serve_forever()
        except KeyboardInterrupt:
            echo(say("desk_closed", lang), err=True)
        finally:
            opened.close()


def _write_door(folder: Path, address: str) -> str:
    """Return a file that leads to an address: how a browser was started is seen by all of a machine, a file is not."""
    file = folder / "desk.html"
    file.write_text(f'<meta http-equiv="refresh" content="0;url={address}">', encoding="utf-8")
    return str(file)
