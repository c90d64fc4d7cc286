"""The one check command: format, lint, types, layers, tests. Stops at the first that fails."""

import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS = (
    ("format", [BIN / "ruff", "format", "--check", "--quiet", "."]),
    ("lint", [BIN / "ruff", "check", "--quiet", "."]),
    ("types", [BIN / "mypy"]),
    ("layers", [BIN / "lint-imports", "--no-cache"]),
    ("tests", [BIN / "pytest", "-n", "auto"]),
)

for name, command in CHECKS:
    print(f"--- {name}", flush=True)  # noqa: T201
    done = subprocess.run([*map(str, command), *(sys.argv[1:] if name == "tests" else [])], check=False)
    if done.returncode:
        sys.exit(f"{name} failed")
