"""Ordinary questions, of 3 to 80 counties: CPU seconds of each solver on the same questions, and their ratios.

python tests/bench/ordinary.py --counties 11,30,60 --seeds 301,302

Every solver searches on one thread, one after the other in one process, and only its search is timed, in seconds of the
processor: the clock says nothing on a machine that has other work. The others are handed the exported MPS. Of `alloc`
the search for the goal is timed, from the arrays to an exact plan; by blocks, all that follows it too. What is not
installed, and what a licence refuses, is said and left out.
"""

import math
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from alloc.generate import generate
from alloc.instance import Instance, read
from alloc.model import build, written
from alloc.solver.blocks import choose_method, solve_blocks
from alloc.solver.compiled import CompiledModel
from alloc.solver.deadline import Deadline
from alloc.solver.whole import GoalSearch

Outcome = tuple[float, float, float]
"""CPU seconds, value of the plan, bound."""


class Refused(Exception):
    """Why a solver does not take part."""


def timed(search: Callable[[], object]) -> float:
    """Return the CPU seconds of a search."""
    begun = time.process_time()
    search()
    return time.process_time() - begun


def search_alloc(folder: Path, gap: float, limit: float) -> Outcome:
    """Search by the method that `auto` picks."""
    instance = read(folder / "question")
    of = CompiledModel(build(instance))
    if choose_method(instance, of)[0] == "blocks":
        return search_by_blocks(of, instance, gap, limit)
    program, found = of.aimed(instance), []
    search = GoalSearch(program, gap, Deadline(limit), 1, None)
    seconds = timed(lambda: found.append(search.run(())))
    return seconds, found[0].value, found[0].bound


def search_by_blocks(of: CompiledModel, instance: Instance, gap: float, limit: float) -> Outcome:
    """Search by blocks in this process alone."""
    options, found = instance.solver.model_copy(update={"gap": gap, "time_limit": limit, "threads": 1}), []
    seconds = timed(lambda: found.append(solve_blocks(of.model, instance, options, jobs=1)))
    stage = found[0].stages[0]
    return seconds, stage.objective, stage.bound


def search_highs(folder: Path, gap: float, limit: float) -> Outcome:
    """Search with HiGHS's own options."""
    import highspy

    highspy.Highs.resetGlobalScheduler(True)
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("time_limit", limit), ("mip_rel_gap", gap)):
        solver.setOptionValue(option, value)
    solver.readModel(str(folder / "model.mps"))
    seconds, info = timed(solver.run), solver.getInfo()
    return seconds, info.objective_function_value, info.mip_dual_bound


def search_scip(folder: Path, gap: float, limit: float) -> Outcome:
    """Search with SCIP."""
    try:
        from pyscipopt import Model
    except ImportError:
        raise Refused("not installed") from None
    model = Model()
    model.hideOutput()
    model.readProblem(str(folder / "model.mps"))
    model.setParams({"limits/time": limit, "limits/gap": gap})
    seconds = timed(model.optimize)
    return seconds, model.getPrimalbound(), model.getDualbound()


def search_gurobi(folder: Path, gap: float, limit: float) -> Outcome:
    """Search with Gurobi, whose licence without a key takes small models only."""
    try:
        import gurobipy
    except ImportError:
        raise Refused("not installed") from None
    try:
        model = gurobipy.read(str(folder / "model.mps"))
        model.setParam("OutputFlag", 0)
        for name, value in (("Threads", 1), ("MIPGap", gap), ("TimeLimit", limit)):
            model.setParam(name, value)
        seconds = timed(model.optimize)
    except gurobipy.GurobiError as error:
        raise Refused(f"refused: {error}") from None
    return seconds, model.ObjVal, model.ObjBound


SOLVERS: dict[str, Callable[[Path, float, float], Outcome]] = {
    "HiGHS": search_highs,
    "alloc": search_alloc,
    "SCIP": search_scip,
    "Gurobi": search_gurobi,
}


def make(counties: int, seed: int, folder: Path) -> None:
    """Generate a question and export it."""
    generate(counties, seed, folder / "question")
    written(build(read(folder / "question")), folder / "model.mps")


def race(counties: int, seeds: list[int], names: list[str], gap: float, limit: float) -> Iterator[str]:
    """Yield a line a question and, at the end, the geometric means and their ratios to HiGHS's own options."""
    spent: dict[str, list[float]] = {name: [] for name in names}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as place:
            make(counties, seed, Path(place))
            for name in names:
                try:
                    seconds, value, bound = SOLVERS[name](Path(place), gap, limit)
                except Refused as why:
                    yield f"{counties} counties, seed {seed}, {name}: {why}"
                    continue
                spent[name].append(seconds)
                left = (bound - value) / max(1.0, abs(value))
                yield f"{counties} counties, seed {seed}, {name}: {seconds:.2f} s, value {value:.2f}, gap {left:.1e}"
    yield summary(counties, spent)


def summary(counties: int, spent: dict[str, list[float]]) -> str:
    """Return the geometric means of those that searched every question, and their ratios to the first of them."""
    most = max(map(len, spent.values()), default=0)
    means = {
        name: math.exp(sum(map(math.log, seconds)) / most)
        for name, seconds in spent.items()
        if len(seconds) == most > 0
    }
    first = next(iter(means.values()), math.nan)
    told = [f"{name} {mean:.2f} s (×{mean / first:.2f})" for name, mean in means.items()]
    return f"{counties} counties, geometric mean of {most}: {', '.join(told)}"


def numbers(context: click.Context, option: click.Parameter, text: str) -> list[int]:
    """Read whole numbers with commas between."""
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        raise click.BadParameter(text) from None


@click.command()
@click.option("--counties", default="11,30,60", callback=numbers, help="Numbers of counties.")
@click.option("--seeds", default="301,302,303", callback=numbers, help="Seeds; the settings were chosen on 1 to 4.")
@click.option("--solvers", default=",".join(SOLVERS), help="Who takes part; ratios are to the first.")
@click.option("--gap", default=1e-4, help="Gap that everyone is asked for.")
@click.option("--limit", default=300.0, help="Seconds for each search.")
def main(counties: list[int], seeds: list[int], solvers: str, gap: float, limit: float) -> None:
    """Print the CPU seconds of each solver on the same questions."""
    names = [name for name in solvers.split(",") if name in SOLVERS]
    for count in counties:
        for line in race(count, seeds, names, gap, limit):
            click.echo(line)


if __name__ == "__main__":
    main()
