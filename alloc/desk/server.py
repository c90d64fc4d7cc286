"""The server of a desk: only for this machine, only with its token, and only what the page asks for.

Who may ask: the address that is printed holds a token, which becomes a cookie that no other site can send along;
without it everything is 403. The name of the host is checked, for a name of somebody else's may lead here; what
changes anything needs the token in a header too, which no form of another site can send.
"""

import hmac
import json
import secrets
import sys
import tempfile
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from alloc.desk.jobs import DeskJob, Jobs
from alloc.desk.opening import Opened
from alloc.desk.order import read_order, tell_origin
from alloc.desk.page import FILES, MOST_UPLOADED, render
from alloc.desk.scenarios import (
    PAGE,
    WORKBOOK,
    find_scenario,
    list_scenarios,
    pack,
    read_page,
    read_part,
    read_table,
)
from alloc.errors import RequestError
from alloc.instance.tables import WORKBOOKS
from alloc.texts import LANGUAGES, say

HOST = "127.0.0.1"
HEADER = "X-Alloc-Desk"

TABLES = ("allocation", "measures", "counties")
"""Of a scenario, the tables that the page shows itself."""

NO_METHOD = 501
"""What the library says to a method that nobody answers."""

CODES = {"desk_bad_order": 400, "desk_no_scenario": 404}
"""Of what the page never asks for; what a person may ask in vain is an answer like any, and no error of the page."""

MOST_BYTES = 4_000_000
"""Of a request that is no workbook."""

JSON, HTML, BINARY = "application/json; charset=utf-8", "text/html; charset=utf-8", "application/octet-stream"

OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SHOWN = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)
"""A result's own page is shown in a box that can neither ask the desk for anything nor see it."""


