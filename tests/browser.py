"""Headless Chromium, spoken to over a pipe: opens a page without a network and says what it sees."""

import fcntl
import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Answer = dict[str, Any]
PATIENCE = 120.0
A4 = 694
"""Width of the text on A4 with the page's margins [px]."""

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-extensions",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)


def _has_loaded(event: Answer, loader: str) -> bool:
    """Tell whether an event says that the page which a loader fetches is there: another may still have been loading."""
    told = event["params"] if event["method"] == "Page.lifecycleEvent" else {}
    return told.get("name") == "load" and told.get("loaderId") == loader


class Browser:
    """A running Chromium. Events (console, network) are kept in the order in which they came."""

    def __init__(self, program: str, folder: str):
        into, self._into = _pipe()
        self._out, out = _pipe()
        flags = " ".join(f"'{flag}'" for flag in (*FLAGS, f"--user-data-dir={folder}"))
        command = f"exec '{program}' {flags} about:blank 3<&{into} 4>&{out}"
        self._process = subprocess.Popen(
            ["bash", "-c", command], pass_fds=(into, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(into)
        os.close(out)
        self._rest = b""
        self._number = 0
        self._session = ""
        self.events: list[Answer] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for room in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{room}.enable")
        self.ask("Page.setLifecycleEventsEnabled", enabled=True)

    def ask(self, method: str, **given: Any) -> Answer:
        """Call a method of the DevTools protocol and return its answer."""
        self._number += 1
        call = {"id": self._number, "method": method, "params": given}
        if self._session:
            call["sessionId"] = self._session
        os.write(self._into, json.dumps(call).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, heard["error"]
                return dict(heard["result"])

    def open(self, path: Path | str, width: int = 1280, dark: bool = False, media: str = "screen") -> None:
        """Open a file or an address here at a width [px], on a light or dark screen, or as print would lay it out."""
        self.events.clear()
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=False)
        asked = self.ask("Page.navigate", url=path if isinstance(path, str) else path.resolve().as_uri())
        while not any(_has_loaded(event, asked["loaderId"]) for event in self.events):
            self._hear()

    def reload(self) -> None:
        """Load the page again, as a person would."""
        self.events.clear()
        self.ask("Page.reload")
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._hear()

    def run(self, script: str) -> Any:
        """Return what an expression says in the page."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def complaints(self) -> list[str]:
        """Return every console message, exception and log entry since the page was opened."""
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self.events if event["method"] in kinds]

    def requests(self) -> list[str]:
        """Return the addresses that the page asked for."""
        sent = [event["params"] for event in self.events if event["method"] == "Network.requestWillBeSent"]
        return [params["request"]["url"] for params in sent]

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait(20)
        os.close(self._into)
        os.close(self._out)

    def _hear(self) -> Answer:
        """Return the next message; events are kept."""
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._out], [], [], max(end - time.monotonic(), 0.0))
            if not ready:
                raise TimeoutError("Chromium says nothing")
            read = os.read(self._out, 1 << 16)
            if not read:
                raise EOFError("Chromium ended")
            self._rest += read
        message, self._rest = self._rest.split(b"\0", 1)
        heard: Answer = json.loads(message)
        if "method" in heard:
            self.events.append(heard)
        return heard


def _pipe() -> tuple[int, int]:
    """Return a pipe whose numbers are out of the way of 3 and 4, where Chromium listens and speaks."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


@contextmanager
def browsing(program: str) -> Iterator[Browser]:
    """Run a browser with a profile of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)
        try:
            yield browser
        finally:
            browser.close()


MARKS = """Object.fromEntries([...document.querySelectorAll('figure svg')].map(svg => [svg.closest('figure').id,
  [...svg.querySelectorAll('.mark')].filter(mark => {
    const box = mark.getBoundingClientRect();
    return (box.width > 0 || box.height > 0) && getComputedStyle(mark).visibility === 'visible';
  }).length]))"""
"""How many marks of each chart can be seen."""

OUTSIDE = """[...document.querySelectorAll('figure svg')].flatMap(svg => {
  const paper = svg.getBoundingClientRect(), slack = 1;
  return [...svg.querySelectorAll('text')].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < paper.left - slack || box.right > paper.right + slack ||
      box.top < paper.top - slack || box.bottom > paper.bottom + slack;
  }).map(text => svg.closest('figure').id + ': ' + text.textContent);
}).concat([...document.querySelectorAll('h1,h2,h3,p,li,dt,dd,td,th,figcaption,.badge,button,a')].filter(box =>
  box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0).map(box => box.tagName + ': ' + box.textContent.trim())
)"""
"""Words that stick out of their chart, cell or box."""

OVERLAPS = """[...document.querySelectorAll('figure svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  const found = [];
  boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([two, b]) => {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 2 && high > 5) { found.push(svg.closest('figure').id + ': ' + one + ' | ' + two); }
  }));
  return found;
})"""
"""Words in charts that lie on each other."""

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""By how much the page is wider than its window [px]."""
