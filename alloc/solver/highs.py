"""The one way to HiGHS: a program goes in as arrays, why it stopped and what it has comes out.

What HiGHS is handed is measured in units of its own (`scaling`), and so is the goal; what it answers is told in the
user's units. HiGHS keeps limits, whole numbers and goals to absolute tolerances, so these are then relative ones.
Its quirks that this room knows of, as of 1.16: the banner on standard output, the number of threads of the first
search, the value of one plan said beside another plan, and 'infeasible' where a plan exists.
"""

import itertools
import math
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TextIO

import highspy
import numpy as np

from alloc.errors import SolveError
from alloc.solver.deadline import Deadline
from alloc.solver.matrix import INF, Flags, Floats, Ints, Rows
from alloc.solver.outcome import STOP, Basis, Outcome, Settings, Stop, Why
from alloc.solver.scaling import Scales, find_scales, scale_rows

SMALLEST, UNSEEN = 1e-12, 1e-9
"""HiGHS leaves out smaller coefficients, whatever it is told: that is refused, unless all that the decision can do to
its limit is less than what no limit is kept to, in the program's own units."""

GOAL, DEAREST = 4, 30
"""The middle coefficient of a goal is handed to HiGHS as about two to this power, the largest as two to that one at
most. Were the largest made small, one high penalty would press all the rest below what HiGHS takes for nothing."""

STEPS = 64.0
"""A goal that is changed a little keeps the size that it was handed over with, within this factor."""

WRONG = 1e-5
"""A plan that breaks a limit by more than this, in the program's own units, is none."""

SAID = 1e-6
"""The value that HiGHS reports and that of the plan that it hands out differ by less than this part."""

_greeted: list[bool] = []


_WHY = {
    highspy.HighsModelStatus.kOptimal: Why.DONE,
    highspy.HighsModelStatus.kModelEmpty: Why.DONE,
    highspy.HighsModelStatus.kInfeasible: Why.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Why.UNBOUNDED,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Why.UNSURE,
    highspy.HighsModelStatus.kTimeLimit: Why.LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Why.LIMIT,
    highspy.HighsModelStatus.kSolutionLimit: Why.LIMIT,
    highspy.HighsModelStatus.kInterrupt: Why.LIMIT,
}


