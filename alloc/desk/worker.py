"""A process that answers for the desk: it is asked a line at a time, tells how far it is, and ends with the desk.

It stands in a group of its own, so that ending the group ends whatever a solve has begun. When the desk is gone, by
whatever death, the pipe it asks through is closed: then the worker ends its group itself.
"""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from alloc.processes import load_ahead

REST = 0.2
"""A worker that was asked and then rests so long [s] loads what the next question may need: not while it is solving."""


def main() -> None:
    """Answer what comes on standard input until it is closed."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the solver prints goes nowhere near the answers
    asked: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    load_ahead("alloc.study.points")
    import_module("alloc.desk.actions")  # takes seconds: this is why a worker is kept
    _say(answers, {"ready": True})
    while True:
        question: dict[str, Any] | None = asked.get()
        while question is not None:
            _say(answers, _answer(question, answers))
            question = _wait(asked)
        _refill()


def _listen(asked: "queue.Queue[dict[str, Any]]") -> None:
    for line in sys.stdin:
        asked.put(json.loads(line))
    end_group(os.getpid())


def end_group(leader: int) -> None:
    """End a process with all that it began."""
    with suppress(AttributeError, OSError):  # not every system has groups
        os.killpg(leader, signal.SIGKILL)
    os._exit(1)


def _wait(asked: "queue.Queue[dict[str, Any]]") -> dict[str, Any] | None:
    """Return what is asked before there has been some rest."""
    try:
        return asked.get(timeout=REST)
    except queue.Empty:
        return None


def _refill() -> None:
    """Have the processes ready that the next question asks for; a worker that was never asked needs none."""
    from alloc.solver.pool import keep_spares
    from alloc.study.request import JOBS

    keep_spares(JOBS, "alloc.study.points")


def _answer(raw: dict[str, Any], answers: TextIO) -> dict[str, Any]:
    """Return what comes of one question; an error that nobody raised on purpose is told by its kind."""
    from alloc.desk.actions import act
    from alloc.desk.opening import Opened
    from alloc.desk.order import read_order
    from alloc.texts import say

    place = Opened(Path(raw["instance"]), Path(raw["folder"]))
    order = read_order(raw["order"])
    upload = Path(raw["upload"]) if raw["upload"] else None
    try:
        return {"reply": act(order, place, partial(_say, answers), upload)}
    except KeyboardInterrupt:
        raise
    except OSError as error:
        problem = say("not_accessible", order.lang, path=error.filename or place.folder, reason=error.strerror or error)
    except Exception as error:
        problem = say("desk_failed", order.lang, problem=f"{type(error).__name__}: {error}")
    return {"reply": {"good": False, "parts": [{"line": problem}]}}


def _say(answers: TextIO, message: Mapping[str, Any]) -> None:
    answers.write(json.dumps(message, ensure_ascii=True) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
