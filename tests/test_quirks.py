"""What alloc leans on in its libraries without a promise of theirs: where an upgrade ends that, the test says for what.

Each test stands alone and names the place that needs another way once it fails.
"""

import io
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.metadata import version
from multiprocessing import get_context

import highspy
import numpy as np
import openpyxl
import pyomo.core as pyo
import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from alloc.instance.excel.sheet_names import Exact
from alloc.report.workbook.sheet import PlainSheet
from alloc.solver.deadline import Deadline
from alloc.solver.highs import Live
from alloc.solver.matrix import INF, Rows, compile_expressions, compile_matrix
from alloc.solver.outcome import Why


def test_a_process_pool_lists_its_processes_so_that_a_busy_one_can_be_ended():
    """`solver/pool.py` ends processes that are working: the standard library has no public way before 3.14."""
    pool = ProcessPoolExecutor(1, get_context("spawn"))  # a fork would inherit what this process does on SIGTERM
    try:
        pool.submit(int).result()
        processes = list(pool._processes.values())
        assert len(processes) == 1
        processes[0].terminate()
        # `is_alive` may say yes where the pool's own thread has heard of its end first
        with pytest.raises(BrokenProcessPool):
            pool.submit(time.sleep, 60).result(30)
    finally:
        pool.shutdown()


def test_a_rule_of_pyomo_keeps_the_function_that_its_author_wrote():
    """`model/notation.py` reads the letters of indices and the doc off that function, for the formulation."""
    model = pyo.ConcreteModel()
    model.A = pyo.Set(initialize=["a"])
    model.x = pyo.Var(model.A)
    model.limit = pyo.Constraint(model.A, rule=lambda model, a: model.x[a] <= 1)
    model.twice = pyo.Expression(model.A, rule=lambda model, a: 2 * model.x[a])
    for rule in (model.limit.rule, model.twice._rule):
        assert rule._fcn.__code__.co_varnames == ("model", "a")


def test_a_linear_body_of_pyomo_without_decisions_is_a_number_and_no_row():
    """`solver/matrix.py` tells the two apart by the attribute `linear` of what the visitor returns."""
    model = pyo.ConcreteModel()
    model.x, model.y = pyo.Var(bounds=(0, 3)), pyo.Var(within=pyo.Binary)
    rows, constants = compile_expressions([model.x, model.y], [2 * model.x + 1, 5.0, model.x - model.x + model.y])
    assert rows.tolist() == [[2, 0], [0, 0], [0, 1]]
    assert constants.tolist() == [1, 5, 0]
    model.limit = pyo.Constraint(expr=(1, 2 * model.x + model.y + 1, 4))
    found = compile_matrix(model, [])
    assert found.rows.lower.tolist() == [0]
    assert found.rows.upper.tolist() == [3]
    assert found.integer.tolist() == [False, True]


def test_a_sheet_of_openpyxl_knows_which_part_of_the_file_it_is():
    """`instance/excel/read.py` reads merged and hidden cells off that part, which reading row by row leaves out."""
    content = io.BytesIO()
    openpyxl.Workbook().save(content)
    book = openpyxl.load_workbook(content, read_only=True)
    assert book.worksheets[0]._worksheet_path.lstrip("/") == "xl/worksheets/sheet1.xml"
    book.close()


def test_a_plain_sheet_is_written_as_xlsxwriter_writes_it():
    """`report/workbook/sheet.py` calls what XlsxWriter's own calls come to, by names that nobody promised."""
    written = []
    for kind in (Worksheet, PlainSheet):
        content = io.BytesIO()
        book = xlsxwriter.Workbook(content, {"in_memory": True})
        sheet, look, bold = book.add_worksheet("a", kind), book.add_format({"indent": 1}), book.add_format({"bold": 1})
        for row, words in enumerate(('a<b & "c"', "", "\x01", " a", 'a<b & "c"')):
            sheet.write_string(row, row % 3, words, look)
        for row, number in enumerate((0, 1, Exact(0.1), 1 / 3, -1e300), 12):
            sheet.write_number(row, 700, number, bold)
        sheet.write_formula(20, 1, '=IF(A1<>"&",1,2)', look, 1.5)
        sheet.write_formula(20, 0, '="<"', bold, "<&")
        sheet.write_formula(40, 2, "=SUM(A1:B2)", look, "")
        sheet.write_blank(41, 0, None, bold)
        sheet.write_boolean(41, 1, True, look)
        sheet.write_number(41, 2, 0.5)
        sheet.merge_range(43, 1, 44, 2, "merged", look)
        sheet.set_row(2, 30)
        sheet.set_row(60, 30)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=a!$B$21:$C$21", "categories": "=a!$A$1:$A$5"})
        sheet.insert_chart(5, 5, chart)
        book.add_worksheet("empty", kind)
        book.close()
        written.append(content.getvalue())
    assert written[0] == written[1]


def test_highs_writes_its_banner_past_python_and_alloc_keeps_it_from_standard_output():
    """`solver/highs.py` turns file descriptor 1 away while the first solver of a process is made."""
    words = "from alloc.solver.highs import _open_quietly; _open_quietly(); _open_quietly()"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == ""


def live(integer: list[bool]) -> Live:
    """Return a program in which x + y is at most 3.5."""
    whole = np.array(integer)
    entries = Rows(
        np.array([0, 2], np.int32), np.array([0, 1], np.int32), np.ones(2), np.array([-INF]), np.array([3.5])
    )
    return Live(np.zeros(2), np.full(2, 3.0), whole, entries)


def test_highs_finds_solvers_of_one_process_with_other_numbers_of_threads():
    """`solver/highs.py` resets the scheduler for each: HiGHS refuses another number of threads otherwise."""
    rows = Rows(np.array([0, 1], np.int32), np.array([0], np.int32), np.ones(1), np.array([-INF]), np.array([1.5]))
    for threads in (1, 2, 1):
        program = Live(np.zeros(1), np.full(1, 3.0), np.array([True]), rows, threads=threads)
        program.aim(np.ones(1))
        assert program.run(Deadline(60)).value == 1


def test_the_time_limit_of_a_linear_program_counts_all_runs_of_its_solver():
    """`solver/highs.py` adds the time of earlier runs to the limit, or a program asked often would run out of it."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.addVar(0, 1)
    for _ in range(3):
        before = solver.getRunTime()
        solver.clearSolver()
        solver.run()
        assert solver.getRunTime() >= before
    program = live([False, False])
    for goal in ([1.0, 2.0], [2.0, 1.0]):
        program.aim(np.array(goal))
        assert program.run(Deadline(60)).why is Why.DONE


def test_a_program_without_columns_is_answered_without_highs():
    """HiGHS calls it empty and has no plan for it; `solver/highs.py` answers itself."""
    for least, why in ((-1.0, Why.DONE), (1.0, Why.INFEASIBLE)):
        rows = Rows(np.zeros(2, np.int32), np.zeros(0, np.int32), np.zeros(0), np.array([least]), np.array([2.0]))
        program = Live(np.zeros(0), np.zeros(0), None, rows)
        program.aim(np.zeros(0), 7.0)
        assert program.run(Deadline(60)).why is why


def test_highs_is_the_version_whose_quirks_are_known():
    """Of a newer one it is to be found out whether README.md's table still holds; the tests above say most of it."""
    assert version("highspy").split(".")[0] == "1"
