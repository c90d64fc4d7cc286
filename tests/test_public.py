"""What `import alloc` offers: the public names, and only those; scripts need nothing around them."""

import gc
import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

import alloc
from alloc.memory import SELDOM, collecting_seldom

ROOT = Path(__file__).parent.parent


def test_the_public_names_are_listed_and_there():
    assert dir(alloc) == sorted(alloc.__all__)
    for name in alloc.__all__:
        assert getattr(alloc, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'sovle'"):
        alloc.sovle  # noqa: B018


INNER = {"Answers", "Limits", "Names", "LeastMoney", "PlanOfResult", "Reader", "Trace"}
"""How a plan, a curve and a comparison came about: nobody outside has to write these down."""


def classes(hint: object) -> Iterator[type]:
    """Yield the classes of the package that a type hint names."""
    if isinstance(hint, type) and hint.__module__.startswith("alloc"):
        yield hint
    for part in typing.get_args(hint):
        for one in part if isinstance(part, list) else [part]:
            yield from classes(one)


def hinted(of: object) -> Iterator[type]:
    """Yield the classes that a function, or the fields, properties and methods of a class, are typed with."""
    told = [of]
    if isinstance(of, type):
        public = [thing for name, thing in vars(of).items() if not name.startswith("_")]
        told = [getattr(thing, "fget", None) or getattr(thing, "func", thing) for thing in public]
        told = [thing for thing in told if inspect.isfunction(thing)] + ([of] if is_dataclass(of) else [])
    for thing in told:
        for hint in typing.get_type_hints(thing).values():
            yield from classes(hint)


def test_whatever_a_public_name_is_typed_with_is_public():
    public = [getattr(alloc, name) for name in alloc.__all__]
    assert {one.__name__ for of in public for one in hinted(of)} - set(alloc.__all__) == INNER


def test_a_plan_is_sought_without_what_only_its_tables_need():
    code = "import sys, alloc.planning; sys.exit('pandas' in sys.modules or 'xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_script_says_itself_how_often_python_searches_for_circles_of_objects():
    before = gc.get_threshold()
    with collecting_seldom():
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == before


def test_the_version_is_that_of_the_package():
    assert alloc.__version__ == version("alloc")


TYPED = """
import alloc

found: alloc.Run = alloc.solve("demo")
reveal_type(alloc.sweep("demo", "plan.yaml"))
alloc.sovle
alloc.TYPE_CHECKING
alloc._ROOM
"""


def test_who_checks_types_sees_them_and_no_others(tmp_path: Path):
    (tmp_path / "script.py").write_text(TYPED)
    known = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    command = [sys.executable, "-m", "mypy", *known, "script.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("script.py:")]
    assert [line.split(":")[1] for line in lines] == ["5", "6", "7", "8"], done.stdout
    assert "alloc.study.sweep.result.Sweep" in lines[0]
    assert all("does not explicitly export" in line or "has no attribute" in line for line in lines[1:])


SCRIPT = """
import sys
import alloc

found = alloc.sweep(sys.argv[1], {"grid": {"funds.tianjin.amount": [30, 37]}}, jobs=2)
print(found.counts)
print(alloc.solve(sys.argv[1], method="blocks", jobs=2).status)
"""


@pytest.mark.parametrize("file", ["script.py", "-"], ids=["script", "cell"])
def test_a_script_and_a_cell_need_nothing_around_what_they_ask(tmp_path: Path, file: str):
    """What has no file of its own, as a notebook's cell, can use processes too."""
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, file, str(ROOT / "instances/demo")]
    done = subprocess.run(command, cwd=tmp_path, input=SCRIPT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("{'optimal': 2}\noptimal\n", "")


def test_what_is_returned_cannot_be_changed():
    """A search for where an answer turns is none of that: it goes on."""
    found = [getattr(alloc, name) for name in alloc.__all__]
    results = [of for of in found if isinstance(of, type) and is_dataclass(of)]
    assert len(results) > 10
    assert [of.__name__ for of in results if not of.__dataclass_params__.frozen] == ["BreakEven"]