class Desk(ThreadingHTTPServer):
    """A desk that listens. token: what its address holds."""

    daemon_threads = True

    def __init__(self, place: Opened, lang: str, port: int = 0):
        """Take a port, a free one where it is 0, and load workers. Raises OSError where the port is taken."""
        super().__init__((HOST, port), Handler)
        self.lang, self.token = lang, secrets.token_urlsafe(24)
        self.jobs = Jobs(place)

    @property
    def place(self) -> Opened:
        """What is asked about, and where scenarios are kept."""
        return self.jobs.place

    @property
    def hosts(self) -> tuple[str, str]:
        """What this desk is called by a browser on this machine."""
        return f"{HOST}:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def cookie(self) -> str:
        """Name of the cookie: several desks on one machine have each their own."""
        return f"alloc-desk-{self.server_port}"

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{HOST}:{self.server_port}/?token={self.token}"

    def knows(self, token: str) -> bool:
        """Tell whether a token is this desk's."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that goes away in the middle of a word; what else goes wrong is told as ever."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """End every worker, and give the port back."""
        self.jobs.close()
        self.server_close()


class RefusedError(Exception):
    """What is not answered. code: of HTTP."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Desk
    server_version, sys_version = "alloc", ""
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        """Answer what only looks."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Answer what changes something."""
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on the terminal: the address holds the token."""

    def _answer(self, do: Callable[[str, Mapping[str, str]], None]) -> None:
        """Do what is asked by those who may ask, and tell others nothing."""
        path, _, asked = self.path.partition("?")
        query = {key: values[-1] for key, values in parse_qs(asked).items()}
        lang = self._choose_lang(query)
        try:
            self._admit(path, query, do)
        except RefusedError as error:
            self.send_error(error.code)
        except RequestError as error:
            self._send_json({"fault": error.say(lang)}, CODES.get(error.text, 200))
        except ConnectionError:
            self.close_connection = True
        except Exception as error:
            self._send_json({"fault": say("desk_failed", lang, problem=type(error).__name__)}, 500)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with a code alone, and hear no more: what was sent along may not have been read."""
        self.close_connection = True
        self._send(403 if code == NO_METHOD else code, f"{code}\n".encode(), "text/plain")

    def _admit(self, path: str, query: Mapping[str, str], do: Callable[[str, Mapping[str, str]], None]) -> None:
        if self.headers.get("Host", "") not in self.server.hosts or "Transfer-Encoding" in self.headers:
            raise RefusedError(403)
        if path == "/" and self.command == "GET" and "token" in query:
            self._let_in(query["token"])
        elif self.server.knows(self._read_cookie()):
            do(path, query)
        else:
            raise RefusedError(403)

    def _let_in(self, token: str) -> None:
        """Give the page to who has the token, with a cookie for all that follows; the page takes it off its address.

        No redirect: where the address was opened from elsewhere, a browser would not send the strict cookie along.
        """
        if not self.server.knows(token):
            raise RefusedError(403)
        cookie = f"{self.server.cookie}={self.server.token}; HttpOnly; SameSite=Strict; Path=/"
        self._send_page({"Set-Cookie": cookie})

    def _send_page(self, more: Mapping[str, str] | None = None) -> None:
        self._send(200, render(self.server.place, self.server.token, self.server.lang), HTML, more)

    def _read_cookie(self) -> str:
        try:
            found = SimpleCookie(self.headers.get("Cookie", "")).get(self.server.cookie)
        except CookieError:
            return ""
        return "" if found is None else found.value

    def _get(self, path: str, query: Mapping[str, str]) -> None:
        steps = list(map(unquote, path.strip("/").split("/")))
        if path == "/":
            self._send_page()
        elif steps[0] in FILES and len(steps) == 1:
            kind, content = FILES[steps[0]]
            self._send(200, content(), kind)
        elif steps == ["scenarios"]:
            found = {"scenarios": self._list_scenarios(query), "running": self._find_running(query)}
            self._send_json({**found, "sought": self.server.jobs.list_names()})
        elif steps[0] == "job" and len(steps) in (2, 3):
            self._tell_job(self._find_job(steps[1], query.get("window", "")), steps[2:])
        elif steps[0] == "scenario" and len(steps) == 3:
            self._give(find_scenario(self.server.place.folder, steps[1]), steps[2], self._choose_lang(query))
        else:
            raise RefusedError(404)

    def _choose_lang(self, query: Mapping[str, str]) -> str:
        return query["lang"] if query.get("lang") in LANGUAGES else self.server.lang

    def _list_scenarios(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return what is told of every scenario, with the command that made it."""
        place, lang = self.server.place, self._choose_lang(query)
        found = list_scenarios(place.folder)
        return [{**one, "command": tell_origin(one["name"], one["asked"], place, lang)} for one in found]

    def _find_running(self, query: Mapping[str, str]) -> dict[str, Any] | None:
        job = self.server.jobs.find_running(query.get("window", ""))
        return None if job is None else job.tell()

    def _find_job(self, name: str, window: str) -> DeskJob:
        job = self.server.jobs.find(name, window)
        if job is None:
            raise RefusedError(404)
        return job

    def _tell_job(self, job: DeskJob, part: list[str]) -> None:
        if not part:
            self._send_json(job.tell())
        elif part == ["early"]:
            self._send_json({"reply": job.early})
        elif part == ["page"] and job.reply is not None and "page" in job.reply:
            self._send(200, job.reply["page"].encode(), HTML, {"Content-Security-Policy": SHOWN})
        else:
            raise RefusedError(404)

    def _give(self, scenario: Path, part: str, lang: str) -> None:
        """Give out a part of a scenario, its page in a language."""
        if part in (PAGE, WORKBOOK):
            kind, aside = (HTML, {}) if part == PAGE else (BINARY, _name_download(f"{scenario.name}.xlsx"))
            content = read_page(scenario, lang) if part == PAGE else read_part(scenario, part)
            if content is None:
                raise RefusedError(404)
            self._send(200, content, kind, {"Content-Security-Policy": SHOWN, **aside})
        elif part == "zip":
            self._send(200, pack(scenario), "application/zip", _name_download(f"{scenario.name}.zip"))
        elif part == "rows":
            self._send_json({table: read_table(scenario, f"{table}.csv") for table in TABLES})
        else:
            raise RefusedError(404)

    def _post(self, path: str, query: Mapping[str, str]) -> None:
        own = f"http://{self.headers['Host']}"
        if not self.server.knows(self.headers.get(HEADER, "")) or self.headers.get("Origin", own) != own:
            raise RefusedError(403)
        if path == "/do":
            self._start(self._read_json())
        elif path == "/upload":
            self._take_workbook(query)
        elif path == "/cancel":
            asked = self._read_json()
            job = self._find_job(str(asked.get("job")), str(asked.get("window")))
            self.server.jobs.cancel(job)
            self._send_json(job.tell())
        else:
            raise RefusedError(404)

    def _start(self, raw: dict[str, Any], upload: Path | None = None) -> None:
        order, window = read_order(raw), raw.get("window")
        if not isinstance(window, str) or not window or (order.action == "upload") != (upload is not None):
            raise RequestError("desk_bad_order")
        self._send_json(self.server.jobs.start(window, raw, order, upload).tell())

    def _take_workbook(self, query: Mapping[str, str]) -> None:
        """Keep a workbook that was dropped for as long as it takes to check it, under a name that leads nowhere."""
        content = self._read(MOST_UPLOADED)  # first of all: what is left unread would be taken for the next request
        name = Path(query.get("file", "").replace("\\", "/")).name
        if Path(name).suffix.lower() not in WORKBOOKS:
            raise RequestError("desk_no_workbook", found=name[:80])
        file = Path(tempfile.mkdtemp(prefix="alloc-desk-")) / f"instance{Path(name).suffix.lower()}"
        file.write_bytes(content)
        raw = {"action": "upload", "window": query.get("window"), "lang": query.get("lang"), "file": name}
        self._start(raw, file)

    def _read_json(self) -> dict[str, Any]:
        try:
            found = json.loads(self._read(MOST_BYTES))
        except (ValueError, RecursionError):
            raise RequestError("desk_bad_order") from None
        if not isinstance(found, dict):
            raise RequestError("desk_bad_order")
        return found

    def _read(self, most: int) -> bytes:
        """Return what was sent; what is longer than it may be is not even read."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or len(length) > 12:
            raise RefusedError(411)
        if int(length) > most:
            raise RefusedError(413)
        return self.rfile.read(int(length))

    def _send_json(self, content: Mapping[str, Any], code: int = 200) -> None:
        self._send(code, json.dumps(content, ensure_ascii=True).encode(), JSON)

    def _send(self, code: int, content: bytes, kind: str, more: Mapping[str, str] | None = None) -> None:
        heads = {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            "Content-Security-Policy": OWN,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            **(more or {}),
        }
        self.send_response(code)
        for head, text in heads.items():
            self.send_header(head, text)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _name_download(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
