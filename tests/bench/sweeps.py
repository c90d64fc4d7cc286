"""How much a sweep of Hotan 2019 saves: points of a sweep beside separate solves, and two processes beside one.

python tests/bench/sweeps.py --points 1000 --solves 20

Times of processors are compared for separate solves, which are sampled; times of the clock for one and two processes,
which says something only on a machine that has nothing else to do.
"""

import random
import resource
import tempfile
import time
from pathlib import Path

import click

import alloc

HOTAN = Path(__file__).parent.parent.parent / "instances/hotan-2019"


def plan(points: int) -> dict[str, object]:
    """Return a sample over budget, price of training, a rule and a weight."""
    over = {
        "funds.tianjin-aid.amount × 0.97…1.06": None,
        "measures[category=training].unit_cost × 0.8…1.2": None,
        "rules.livelihood at least 80 % of aid.min": "0.7…0.82",
        "objective.linkage": "0.02…0.08",
    }
    base = {"money.lot": None, "measures[*].integer": False, "solver.gap": 1e-6}
    return {"base": base, "sample": {"method": "lhs", "points": points, "seed": 1, "over": over}}


def spent() -> float:
    """Return the processor time of this process and of those it has waited for [s]."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def swept(points: int, jobs: int) -> tuple[alloc.Sweep, float, float]:
    """Return a sweep with its processor time and its clock time [s]."""
    with tempfile.TemporaryDirectory() as place:
        work, clock = spent(), time.perf_counter()
        found = alloc.sweep(HOTAN, plan(points), Path(place) / "out", jobs=jobs, apart=True)
        return found, spent() - work, time.perf_counter() - clock


@click.command()
@click.option("--points", default=1000, help="Points of the sweep.")
@click.option("--solves", default=20, help="Points that are also solved separately.")
@click.option("--two/--one", default=True, help="Whether to sweep once more with two processes.")
def main(points: int, solves: int, two: bool) -> None:
    """Print the ratios."""
    one, work, clock = swept(points, 1)
    click.echo(f"one process: {work / points:.2f} s of processor a point, {clock:.0f} s in all; {one.counts}")
    alloc.solve(HOTAN)  # whatever is loaded once is loaded now
    chosen = random.Random(1).sample(range(points), min(solves, points))
    begun = spent()
    for number in chosen:
        run = alloc.solve(HOTAN, overrides=one.cases[number].overrides)
        point = one.points[number]
        assert run.status == point.status
        if run.objective is not None and point.objective is not None:
            assert abs(run.objective - point.objective) <= 3e-6 * max(1.0, abs(run.objective))
    each = (spent() - begun) / len(chosen)
    click.echo(f"separate solves: {each:.2f} s of processor each; ratio {work / points / each:.3f}")
    if two:
        other, _, clock_two = swept(points, 2)
        assert [point.objective for point in other.points] == [point.objective for point in one.points]
        click.echo(f"two processes: {clock_two:.0f} s, ratio {clock_two / clock:.3f}")


if __name__ == "__main__":
    main()
