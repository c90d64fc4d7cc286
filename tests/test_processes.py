"""How other processes begin: as copies of one that has loaded where a command asks for it, by themselves otherwise."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
from functools import partial
from alloc.processes import load_ahead
{first}
from alloc.solver import ahead
with ahead(partial(eval, "'alloc.counterfactual' in __import__('sys').modules")) as result:
    print(result(60))
"""
"""Prints whether another process has loaded a module that nobody has asked it for."""

PROCESSORS = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def told(first: str) -> str:
    """Return what the script prints, which must not complain."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(first=first)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.skipif(PROCESSORS < 2, reason="only with a second processor is anything loaded ahead")
def test_a_process_is_a_copy_of_one_that_has_loaded_what_it_needs():
    assert told('load_ahead("alloc.counterfactual")') == "True"


def test_a_process_begins_from_nothing_where_nothing_was_loaded_ahead():
    assert told("") == "False"