def _open_quietly() -> highspy.Highs:
    """Return a new HiGHS; the first of a process writes its banner to standard output, whatever it is told.

    The thread number of an earlier search in this process is forgotten: HiGHS refuses another one.
    """
    highspy.Highs.resetGlobalScheduler(True)
    if _greeted:
        return highspy.Highs()
    _greeted.append(True)
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        return highspy.Highs()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class Live:
    """A program that HiGHS holds, to be maximised again and again; one seed, and one thread unless told otherwise."""

    def __init__(
        self,
        lower: Floats,
        upper: Floats,
        integer: Flags | None,
        rows: Rows,
        settings: Settings | None = None,
        threads: int = 1,
        log: TextIO | None = None,
        variables: Sequence[Any] = (),
        own_units: bool = True,
    ):
        """Hand a program over.

        integer: None where no decision is whole; threads: 0 for HiGHS's choice; variables: by whose names a figure
        that HiGHS would leave out is refused; own_units: False to hand the program over as it is.
        """
        whole = np.zeros(len(lower), dtype=bool) if integer is None else integer
        self._variables = variables
        as_is = Scales(np.ones(rows.count), np.ones(len(lower)))
        self._scales = find_scales(lower, upper, whole, rows) if own_units else as_is
        self._goal, self._constant, self._size = np.zeros(len(lower)), 0.0, 1.0
        self._whole, self._count = whole.copy(), rows.count
        self._solver = _open_quietly()
        self.set({"output_flag": log is not None, "log_to_console": False, "threads": threads, "random_seed": 0})
        self.set({"small_matrix_value": SMALLEST, **(settings or {})})
        if log is not None:
            self._solver.cbLogging += lambda event: log.write(rescale_log(event.message, self._size))
        self._pass(lower, upper, whole, rows)

    def _pass(self, lower: Floats, upper: Floats, whole: Flags, rows: Rows) -> None:
        by, inner = self._scales, scale_rows(rows, self._scales)
        reach = np.maximum(np.abs(lower), np.abs(upper))[rows.column] / by.columns[rows.column]
        lost = (inner.value != 0) & (np.abs(inner.value) < SMALLEST)
        lost &= np.abs(inner.value) * np.where(lost, reach, 0.0) > UNSEEN
        if lost.any():
            column = int(rows.column[lost][0])
            name = self._variables[column].name if column < len(self._variables) else column
            raise SolveError("coefficient_lost", decision=name, value=float(rows.value[lost][0]))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(lower), rows.count
        lp.col_lower_, lp.col_upper_, lp.col_cost_ = lower / by.columns, upper / by.columns, self._goal
        lp.row_lower_, lp.row_upper_ = inner.lower, inner.upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = inner.start, inner.column, inner.value
        lp.sense_ = highspy.ObjSense.kMaximize
        if whole.any():
            lp.integrality_ = [_variable_type(x) for x in whole.tolist()]
        self._solver.passModel(lp)

    def set(self, settings: Settings) -> None:
        """Set options of HiGHS."""
        for name, value in settings.items():
            self._solver.setOptionValue(name, value)

    def aim(self, goal: Floats, constant: float = 0.0) -> None:
        """Give the program another goal: goal · x + constant, to be maximised."""
        self._goal, self._constant, self._size = goal.copy(), constant, 0.0
        self._size_up()

    def _size_up(self) -> None:
        """Hand the goal over in its own size, anew where that has changed much."""
        cost = self._goal * self._scales.columns
        sizes = np.abs(cost[cost != 0])
        middle, most = np.ceil(np.log2([np.median(sizes), sizes.max()])) if len(sizes) else (GOAL, GOAL)
        size = float(2.0 ** min(GOAL - middle, DEAREST - most))
        if self._size and 1 / STEPS <= size / self._size <= STEPS:
            return
        self._size = size
        self._solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost * size)
        self._solver.changeObjectiveOffset(self._constant * size)

    def bound_columns(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Let some columns keep within other bounds."""
        by = self._scales.columns[columns]
        self._solver.changeColsBounds(len(columns), columns, lower / by, upper / by)

    def make_whole(self, columns: Ints, whole: bool) -> None:
        """Let some columns, which are counted in ones, take whole numbers only, or any."""
        self._whole[columns] = whole
        self._solver.changeColsIntegrality(len(columns), columns, np.full(len(columns), _variable_type(whole)))

    def add_row(self, columns: Ints, values: Floats, lower: float, upper: float) -> None:
        """Add a limit."""
        inner = values * self._scales.columns[columns]
        by = float(np.exp2(-np.round(np.log2(np.abs(inner)).mean()))) if len(inner) else 1.0
        self._scales = replace(self._scales, rows=np.append(self._scales.rows, by))
        self._count += 1
        self._solver.addRow(lower * by, upper * by, len(columns), columns, inner * by)

    def bound_last_row(self, lower: float, upper: float) -> None:
        """Give the last limit other sides."""
        by = float(self._scales.rows[-1])
        self._solver.changeRowBounds(self._count - 1, lower * by, upper * by)

    def bound_rows(self, lower: Floats, upper: Floats) -> None:
        """Give every limit other sides; the next run begins where the last one ended."""
        by = self._scales.rows
        self._solver.changeRowsBounds(self._count, np.arange(self._count, dtype=np.int32), lower * by, upper * by)

    def add_column(self, cost: float, lower: float, upper: float, rows: Ints, values: Floats) -> None:
        """Add a decision that is counted in ones; its part of the goal is `cost`."""
        self._scales = replace(self._scales, columns=np.append(self._scales.columns, 1.0))
        self._goal, self._whole = np.append(self._goal, cost), np.append(self._whole, False)
        self._solver.addCol(cost * self._size, lower, upper, len(rows), rows, values * self._scales.rows[rows])

    def price(self, columns: Ints, costs: Floats) -> None:
        """Change a part of the goal."""
        self._goal[columns] = costs
        by = self._scales.columns[columns] * self._size
        self._solver.changeColsCost(len(columns), columns, costs * by)

    def begin(self, x: Floats | None = None, basis: Basis | None = None) -> None:
        """Begin afresh, or from a plan or a basis."""
        self._solver.clearSolver()
        if x is not None:
            known = highspy.HighsSolution()
            known.col_value = (x / self._scales.columns).tolist()
            self._solver.setSolution(known)
        if basis is not None:
            self._solver.setBasis(basis)

    def run(self, deadline: Deadline, stop: Stop = STOP) -> Outcome:
        """Search within the time that is left; Ctrl-C ends the search with what it has."""
        seconds = min(stop.seconds, deadline.left)
        if seconds <= 0:
            return Outcome(Why.LIMIT)
        if not len(self._goal):  # HiGHS answers nothing to a program without columns
            return self._answer_without_columns()
        self._size_up()
        solver = self._solver
        # HiGHS counts the time of a linear program from the first run of the solver, that of a MIP from this run
        self.set({
            "mip_abs_gap": min(stop.gap, stop.further[0] if stop.further else INF) * self._size,
            "mip_rel_gap": min(stop.part, stop.further[0] if stop.further else INF),
            "mip_max_nodes": 2**31 - 1 if stop.nodes is None else stop.nodes,
            "time_limit": solver.getRunTime() + seconds if not self._whole.any() else seconds,
        })  # fmt: skip
        watch = _watch(deadline, stop, self._size)
        heard = (solver.cbSimplexInterrupt, solver.cbIpmInterrupt, solver.cbMipInterrupt)
        for callback in heard:
            callback.subscribe(watch)
        try:
            solver.run()
        finally:
            for callback in heard:
                callback.unsubscribe(watch)
        return self._read(stop)

    def solve_roughly(self, deadline: Deadline, tolerance: float, steps: int) -> tuple[float, Floats] | None:
        """Return about what a linear program is worth, and about the prices of its rows, or nothing after these steps.

        By the first-order method PDLP, whose plan at such a tolerance may break limits, so it is not handed out.
        """
        self.set({"solver": "pdlp", "kkt_tolerance": tolerance, "pdlp_iteration_limit": steps})
        self.run(deadline)
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        value = self._unscale_goal(self._solver.getInfo().objective_function_value)
        return value, np.array(self._solver.getSolution().row_dual) * self._scales.rows / self._size

    def prove_empty(self, deadline: Deadline) -> Floats | None:
        """Return multipliers of the rows that show a linear program to have no plan (Farkas), or none.

        Only the simplex method gives them, and not after presolve.
        """
        self.set({"presolve": "off"})
        if not self.run(deadline).infeasible:
            return None
        _, there, ray = self._solver.getDualRay()
        return np.array(ray) * self._scales.rows if there and len(ray) else None

    def _answer_without_columns(self) -> Outcome:
        lp = self._solver.getLp()
        kept = (np.array(lp.row_lower_) <= 0).all() and (np.array(lp.row_upper_) >= 0).all()
        if not kept:
            return Outcome(Why.INFEASIBLE, bound=-INF)
        return Outcome(Why.DONE, np.zeros(0), self._constant, self._constant)

    def _read(self, stop: Stop) -> Outcome:
        """Return what HiGHS has, in the user's units."""
        why = _WHY.get(self._solver.getModelStatus(), Why.FAILED)
        if why in (Why.INFEASIBLE, Why.UNSURE):
            return Outcome(why, bound=-INF)
        if why in (Why.UNBOUNDED, Why.FAILED):
            return Outcome(why)
        if self._solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return Outcome(Why.FAILED) if why is Why.DONE else Outcome(why, bound=self._read_bound())
        solution = self._solver.getSolution()
        x = self._unscale_plan(np.array(solution.col_value))
        value = float(self._goal @ x) + self._constant
        if self._is_another(value) or self._breaks(solution):
            return Outcome(Why.FAILED)
        if self._whole.any():
            return self._read_mip(why, x, value, stop)
        prices = np.array(solution.row_dual) * self._scales.rows / self._size
        if why is not Why.DONE:
            return Outcome(why, x, value, INF, prices)
        return Outcome(why, x, value, value, prices, self._solver.getBasis())

    def _read_mip(self, why: Why, x: Floats, value: float, stop: Stop) -> Outcome:
        bound = self._read_bound()
        if why is Why.LIMIT and bound - value <= max(stop.gap, stop.part * abs(value)):
            why = Why.DONE  # it was proven, and then searched on
        saved = sorted(self._solver.getSavedMipSolutions(), key=lambda plan: -plan.objective)
        more = tuple(self._unscale_plan(np.array(plan.col_value)) for plan in saved)
        return Outcome(why, x, value, max(bound, value), more=more)

    def _read_bound(self) -> float:
        """Return the bound of a MIP search; a linear program has none before it is solved."""
        return self._unscale_goal(self._solver.getInfo().mip_dual_bound) if self._whole.any() else INF

    def _is_another(self, value: float) -> bool:
        """Tell whether HiGHS reports another value than that of the plan it hands out.

        It may: begun with a plan, 1.16 at times reports the value of one plan and hands out another.
        """
        told = self._unscale_goal(self._solver.getInfo().objective_function_value)
        return abs(told - value) > SAID * max(1.0 / self._size, abs(value))

    def _unscale_goal(self, goal: float) -> float:
        """Return a goal's value in its own unit; infinite where HiGHS has none."""
        return goal / self._size if math.isfinite(goal) else INF

    def _unscale_plan(self, inner: Floats) -> Floats:
        plan: Floats = inner * self._scales.columns
        return plan

    def _breaks(self, solution: highspy.HighsSolution) -> bool:
        """Tell whether a plan of HiGHS breaks a limit that it was handed."""
        lp, at = self._solver.getLp(), np.array(solution.row_value)
        room = WRONG * np.maximum(1.0, np.abs(at))
        low, high = np.array(lp.row_lower_), np.array(lp.row_upper_)
        return bool((at < low - room).any() or (at > high + room).any())


def _variable_type(whole: bool) -> Any:
    return highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous


def _watch(deadline: Deadline, stop: Stop, size: float) -> Callable[[Any], None]:
    """Return what HiGHS asks again and again whether to go on."""
    proven: list[int] = []
    glances = itertools.count(1)

    def watch(event: Any) -> None:
        if deadline.over() or (stop.glances is not None and next(glances) > stop.glances):
            event.interrupt()
        elif event.callback_type == highspy.cb.HighsCallbackType.kCallbackMipInterrupt:
            now, best, bound = (
                event.data_out.mip_node_count, event.data_out.mip_primal_bound / size,
                event.data_out.mip_dual_bound / size,
            )  # fmt: skip
            if stop.is_told(best, bound) or (stop.further is not None and is_over(now, best, bound, stop.further[1])):
                event.interrupt()

    def is_over(now: int, best: float, bound: float, most: int) -> bool:
        """Tell whether the nodes of the search for a finer gap are used up."""
        known = math.isfinite(best)  # before the first plan HiGHS says that the best one is infinitely bad
        if not proven and known and abs(bound - best) <= max(stop.gap, stop.part * abs(best)):
            proven.append(now)
        return bool(proven) and now > proven[0] + most

    return watch


_TABLE = re.compile(r"^(\s*[A-Za-z]?\s+\d+\s+\d+\s+\d+\s+[\d.]+%)(\s+\S+)(\s+\S+)", re.MULTILINE)
_LINE = re.compile(
    r"((?:Primal bound|Dual bound|Objective value)\s*:?)(\s+[-+\d.e]+)|(^\s*[-+\d.e]+)( \(objective\))",
    re.M,
)


def rescale_log(words: str, size: float) -> str:
    """Return what HiGHS says with the values of the goal in the goal's own unit."""

    def own(number: str) -> str:
        try:
            return f"{float(number) / size:.12g}".rjust(len(number))
        except ValueError:
            return number

    words = _TABLE.sub(lambda row: row[1] + "".join(" " + own(part[1:]) for part in (row[2], row[3])), words)
    return _LINE.sub(lambda row: row[1] + " " + own(row[2][1:]) if row[1] else own(row[3]) + row[4], words)
