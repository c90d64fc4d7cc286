"""Solvers side by side on synthetic national questions: one command, one table, one chart.

python tests/bench/bench.py --sizes 3,12,82 --limit 300

Every solver works in a process of its own, on the same machine and the same files, one after the other. The others
begin with a written MPS; blocks begins with the planner's files, and its time holds reading and building.
"""

import json
import math
import platform
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click
from contestants import BLOCKS, CONTESTANTS, GAP
from race import Race, run, watched

HERE = Path(__file__).parent
SIZES = (3, 12, 82, 400, 832, 2843)
GAPS = (0.01, 0.001, GAP)
NAMES = (BLOCKS, *CONTESTANTS)
LABELS = {BLOCKS: "alloc, blocks", **{name: solver.label for name, solver in CONTESTANTS.items()}}
BEGIN, END = "<!-- written by bench.py -->", "<!-- until here -->"
PREPARE_LIMIT = 3600
SHORTEST, LATER = 60.0, 1.05
"""With equal time the others have so many seconds at least, and so many times what blocks took."""


def listed(context: click.Context, option: click.Parameter, text: str) -> list[str]:
    """Split a list with commas and refuse what is not known."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    known = NAMES if option.name == "solvers" else None
    for word in words:
        if (known and word not in known) or (not known and not (word.isdigit() and int(word) >= 3)):
            raise click.BadParameter(word)
    return words


@click.command()
@click.option("--sizes", default=",".join(map(str, SIZES)), callback=listed, help="Numbers of counties.")
@click.option("--solvers", default=",".join(NAMES), callback=listed, help="Who takes part.")
@click.option("--seed", default=7, help="Seed of the questions.")
@click.option("--limit", default=600.0, help="Seconds for each solver and question.")
@click.option("--equal-time", is_flag=True, help="End the others soon after blocks.")
@click.option("--gap", default=GAP, help="Gap that blocks is asked for; the others are asked for the finest.")
@click.option("--threads", default=2, help="Threads of each solver.")
@click.option("--out", default=HERE, type=click.Path(path_type=Path), help="Folder for README.md and gap.svg.")
@click.option("--prepare", hidden=True, type=(int, Path), help="Make one question, in a process of its own.")
def main(
    sizes: list[str],
    solvers: list[str],
    seed: int,
    limit: float,
    equal_time: bool,
    gap: float,
    threads: int,
    out: Path,
    prepare: tuple[int, Path] | None,
) -> None:
    """Race solvers on synthetic questions; write the table into README.md and the chart to gap.svg."""
    if prepare:
        click.echo(json.dumps(made(prepare[0], seed, prepare[1])))
        return
    text = "No question was made."
    files: dict[int, dict[str, float]] = {}
    races: list[Race] = []
    with tempfile.TemporaryDirectory() as place:
        for counties in map(int, sizes):
            folder = Path(place) / str(counties)
            files[counties] = prepared(counties, seed, folder)
            longest = limit
            for name in solvers if files[counties] else ():
                lost = beaten(name, races) if equal_time else None
                race = lost or run(name, folder, counties, longest, threads, files[counties]["read"], gap)
                races.append(replace(race, counties=counties))
                click.echo(told(races[-1]))
                if equal_time and name == BLOCKS:
                    longest = min(limit, max(SHORTEST, LATER * races[-1].seconds))
            ended = f"limit {limit:g} s" + (", the others ended soon after blocks" if equal_time else "")
            asked = f"blocks asked for a gap of {100 * gap:g} %"
            text = page(files, races, f"Seed {seed}, {ended}, {asked}, {threads} threads; {machine()}.")
            written(text, out)  # after every size: a long run that is stopped keeps what it has
            chart(races, out)
    click.echo(text)


def beaten(name: str, races: Iterable[Race]) -> Race | None:
    """Return, instead of a run, that a solver found nothing on a smaller question; None where it did."""
    vain = [race for race in races if race.name == name and math.isinf(race.gap_at(math.inf))]
    if name == BLOCKS or not vain:
        return None
    return Race(name, 0, why=vain[0].why or f"not run: no plan or no bound at {vain[0].counties} counties in that time")


def made(counties: int, seed: int, folder: Path) -> dict[str, float]:
    """Generate, read, build and export a question, and return how long each took [s]."""
    import pyomo.core as pyo

    from alloc.generate import generate
    from alloc.instance import read
    from alloc.model import build, written

    clock = [time.perf_counter()]
    generate(counties, seed, folder / "question")
    clock.append(time.perf_counter())
    instance = read(folder / "question")
    clock.append(time.perf_counter())
    model = build(instance)
    clock.append(time.perf_counter())
    written(model, folder / "model.mps")
    clock.append(time.perf_counter())
    steps = ("generate", "read", "build", "export")
    took = {step: clock[i + 1] - clock[i] for i, step in enumerate(steps)}
    return {**took, "columns": sum(1 for _ in model.component_data_objects(pyo.Var))}


def prepared(counties: int, seed: int, folder: Path) -> dict[str, float]:
    """Make a question in a process of its own; nothing where that fails, which is said."""
    folder.mkdir(parents=True)
    words = [sys.executable, __file__, "--seed", str(seed), "--prepare", str(counties), str(folder)]
    lines, _, memory, code = watched(words, PREPARE_LIMIT)
    last = lines[-1][1] if lines else ""
    if code:
        click.echo(f"{counties} counties: no question was made (exit code {code}): {last}", err=True)
        return {}
    return {**json.loads(last), "memory": memory}


def told(race: Race) -> str:
    """Return one run in one line."""
    if race.why:
        return f"{race.counties} counties, {LABELS[race.name]}: {race.why}"
    gap = figure(100 * race.gap_at(math.inf), "%")
    return f"{race.counties} counties, {LABELS[race.name]}: gap {gap} after {race.seconds:.1f} s, {race.memory:.0f} MB"


def figure(x: float, unit: str = "") -> str:
    """Return a number with three digits, or a dash."""
    if math.isnan(x):
        return "–"
    return "none" if math.isinf(x) else f"{x:.3g}{unit and ' '}{unit}"


def page(files: dict[int, dict[str, float]], races: list[Race], words: str) -> str:
    """Return the tables of all runs as Markdown."""
    return "\n\n".join([words, files_table(files, races), *(race_table(n, races) for n in files), growth_table(races)])


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    lines = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def files_table(files: dict[int, dict[str, float]], races: list[Race]) -> str:
    """Return what making, reading and building each question takes, and how that grows."""
    rows = []
    first = next((n for n in files if files[n]), 0)
    for n, took in files.items():
        if not took:
            continue
        blocks = next((race for race in races if race.counties == n and race.name == BLOCKS), None)
        own = took["read"] + took["build"]
        growth = own / n / ((files[first]["read"] + files[first]["build"]) / first)
        part = own / blocks.course[-1][0] if blocks and blocks.course else math.nan
        steps = [figure(took[step]) for step in ("generate", "read", "build", "export")]
        sizes = [figure(took["columns"] / n), *steps]
        rows.append([str(n), *sizes, figure(took["memory"]), figure(growth), figure(part)])
    head = ["counties", "columns a county", "generate, s", "read, s", "build, s", "export, s", "memory, MB"]
    return table([*head, f"read + build a county ÷ that at {first}", "read + build ÷ time of blocks"], rows)


def race_table(counties: int, races: list[Race]) -> str:
    """Return how the solvers did on one question."""
    here = [race for race in races if race.counties == counties]
    if not here:
        return f"### {counties} counties\n\nNo question was made."
    blocks = next((race for race in here if race.name == BLOCKS and race.course), None)
    moment = blocks.course[-1][0] if blocks else max((race.course[-1][0] for race in here if race.course), default=0.0)
    rows = []
    for race in here:
        if race.why:
            rows.append([LABELS[race.name], race.why, *[""] * 7])
            continue
        gap = race.gap_at(moment)
        ratio = gap / max(blocks.gap_at(moment), 1e-12) if blocks else math.nan
        times = [figure(race.time_to(asked)) for asked in GAPS]
        shares = [figure(100 * gap, "%"), figure(ratio), figure(100 * race.gap_at(math.inf), "%")]
        rows.append([LABELS[race.name], "", *times, *shares, figure(race.memory)])
    equal = f"gap after {moment:.3g} s{', when blocks ends' if blocks else ''}"
    head = ["solver", "", *(f"to {100 * gap:g} %, s" for gap in GAPS), equal, "÷ that of blocks", "gap at the end"]
    return f"### {counties} counties\n\n{table([*head, 'memory, MB'], rows)}"


def growth_table(races: list[Race]) -> str:
    """Return the time a county needs until the gap is 0.1 %, and how it grows."""
    rows = []
    for name in dict.fromkeys(race.name for race in races):
        times = {race.counties: race.time_to(GAPS[1]) / race.counties for race in races if race.name == name}
        first = next((t for t in times.values() if not math.isnan(t)), math.nan)
        rows.append([LABELS[name], *(f"{figure(1000 * t)} (×{figure(t / first)})" for t in times.values())])
    sizes = dict.fromkeys(race.counties for race in races)
    head = ["solver", *(f"{n} counties" for n in sizes)]
    words = (
        "Milliseconds a county until the gap is 0.1 %; in brackets as a multiple of the first question that got there."
    )
    return f"### Growth\n\n{words}\n\n{table(head, rows)}"


def machine() -> str:
    """Return what the numbers depend on."""
    found = []
    for package in ("alloc", "highspy", "pyscipopt", "pulp", "ortools"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {', '.join(found)}"


def written(text: str, out: Path) -> None:
    """Put the tables between the two marks of README.md, the rest of which is left alone."""
    out.mkdir(parents=True, exist_ok=True)
    target = out / "README.md"
    before = (target if target.exists() else HERE / "README.md").read_text(encoding="utf-8")
    head, tail = before.partition(BEGIN)[0], before.partition(END)[2]
    target.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")


def chart(races: list[Race], out: Path) -> None:
    """Draw gap against time, a panel a size, as gap.svg."""
    try:
        import drawing
    except ImportError:
        click.echo("no chart: it needs matplotlib", err=True)
        return
    drawing.draw(races, LABELS, out / "gap.svg")


if __name__ == "__main__":
    main()
