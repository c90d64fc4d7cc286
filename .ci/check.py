"""The one check command: format, lint, types and layers side by side, then tests. Tests begin where all else is right.

--fast leaves out files of tests that take long (SLOW in tests/conftest.py) or need LibreOffice or Chromium; other
arguments are pytest's.
"""

import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
FAST = ["-m", "not slow and not office and not browser"]

CHECKS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "types": ["mypy"],
    "layers": ["lint-imports", "--no-cache"],
}
TESTS = ["pytest", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]


def check() -> list[str]:
    """Run all checks but the tests at once, tell what each says, and return those that fail."""
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    running = {name: subprocess.Popen([BIN / words[0], *words[1:]], **pipe) for name, words in CHECKS.items()}
    for name, process in running.items():
        print(f"--- {name}\n{process.communicate()[0]}", end="", flush=True)  # noqa: T201
    return [name for name, process in running.items() if process.returncode]


def test(given: list[str]) -> bool:
    """Run the tests and tell whether all pass. given: what was said on the command line."""
    chosen = [*(FAST if "--fast" in given else []), *(word for word in given if word != "--fast")]
    print("--- tests", flush=True)  # noqa: T201
    return subprocess.run([BIN / TESTS[0], *TESTS[1:], *chosen], check=False).returncode == 0


if failed := check():
    sys.exit(f"{', '.join(failed)} failed")
if not test(sys.argv[1:]):
    sys.exit("tests failed")
