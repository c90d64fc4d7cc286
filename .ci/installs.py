"""Installs alloc beside its oldest and its newest dependencies, on the oldest and the newest Python, and tries it out.

The oldest are what pyproject.toml says: `click>=8.4` means 8.4 here. Beside the newest the documentation site is built.
A Python that is not on this machine is left out, and that is said; whatever else goes wrong fails.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = (("3.11", "lowest"), ("3.13", "newest"))
"""Newest on the oldest Python is what all other tests run on."""


def python(number: str) -> str | None:
    """Return a Python of a version, None where this machine has none that runs."""
    own = sorted(Path.home().glob(f".pyenv/versions/{number}.*/bin/python"))
    for found in (shutil.which(f"python{number}"), *map(str, own)):
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    return None


def lowest() -> list[str]:
    """Return the oldest versions that pyproject.toml allows, one for each dependency."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = [re.sub(r">=([0-9.]+)$", r"==\1", needed) for needed in project["dependencies"]]
    unclear = [pin for pin in pins if "==" not in pin]
    if unclear:
        sys.exit(f"no lower bound: {', '.join(unclear)}")
    return pins


def run(*words: str) -> None:
    """Run a command; raise where it fails."""
    if subprocess.run(words, cwd=ROOT, check=False).returncode:
        raise RuntimeError(f"failed: {' '.join(words)}")


def try_out(number: str, which: str) -> None:
    """Install and try alloc on one Python, if that is on this machine."""
    found = python(number)
    print(f"--- {which} versions on Python {number}{'' if found else ': not on this machine, left out'}", flush=True)  # noqa: T201
    if found:
        with tempfile.TemporaryDirectory() as place:
            run(found, "-m", "venv", place)
            own = f"{place}/bin/python"
            needed = [".", *lowest()] if which == "lowest" else [".[docs]"]
            run(own, "-m", "pip", "install", "--quiet", *needed)
            run(own, ".ci/smoke.py", "instances/demo")
            if which == "newest":
                run(own, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", f"{place}/site")


with ThreadPoolExecutor() as both:  # each waits for the network most of the time
    tries = [both.submit(try_out, *one) for one in RUNS]
faults = [str(one.exception()) for one in tries if one.exception()]
if faults:
    sys.exit("\n".join(faults))
