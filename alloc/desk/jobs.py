"""What windows have asked for: each job belongs to one window, which alone hears of it and may cancel it."""

import secrets
import shutil
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alloc.desk.opening import Opened
from alloc.desk.order import Order, tell_command
from alloc.desk.scenarios import clear_half
from alloc.desk.workers import DeskWorker, Workers
from alloc.errors import RequestError

MOST_RUNNING, MOST_KEPT = 4, 100


@dataclass
class DeskJob:
    """One thing asked for. scenario: the name that a plan is kept under; state: `running`, `done`, `cancelled` or
    `failed`; news: how far it is; early: what is known already, which has changed `shown` times.
    """

    window: str
    action: str
    command: str
    worker: DeskWorker
    scenario: str = ""
    name: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    begun: float = field(default_factory=time.monotonic)
    state: str = "running"
    news: str = ""
    seconds: float = 0.0
    early: dict[str, Any] | None = None
    shown: int = 0
    reply: dict[str, Any] | None = None

    def tell(self) -> dict[str, Any]:
        """Return what the window hears of it; a page that came of it is asked for by itself."""
        running = self.state == "running"
        reply = None if self.reply is None else {**self.reply}
        page = None if reply is None else reply.pop("page", None)
        return {
            "job": self.name,
            "action": self.action,
            "command": self.command,
            "state": self.state,
            "news": self.news,
            "seconds": time.monotonic() - self.begun if running else self.seconds,
            "reply": reply,
            "shown": self.shown if running else 0,
            "page": page is not None,
        }


class Jobs:
    """All jobs of a desk, the latest hundred of them."""

    def __init__(self, place: Opened):
        """Load workers for the jobs to come."""
        self.place, self._workers = place, Workers()
        self._jobs: OrderedDict[str, DeskJob] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, window: str, raw: dict[str, Any], order: Order, upload: Path | None = None) -> DeskJob:
        """Begin what a window asks for.

        Raises RequestError where it waits for an answer, too many others do, or another's plan is to have its name.
        """
        scenario = order.words["name"] if order.action == "solve" else ""
        with self._lock:
            running = self._list_running()
            if window in running:
                raise RequestError("desk_busy")
            if len(running) >= MOST_RUNNING:
                raise RequestError("desk_full", count=MOST_RUNNING)
            if scenario and scenario in {job.scenario for job in running.values()}:
                raise RequestError("desk_taken", found=scenario)
            job = DeskJob(window, order.action, tell_command(order, self.place), self._workers.take(), scenario)
            self._jobs[job.name] = job
            while len(self._jobs) > MOST_KEPT and next(iter(self._jobs.values())).state != "running":
                self._jobs.popitem(last=False)
        threading.Thread(target=self._run, args=(job, raw, upload), daemon=True).start()
        return job

    def _run(self, job: DeskJob, raw: dict[str, Any], upload: Path | None) -> None:
        def hear(message: dict[str, Any]) -> None:
            job.news = message.get("news", job.news)
            if "early" in message:
                job.early, job.shown = message["early"], job.shown + 1

        place = {"instance": str(self.place.instance), "folder": str(self.place.folder)}
        reply = job.worker.ask({"order": raw, **place, "upload": "" if upload is None else str(upload)}, hear)
        if upload is not None:
            shutil.rmtree(upload.parent, ignore_errors=True)
        with self._lock:
            answered = reply is not None and job.state == "running"
            if answered:
                self._finish(job, "done", reply)
            elif job.state == "running":
                self._finish(job, "failed")
        if answered:
            self._workers.give_back(job.worker)
        else:
            self._workers.end(job.worker)
            clear_half(self.place.folder, job.scenario)

    def _finish(self, job: DeskJob, state: str, reply: dict[str, Any] | None = None) -> None:
        job.seconds, job.reply, job.state = time.monotonic() - job.begun, reply, state

    def find(self, name: str, window: str) -> DeskJob | None:
        """Return a job of a window."""
        job = self._jobs.get(name)
        return job if job is not None and job.window == window else None

    def find_running(self, window: str) -> DeskJob | None:
        """Return what a window waits for, as after it was loaded again."""
        with self._lock:
            return self._list_running().get(window)

    def list_names(self) -> list[str]:
        """Return the names that plans are to be kept under which are being sought."""
        with self._lock:
            return [job.scenario for job in self._list_running().values() if job.scenario]

    def _list_running(self) -> dict[str, DeskJob]:
        """Return what windows wait for, one thing each."""
        return {job.window: job for job in self._jobs.values() if job.state == "running"}

    def cancel(self, job: DeskJob) -> None:
        """End a job at once; what has been answered already stays."""
        with self._lock:
            running = job.state == "running"
            if running:
                self._finish(job, "cancelled")
        if running:
            self._workers.end(job.worker)

    def close(self) -> None:
        """End everything."""
        self._workers.close()
