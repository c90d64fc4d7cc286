"""Who takes part: how each solver is started on the exported MPS, and how its log is read.

Run as a program, this file is the child process in which one solver works:
`python contestants.py NAME FILE.mps LIMIT THREADS`. What it prints is the solver's own log.
"""

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

GAP = 1e-4
"""The finest relative gap that the table reports; every solver is asked for it, unless blocks is asked for less."""

NUMBER = r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf)"

Point = tuple[float, float, float]
"""Seconds since the process began, value of the best plan, bound; nan where there is none yet."""

NONE = float("nan")


def found(text: str) -> float:
    """Return a number of a log; nan where the solver has none."""
    try:
        value = float(text.rstrip("*").replace("+", ""))
    except ValueError:
        return NONE
    return value if abs(value) < 1e19 else NONE


def run_highs(mps: str, limit: float, threads: int) -> None:
    """HiGHS on the whole model."""
    import highspy

    solver = highspy.Highs()
    for option, value in (("threads", threads), ("time_limit", limit), ("mip_rel_gap", GAP)):
        solver.setOptionValue(option, value)
    solver.readModel(mps)
    solver.run()


def run_scip(mps: str, limit: float, threads: int) -> None:
    """SCIP through pyscipopt; one thread, the others are of no use to it."""
    from pyscipopt import Model

    model = Model()
    model.readProblem(mps)
    model.setParams({"limits/time": limit, "limits/gap": GAP, "display/freq": 1, "display/headerfreq": -1})
    model.optimize()


def run_cbc(mps: str, limit: float, threads: int) -> None:
    """CBC, the binary that comes with pulp; it passes over OBJSENSE, so it is told to maximise."""
    import pulp

    binary = pulp.PULP_CBC_CMD().path
    words = ["-max", "-sec", limit, "-ratio", GAP, "-threads", threads, "-timeMode", "elapsed", "-solve"]
    subprocess.run([binary, mps, *map(str, words)], check=True)


def run_ortools(name: str, parameters: str, mps: str, limit: float) -> None:
    """Run one of the solvers inside OR-Tools."""
    from ortools.linear_solver.python import model_builder

    model, solver = model_builder.Model(), model_builder.Solver(name)
    if not model.import_from_mps_file(mps) or not solver.solver_is_supported():
        sys.exit("refused the model")
    solver.enable_output(True)
    solver.set_time_limit_in_seconds(limit)
    solver.set_solver_specific_parameters(parameters)
    if solver.solve(model) == model_builder.SolveStatus.MODEL_INVALID:
        sys.exit("refused the model")


def run_ortools_scip(mps: str, limit: float, threads: int) -> None:
    """The SCIP that OR-Tools brings along."""
    run_ortools("scip", f"limits/gap = {GAP}\ndisplay/freq = 1\ndisplay/headerfreq = -1", mps, limit)


def run_ortools_cpsat(mps: str, limit: float, threads: int) -> None:
    """CP-SAT of OR-Tools, which rounds the whole model to integers."""
    run_ortools("sat", f"num_workers: {threads} relative_gap_limit: {GAP}", mps, limit)


def read_highs(line: str) -> tuple[float, float] | None:
    """Read a line such as ` R  0  0  0  0.00%  23297.99  23267.00  0.13%  5438  703  112  4942  24.0s`."""
    if match := re.search(rf"%\s+({NUMBER})\s+({NUMBER})\s+(?:[\d.]+%|inf|Large)\s.*s$", line):
        return found(match[2]), found(match[1])
    if match := re.match(rf"\s*(Primal|Dual) bound\s+({NUMBER})$", line):
        return (found(match[2]), NONE) if match[1] == "Primal" else (NONE, found(match[2]))
    return None


def read_scip(line: str) -> tuple[float, float] | None:
    """Read a line of SCIP's table, or its last words on the two bounds."""
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) > 8 and re.search(r"[\d.]+s$", cells[0]):
        return found(cells[-3].rstrip("-") or "nan"), found(cells[-4])
    if match := re.match(rf"(Primal|Dual) Bound\s+: ({NUMBER})", line):
        return (found(match[2]), NONE) if match[1] == "Primal" else (NONE, found(match[2]))
    return None


