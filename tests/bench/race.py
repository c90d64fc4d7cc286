"""One run: a process of its own, its log with the time of every line, its memory, its end."""

import math
import os
import pty
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contestants import BLOCKS, CONTESTANTS, Point, absent, command, last_words

GRACE = 1.1
"""A process that runs longer than so many times the limit is killed."""


@dataclass(frozen=True)
class Race:
    """What came of one solver on one question: `why` says why there is no result."""

    name: str
    counties: int
    course: tuple[Point, ...] = ()
    seconds: float = math.nan
    memory: float = math.nan
    why: str = ""

    def time_to(self, gap: float) -> float:
        """Return after how many seconds the gap was reached; nan where it never was."""
        return next((t for t, value, bound in self.course if gap_of(value, bound) <= gap * (1 + 1e-6)), math.nan)

    def gap_at(self, seconds: float) -> float:
        """Return the gap that was proven by then; infinite before the first plan and bound."""
        before = [gap_of(value, bound) for t, value, bound in self.course if t <= seconds]
        return before[-1] if before else math.inf


def gap_of(value: float, bound: float) -> float:
    """Return the gap as a part of the plan's value."""
    if math.isnan(value) or math.isnan(bound):
        return math.inf
    return abs(bound - value) / max(abs(value), 1e-9)


def run(name: str, folder: Path, counties: int, limit: float, threads: int, reading: float, gap: float) -> Race:
    """Let one solver work on a question in a process of its own, killed at the limit.

    gap: that blocks is asked for.
    reading: seconds to read the files, which `alloc solve --json` leaves out of its times; they are added here.
    """
    if why := absent(name):
        return Race(name, counties, why=why)
    lines, seconds, memory, code = watched(command(name, folder, limit, threads, gap), limit * GRACE + 5)
    late = [(t + reading, value, bound) for t, value, bound in last_words(lines)] if name == BLOCKS else []
    course = late or (read(lines, CONTESTANTS[name].read) if name != BLOCKS else [])
    why = "" if course else next((text for _, text in reversed(lines) if text.strip()), f"ended with {code}")
    return Race(name, counties, tuple(course), seconds, memory, why)


def read(lines: list[tuple[float, str]], reader: Callable[[str], tuple[float, float] | None]) -> list[Point]:
    """Return the course of a run: the best plan and the best bound of a maximisation after every line."""
    course: list[Point] = []
    value = bound = math.nan
    for seconds, line in lines:
        if said := reader(line):
            value = max((x for x in (value, said[0]) if not math.isnan(x)), default=math.nan)
            bound = min((x for x in (bound, said[1]) if not math.isnan(x)), default=math.nan)
            course.append((seconds, value, bound))
    return course


def watched(words: list[str], deadline: float) -> tuple[list[tuple[float, str]], float, float, int]:
    """Run a command and return its lines with their seconds, its time, its peak memory [MB] and its exit code.

    Its output goes to a terminal of its own, so that no line waits in a buffer.
    """
    ours, theirs = pty.openpty()
    started = time.perf_counter()
    process = subprocess.Popen(words, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, start_new_session=True)
    os.close(theirs)
    peak = [0.0]
    done = threading.Event()
    guard = threading.Thread(target=_guard, args=(process.pid, started + deadline, peak, done))
    guard.start()
    lines, rest = [], ""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the terminal closes with its last process
            break
        if not piece:
            break
        now = time.perf_counter() - started
        *whole, rest = (rest + piece.decode(errors="replace")).split("\n")
        lines += [(now, line.rstrip("\r")) for line in whole]
    _, status, usage = os.wait4(process.pid, 0)
    done.set()
    guard.join()
    os.close(ours)
    seconds = time.perf_counter() - started
    return lines, seconds, max(peak[0], usage.ru_maxrss / 1024), os.waitstatus_to_exitcode(status)


def _guard(session: int, deadline: float, peak: list[float], done: threading.Event) -> None:
    """Note the memory of a process with all its workers, and kill them at the deadline."""
    while not done.wait(0.25):
        peak[0] = max(peak[0], _memory(session))
        if time.perf_counter() > deadline:
            os.killpg(session, signal.SIGKILL)
            return


def _memory(session: int) -> float:
    """Return the memory of all processes of a session [MB]; 0 where the system does not tell."""
    total = 0.0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == session:
            total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return total
