"""How much a sweep of Hotan 2019 saves: points of a sweep beside separate solves, and two processes beside one.

python tests/bench/sweeps.py --points 1000 --solves 20
python tests/bench/sweeps.py --points 24 --solves 0 --highs 24 --one --as-written

Times of processors are compared for separate solves, which are sampled, and for HiGHS with its own options, which is
handed the exported MPS of some points and searches on one thread to the gap of the sweep; times of the clock for one
and two processes, which says something only on a machine that has nothing else to do.
"""

import random
import resource
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import click
from ordinary import search_highs

import alloc
from alloc.model import build, written

HOTAN = Path(__file__).parent.parent.parent / "instances/hotan-2019"


DIVISIBLE: dict[str, object] = {"money.lot": "null", "measures[*].integer": False, "solver.gap": 1e-6}
"""Money and units of any size, to a finer gap."""


def plan(points: int, base: dict[str, object]) -> dict[str, object]:
    """Return a sample over budget, price of training, a rule and a weight."""
    over = {
        "funds.tianjin-aid.amount × 0.97…1.06": None,
        "measures[category=training].unit_cost × 0.8…1.2": None,
        "rules.livelihood at least 80 % of aid.min": "0.7…0.82",
        "objective.linkage": "0.02…0.08",
    }
    return {"base": base, "sample": {"method": "lhs", "points": points, "seed": 1, "over": over}}


def spent() -> float:
    """Return the processor time of this process and of those it has waited for [s]."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def swept(points: int, jobs: int, base: dict[str, object]) -> tuple[alloc.Sweep, float, float]:
    """Return a sweep with its processor time and its clock time [s]."""
    with tempfile.TemporaryDirectory() as place:
        work, clock = spent(), time.perf_counter()
        found = alloc.sweep(HOTAN, plan(points, base), Path(place) / "out", jobs=jobs, apart=True)
        return found, spent() - work, time.perf_counter() - clock


def search_own(overrides: Mapping[str, object], objective: float | None, limit: float) -> float:
    """Return the processor time of HiGHS with its own options on the exported MPS of a point [s]."""
    instance = alloc.read(HOTAN, overrides)
    gap = instance.solver.gap
    with tempfile.TemporaryDirectory() as place:
        written(build(instance), Path(place) / "model.mps")
        seconds, value, bound = search_highs(Path(place), gap, limit)
    proven = bound - value <= 1.01 * gap * abs(value)
    if objective is not None and proven:
        assert abs(value - objective) <= 2.1 * gap * abs(value)
    click.echo(f"HiGHS with its own options: {seconds:.2f} s{'' if proven else ', not proven'}, value {value:.3f}")
    return seconds


def beside_highs(found: alloc.Sweep, count: int, limit: float, each: float) -> None:
    """Print what a point of a sweep costs beside HiGHS with its own options on the exported MPS of some points.

    each: the mean of all points of the sweep [s].
    """
    solved = [number for number, point in enumerate(found.points) if point.objective is not None]
    chosen = random.Random(2).sample(solved, min(count, len(solved)))
    own = [search_own(found.cases[number].overrides, found.points[number].objective, limit) for number in chosen]
    mean, middle = statistics.fmean(own), statistics.median(own)
    click.echo(f"HiGHS with its own options on {len(own)} exported points: mean {mean:.2f} s, median {middle:.2f} s")
    click.echo(f"a point of the sweep ÷ that: {each / mean:.3f} of the mean, {each / middle:.3f} of the median")


@click.command()
@click.option("--points", default=1000, help="Points of the sweep.")
@click.option("--solves", default=20, help="Points that are also solved separately.")
@click.option("--highs", default=0, help="Points whose exported MPS HiGHS searches with its own options.")
@click.option("--limit", default=300.0, help="Seconds for each of those searches.")
@click.option("--as-written", is_flag=True, help="Money and units in lots, to the gap of the question.")
@click.option("--two/--one", default=True, help="Whether to sweep once more with two processes.")
def main(points: int, solves: int, highs: int, limit: float, as_written: bool, two: bool) -> None:
    """Print the ratios."""
    base = {} if as_written else DIVISIBLE
    one, work, clock = swept(points, 1, base)
    click.echo(f"one process: {work / points:.2f} s of processor a point, {clock:.0f} s in all; {one.counts}")
    if highs:
        beside_highs(one, highs, limit, work / points)
    if solves:
        beside_solves(one, solves, work / points)
    if two:
        other, _, clock_two = swept(points, 2, base)
        assert [point.objective for point in other.points] == [point.objective for point in one.points]
        click.echo(f"two processes: {clock_two:.0f} s, ratio {clock_two / clock:.3f}")


def beside_solves(one: alloc.Sweep, count: int, each: float) -> None:
    """Print what a point of a sweep costs beside separate solves; each: the mean of all points of the sweep [s]."""
    alloc.solve(HOTAN)  # whatever is loaded once is loaded now
    chosen = random.Random(1).sample(range(len(one.points)), min(count, len(one.points)))
    begun = spent()
    for number in chosen:
        run = alloc.solve(HOTAN, overrides=one.cases[number].overrides)
        point = one.points[number]
        assert run.status == point.status
        if run.objective is not None and point.objective is not None:
            gap = 1.5 * run.instance.solver.gap + 1.5e-6
            assert abs(run.objective - point.objective) <= gap * max(1.0, abs(run.objective))
    alone = (spent() - begun) / len(chosen)
    click.echo(f"separate solves: {alone:.2f} s of processor each; ratio {each / alone:.3f}")


if __name__ == "__main__":
    main()
