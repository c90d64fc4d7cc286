"""The one check command: format, lint, types, layers, tests. Stops at the first that fails.

--fast leaves out files of tests that take long (SLOW in tests/conftest.py) or need LibreOffice or Chromium; other
arguments are pytest's.
"""

import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
FAST = ["-m", "not slow and not office and not browser"]

given = [word for word in sys.argv[1:] if word != "--fast"]
tests = [
    BIN / "pytest",
    "-n",
    "auto",
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
    *(FAST if "--fast" in sys.argv else []),
    *given,
]
CHECKS = (
    ("format", [BIN / "ruff", "format", "--check", "--quiet", "."]),
    ("lint", [BIN / "ruff", "check", "--quiet", "."]),
    ("types", [BIN / "mypy"]),
    ("layers", [BIN / "lint-imports", "--no-cache"]),
    ("tests", tests),
)

for name, command in CHECKS:
    print(f"--- {name}", flush=True)  # noqa: T201
    if subprocess.run([str(word) for word in command], check=False).returncode:
        sys.exit(f"{name} failed")