def read_cbc(line: str) -> tuple[float, float] | None:
    """Read what CBC says of plans and bounds; it minimises, so both change their sign."""
    if match := re.search(rf"Cbc0010I .* ({NUMBER}) best solution, best possible ({NUMBER})", line):
        return -found(match[1]) if abs(found(match[1])) < 1e49 else NONE, -found(match[2])
    if match := re.search(
        rf"Cbc0012I Integer solution of ({NUMBER}) found|Cbc0004I Integer solution of ({NUMBER})", line
    ):
        return -found(match[1] or match[2]), NONE
    if match := re.search(rf"Cbc0011I .*best objective ({NUMBER}) \(best possible ({NUMBER})\)", line):
        return -found(match[1]), -found(match[2])
    if match := re.search(rf"Cbc0001I Search completed - best objective ({NUMBER})", line):
        return -found(match[1]), -found(match[1]) * (1 + GAP)
    if match := re.search(rf"Cbc0005I Partial search - best objective ({NUMBER}) \(best possible ({NUMBER})\)", line):
        return -found(match[1]), -found(match[2])
    return None


def read_cpsat(line: str) -> tuple[float, float] | None:
    """Read a line such as `#12  3.40s best:2700.1  next:[2700.2,2710]`."""
    if match := re.search(rf"best:({NUMBER})\s+next:\[({NUMBER}),({NUMBER})\]", line):
        return found(match[1]), max(found(match[2]), found(match[3]))
    return None


@dataclass(frozen=True)
class Contestant:
    """A solver on the exported MPS: its module, how it runs, how its log is read."""

    label: str
    module: str
    run: Callable[[str, float, int], None]
    read: Callable[[str], tuple[float, float] | None]


CONTESTANTS: Mapping[str, Contestant] = {
    "highs": Contestant("HiGHS, whole", "highspy", run_highs, read_highs),
    "scip": Contestant("SCIP", "pyscipopt", run_scip, read_scip),
    "cbc": Contestant("CBC", "pulp", run_cbc, read_cbc),
    "ortools-scip": Contestant("OR-Tools, its SCIP", "ortools", run_ortools_scip, read_scip),
    "ortools-cpsat": Contestant("OR-Tools, CP-SAT", "ortools", run_ortools_cpsat, read_cpsat),
}
BLOCKS = "blocks"


def absent(name: str) -> str:
    """Return why a solver cannot take part, or nothing."""
    if name != BLOCKS:
        return "" if importlib.util.find_spec(CONTESTANTS[name].module) else "not installed"
    words = subprocess.run([sys.executable, "-m", "alloc.cli", "solve", "--help"], capture_output=True, text=True)
    return "" if "--method" in words.stdout else "alloc solve has no option --method yet"


def command(name: str, folder: Path, limit: float, threads: int, gap: float) -> list[str]:
    """Return the command that starts a solver on the question in a folder."""
    if name != BLOCKS:
        return [sys.executable, __file__, name, str(folder / "model.mps"), str(limit), str(threads)]
    options = ["--gap", str(gap), "--time-limit", str(limit), "--threads", str(threads), "--method", "blocks", "--json"]
    out = ["--out", str(folder / "result"), "--overwrite"]
    return [sys.executable, "-m", "alloc.cli", "solve", str(folder / "question"), *options, *out]


def last_words(lines: list[tuple[float, str]]) -> list[Point]:
    """Return the course of a run of `alloc solve --json`: what it tells of its progress, and its end."""
    text = "\n".join(line for _, line in lines)
    begin = text.find("{")
    try:
        figures = json.JSONDecoder().raw_decode(text[begin:])[0] if begin >= 0 else {}
    except ValueError:
        return []
    if figures.get("objective") is None:
        return []
    course = [
        (float(t), NONE if value is None else float(value), NONE if bound is None else float(bound))
        for t, value, bound in figures.get("progress") or []
    ]
    return [*course, (float(figures["seconds"]), float(figures["objective"]), float(figures["bound"]))]


if __name__ == "__main__":
    CONTESTANTS[sys.argv[1]].run(sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))
