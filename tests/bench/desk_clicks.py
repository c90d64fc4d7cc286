"""Seconds from the click in the desk to the plan, in headless Chromium: open Hotan 2019, lower the budget, solve.

python tests/bench/desk_clicks.py --less 0.02 --less 0.1

Seconds of the clock: they say something only on a machine that has nothing else to do.
"""

import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import click
from sweeps import HOTAN

from alloc.desk.opening import Opened
from alloc.desk.server import Desk

sys.path.insert(0, str(Path(__file__).parent.parent))
from browser import Browser, browsing

AID = "funds.tianjin-aid.amount"
IDLE = "typeof tree !== 'undefined' && tree !== null && job === null"
KNOWN = "document.querySelector('#answer-body .outcome') !== null"
PAUSE = 3.0
"""Between two changes, as a person would make them [s]."""

LOWER = """(() => {{ fill('answer-body'); state.given = {{'{path}': '×{part}'}}; keep(); renderQuestion();
  document.querySelector('#solving').requestSubmit(); }})()"""
SAID = "document.querySelector('#answer-body .outcome').innerText"


def wait(page: Browser, script: str, since: float) -> float:
    """Return how long it took until an expression holds in the page [s]."""
    while not page.run(script):
        time.sleep(0.05)
    return time.perf_counter() - since


@click.command()
@click.option("--less", multiple=True, type=float, default=(0.02, 0.1), show_default=True)
def main(less: tuple[float, ...]) -> None:
    """Print when it is known whether there is a plan, and when all is finished."""
    program = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    with tempfile.TemporaryDirectory() as folder, browsing(program) as page:
        desk = Desk(Opened(HOTAN, Path(folder) / "kept"), "en")
        threading.Thread(target=desk.serve_forever, args=(0.05,), daemon=True).start()
        try:
            begun = time.perf_counter()
            page.open(desk.address)
            click.echo(f"opened: {wait(page, IDLE, begun):.1f} s")
            for part in less:
                time.sleep(PAUSE)
                begun = time.perf_counter()
                page.run(LOWER.format(path=AID, part=1 - part))
                click.echo(f"{part:.0%} less: known after {wait(page, KNOWN, begun):.1f} s: {page.run(SAID)}")
                click.echo(f"   finished after {wait(page, IDLE, begun):.1f} s")
        finally:
            desk.shutdown()
            desk.close()


if __name__ == "__main__":
    main()
