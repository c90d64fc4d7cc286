"""The desk: what it does is what the commands do, only who holds its token may ask, and nothing kept is lost."""

import http.client
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from browser import OUTSIDE, TOO_WIDE, Browser
from click.testing import CliRunner
from sliders import FIGURES, slide

import alloc
from alloc.cli import main
from alloc.desk.opening import Opened, open_place
from alloc.desk.order import ACTIONS, read_order, tell_command
from alloc.desk.page import MOST_UPLOADED
from alloc.desk.scenarios import check_name, list_scenarios, pack, read_note, read_part, read_table
from alloc.desk.server import HEADER, Desk
from alloc.texts import LANGUAGES, catalogue, say
from alloc.texts.figures import amount

DEMO = Path(__file__).parent.parent / "instances/demo"
AID = "funds.tianjin.amount"
HOSTILE = "<img src=x onerror=alert(1)> & 'x'"
ESCAPES = (
    "../demo",
    "..",
    ".",
    "a/b",
    "a\\b",
    "/etc/passwd",
    "C:x",
    ".hidden",
    "-option",
    "a\x00b",
    "a\nb",
    "\u202ea",
    "",
    "a" * 81,
)


class Window:
    """A window of a browser: it asks with a cookie, and with the token in a header."""

    def __init__(self, desk: Desk, name: str = "one"):
        self.desk, self.name = desk, name

    def send(self, method: str, path: str, body: bytes = b"", **heads: str) -> tuple[int, dict[str, str], bytes]:
        host, port = f"127.0.0.1:{self.desk.server_port}", self.desk.server_port
        own = {"Host": host, "Cookie": f"{self.desk.cookie}={self.desk.token}", HEADER: self.desk.token}
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        link.putrequest(method, path, skip_host=True)
        sent = {**own, "Content-Length": str(len(body)), **{key.replace("_", "-"): text for key, text in heads.items()}}
        for key, text in sent.items():
            if text:
                link.putheader(key, text)
        link.endheaders()
        if len(body) <= MOST_UPLOADED:
            link.send(body)
        answer = link.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        link.close()
        return found

    def begin(self, action: str, **more: Any) -> dict[str, Any]:
        order = {"action": action, "window": self.name, "lang": "en", **more}
        return dict(json.loads(self.send("POST", "/do", json.dumps(order).encode())[2]))

    def wait(self, job: dict[str, Any], seconds: float = 60.0) -> dict[str, Any]:
        assert "job" in job, job
        end = time.monotonic() + seconds
        while job["state"] == "running" and time.monotonic() < end:
            time.sleep(0.05)
            job = json.loads(self.send("GET", f"/job/{job['job']}?window={self.name}")[2])
        return job

    def ask(self, action: str, **more: Any) -> dict[str, Any]:
        return self.wait(self.begin(action, **more))


def lines(job: dict[str, Any]) -> list[str]:
    return [part["line"] for part in job["reply"]["parts"] if "line" in part]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    opened = Desk(Opened(DEMO, tmp_path_factory.mktemp("desk") / "kept"), "en")
    threading.Thread(target=opened.serve_forever, args=(0.05,), daemon=True).start()
    yield opened
    opened.shutdown()
    opened.close()


@pytest.fixture
def window(desk: Desk) -> Window:
    return Window(desk)


@pytest.fixture(scope="module")
def less(desk: Desk) -> dict[str, Any]:
    """Return what came of solving with less aid, kept as `less`."""
    return Window(desk).ask("solve", name="less", given={AID: "30"})


def test_nobody_without_the_token_is_answered_and_a_foreign_name_of_the_host_neither(window: Window):
    token = window.desk.token
    for path in (
        "/",
        "/desk.js",
        "/scenarios",
        f"/?token={token[:-1]}!",
        "/?token=",
        "/scenario/less/report.html",
        "/x",
    ):
        assert window.send("GET", path, Cookie="")[0] == 403
        assert window.send("GET", path, Cookie=f"{window.desk.cookie}=wrong")[0] == 403
        assert window.send("GET", path, Host="evil.example:80")[0] == 403
    assert window.send("GET", f"/?token={token}", Host="evil.example", Cookie="")[0] == 403
    for path in ("/do", "/upload?file=a.xlsx", "/cancel"):
        assert window.send("POST", path, b"{}", **{HEADER: ""})[0] == 403
        assert window.send("POST", path, b"{}", **{HEADER: "x"})[0] == 403
        assert window.send("POST", path, b"{}", Cookie="")[0] == 403
        assert window.send("POST", path, b"{}", Origin="http://evil.example")[0] == 403


def test_the_address_gives_a_cookie_that_no_script_and_no_other_site_can_use(window: Window):
    code, heads, _ = window.send("GET", f"/?token={window.desk.token}", Cookie="")
    assert code == 200
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(heads["Set-Cookie"].split("; "))
    code, heads, page = window.send("GET", "/")
    assert (code, heads.get("Set-Cookie")) == (200, None)
    assert "default-src 'none'" in heads["Content-Security-Policy"]
    assert "http" not in page.decode().replace("http-equiv", "")
    assert window.desk.server_address[0] == "127.0.0.1"


def test_a_plan_of_the_desk_is_that_of_solve_and_any_command_takes_it(window: Window, less: dict[str, Any]):
    plain = alloc.solve(DEMO, overrides={AID: "30"})
    assert less["reply"]["scenario"] == "less"
    (told,) = json.loads(window.send("GET", "/scenarios")[2])["scenarios"]
    run = json.loads((window.desk.place.folder / "less/run.json").read_text())
    for key in ("objective", "bound", "gap", "employment", "linkage"):
        assert told[key] == run[key] == plain.figures[key]
    assert told["asked"]["given"] == {AID: "30"}
    assert told["command"] == less["command"]
    assert shlex.split(less["command"])[:3] == ["alloc", "solve", str(DEMO)]
    assert alloc.verify(DEMO, window.desk.place.folder / "less", overrides={AID: "30"}).passed


def test_where_there_is_no_plan_the_desk_says_it_as_solve_does_and_keeps_nothing(window: Window):
    given = {"funds.tianjin.min_use": "37", "rules.no category above 60 %.max": "0.1"}
    job = window.ask("solve", name="none", given=given)
    plain = alloc.solve(DEMO, overrides=given)
    assert not job["reply"]["good"]
    assert lines(job)[1 : 1 + len(plain.figures["clash"])] == plain.figures["clash"]
    assert lines(job)[-1] == catalogue()["infeasible_repair"]["en"]
    assert lines(job)[0] == catalogue()["infeasible"]["en"]
    assert not (window.desk.place.folder / "none").exists()


def test_a_rule_is_added_or_switched_off_as_on_the_command_line(window: Window, tmp_path: Path):
    rule, off = "{type: amount, of: {county: cele}, fund: aid, min: 30}", {"rules.no category above 60 %": "off"}
    job = window.ask("solve", name="ruled", rules=[rule], given=off)
    words = shlex.split(job["command"])[1:]
    words[words.index("--out") + 1] = str(tmp_path / "again")
    assert CliRunner().invoke(main, words).exit_code == 0
    kept = window.desk.place.folder / "ruled"
    assert (tmp_path / "again/allocation.csv").read_bytes() == (kept / "allocation.csv").read_bytes()
    assert "asked 1" in (kept / "rules.csv").read_text()
    assert "must be" in " ".join(lines(window.ask("check", rules=["{type: amount, min: x}"])))
    assert not window.ask("solve", name="wrong", rules=["[1"])["reply"]["good"]
    assert not window.ask("solve", name="wrong", rules=["word"])["reply"]["good"]


def test_faults_in_figures_are_told_all_at_once(window: Window):
    given = {AID: "-1", "funds.nobody.amount": "3", "rules.livelihood at least 30 %": "maybe"}
    job = window.ask("check", given=given)
    said = CliRunner().invoke(main, shlex.split(job["command"])[1:])
    assert job["reply"]["faults"] == 3
    assert lines(job) == said.stderr.splitlines()


def test_the_tree_holds_every_figure_under_the_path_that_replaces_it(window: Window):
    tree = window.ask("describe")["reply"]["tree"]
    written = {
        f"{row['path']}.{column}": cell
        for table in tree["tables"]
        for row in table["rows"]
        for column, cell in row["cells"].items()
        if not isinstance(cell, str)
    }
    assert written[AID] == 37
    assert written["rules.livelihood at least 30 %.min"] == 0.3
    for table in tree["tables"]:
        for row, column in product(table["rows"], table["columns"]):
            path = f"{row['path']}.{column['key']}"
            if column["everywhere"] and column["key"] not in row["cells"]:
                assert alloc.inspect(DEMO, {path: "0.5"}).instance is not None, path
    for path, cell in written.items():
        moved = str(cell).lower() if isinstance(cell, bool) else str(cell)
        assert alloc.inspect(DEMO, {path: moved}).instance is not None, path


def test_a_search_is_cancelled_within_a_second_by_its_own_window_alone(window: Window):
    endless = {"counties.cele.population": "160000"}
    other = Window(window.desk, "two")
    assert other.ask("check")["state"] == "done"
    job = window.begin("price", given=endless)
    stolen = json.dumps({"job": job["job"], "window": "two"}).encode()
    assert window.send("POST", "/cancel", stolen)[0] == 404
    for part in ("", "/early", "/page"):
        assert window.send("GET", f"/job/{job['job']}{part}?window=two")[0] == 404
    assert "waits" in window.begin("check")["fault"]
    started = time.monotonic()
    own = json.dumps({"job": job["job"], "window": "one"}).encode()
    assert json.loads(window.send("POST", "/cancel", own)[2])["state"] == "cancelled"
    assert time.monotonic() - started < 1
    assert window.ask("check")["state"] == "done"


def test_a_plan_typed_in_the_grid_is_verified_with_every_fault_at_its_row(window: Window, less: dict[str, Any]):
    plan = [
        ["", "cele-workshop", "tianjin", "35", False],
        ["", "nothing", "tianjin", "1", False],
        ["", "yutian-park", "x", "y", False],
    ]
    job = window.ask("verify", name="typed", plan=plan)
    assert job["reply"]["faults"] == 3
    assert all(f"typed.plan.csv:{row}" in " ".join(lines(job)) for row in (3, 4))
    job = window.ask("verify", name="typed", plan=plan[:1])
    said = CliRunner().invoke(main, shlex.split(job["command"])[1:])
    assert said.exit_code == 6
    assert [line.strip() for line in lines(job)] == [line.strip() for line in said.stdout.splitlines()]
    assert not job["reply"]["good"]
    rows = json.loads(window.send("GET", "/scenario/less/rows")[2])["allocation"]
    plan = [["", row["measure"], row["fund"], row["amount"], False] for row in rows]
    job = window.ask("verify", name="typed", plan=plan, given={AID: "30"}, a="less")
    assert job["reply"]["good"], lines(job)
    assert "--against" in job["command"]


def test_locked_money_is_kept_and_a_name_that_is_taken_is_not_overwritten(window: Window, less: dict[str, Any]):
    job = window.ask("solve", name="locked", plan=[["", "yutian-courses", "tianjin", "5", True]])
    rows = alloc.diff(window.desk.place.folder / "less", window.desk.place.folder / "locked").b.tables["allocation"]
    paid = rows[(rows["measure"] == "yutian-courses") & (rows["fund"] == "tianjin")]["amount"]
    assert paid.tolist() == pytest.approx([5])
    assert "--fix" in job["command"]
    (costs,) = [part for part in job["reply"]["parts"] if "rows" in part]
    assert (costs["title"], len(costs["rows"])) == (catalogue()["fix_title"]["en"], 2)
    said = CliRunner().invoke(main, [*shlex.split(job["command"])[1:], "--overwrite", "--jobs", "1"])
    assert all(cell in said.stdout for row in costs["rows"] for cell in row)
    none = window.ask("solve", name="too much", plan=[["", "yutian-courses", "tianjin", "100", True]])
    assert lines(none)[0] == catalogue()["fix_conflict"]["en"]
    again = window.ask("solve", name="locked")
    assert not again["reply"]["good"]
    assert "locked" in lines(again)[0]


def test_a_name_that_another_window_waits_for_is_taken(window: Window):
    other = Window(window.desk, "two")
    job = window.begin("solve", name="same", given={AID: "31"})
    assert json.loads(other.send("GET", "/scenarios?window=two")[2])["sought"] == ["same"]
    assert other.begin("solve", name="same", given={AID: "32"})["fault"] == say("desk_taken", found="same")
    assert window.wait(job)["reply"]["scenario"] == "same"
    assert json.loads(other.send("GET", "/scenarios?window=two")[2])["sought"] == []
    assert read_note(window.desk.place.folder / "same")["given"] == {AID: "31"}


def test_two_scenarios_are_compared_as_diff_does_on_a_page_that_can_do_nothing(window: Window, less: dict[str, Any]):
    window.ask("solve", name="base")
    job = window.ask("diff", a="less", b="base")
    code, heads, page = window.send("GET", f"/job/{job['job']}/page?window=one")
    assert code == 200
    assert "sandbox" in heads["Content-Security-Policy"]
    assert b"base" in page
    assert window.send("GET", f"/job/{job['job']}/page?window=two")[0] == 404


@pytest.mark.parametrize("name", ESCAPES)
def test_names_that_lead_elsewhere_are_refused(name: str, window: Window):
    folder = window.desk.place.folder
    before = sorted(folder.parent.rglob("*"))
    assert "fault" in window.begin("solve", name=name)
    with pytest.raises(alloc.RequestError):
        check_name(name)
    quoted = "".join(f"%{byte:02x}" for byte in name.encode())
    assert window.send("GET", f"/scenario/{quoted}/report.html")[0] in (400, 404)
    assert sorted(folder.parent.rglob("*")) == before


def test_only_the_parts_of_a_scenario_are_given_out(window: Window, less: dict[str, Any]):
    for part in ("../../x", "..%2frun.json", "run.json", "%2e%2e", "", "instance%2finstance.yaml"):
        assert window.send("GET", f"/scenario/less/{part}")[0] == 404
    code, heads, content = window.send("GET", "/scenario/less/zip")
    assert (code, heads["Content-Disposition"]) == (200, "attachment; filename*=UTF-8''less.zip")
    names = zipfile.ZipFile(BytesIO(content)).namelist()
    assert {"less/run.json", "less/allocation.csv", "less/instance/instance.yaml"} <= set(names)
    assert window.send("GET", "/scenario/less/allocation.xlsx")[2][:2] == b"PK"
    assert b"sandbox" in window.send("GET", "/scenario/less/report.html")[1]["Content-Security-Policy"].encode()


def test_the_page_of_a_scenario_is_given_in_the_language_that_is_asked_for(window: Window, less: dict[str, Any]):
    folder = window.desk.place.folder
    written = (folder / "less/report.html").read_bytes()
    chinese = window.send("GET", "/scenario/less/report.html?lang=zh")[2].decode()
    assert '<html lang="zh-CN">' in chinese
    assert "天津援助" in chinese
    assert window.send("GET", "/scenario/less/report.html?lang=en")[2] == written
    assert (folder / "less/report.html").read_bytes() == written
    shutil.copytree(folder / "less", folder / "edited")
    (folder / "edited/counties.csv").write_text("county\n")
    assert window.send("GET", "/scenario/edited/report.html?lang=zh")[2] == written


def test_links_are_no_scenarios_and_are_not_followed(tmp_path: Path):
    kept = tmp_path / "kept"
    (kept / "real").mkdir(parents=True)
    for name in ("run.json", "allocation.csv"):
        (kept / "real" / name).write_text("{}")
    (kept / "real/link.csv").symlink_to("/etc/hostname")
    (kept / "linked").symlink_to(kept / "real")
    assert [one["name"] for one in list_scenarios(kept)] == ["real"]
    (kept / "real/report.html").symlink_to("/etc/hostname")
    (kept / "real/counties.csv").symlink_to("/etc/hostname")
    assert read_part(kept / "real", "report.html") is None
    assert read_table(kept / "real", "counties.csv") == []
    assert read_part(kept / "real", "run.json") == b"{}"
    assert "real/link.csv" not in zipfile.ZipFile(BytesIO(pack(kept / "real"))).namelist()


@pytest.mark.parametrize(
    "raw",
    [
        *([], "x", {}, {"action": "rm"}, {"action": "check", "lang": "fr"}, {"action": "check", "given": [1]}),
        *({"action": "check", "rules": "x"}, {"action": "check", "rules": [1]}),
        *({"action": "check", "given": {"a": 1}}, {"action": "verify", "name": "a", "plan": [["a"]]}),
        {"action": "verify", "name": "a", "plan": [["", "a", "b", 1, False]]},
        *({"action": "check", "gap": 3}, {"action": "check", "gap": "x"}, {"action": "check", "time_limit": "nan"}),
    ],
)
def test_what_no_page_would_send_is_refused_in_words(raw: Any, window: Window):
    raw = {"window": "one", "lang": "en", **raw} if isinstance(raw, dict) else raw
    code, _, answer = window.send("POST", "/do", json.dumps(raw).encode())
    typed = isinstance(raw, dict) and isinstance(raw.get("gap", raw.get("time_limit")), str)
    assert code == (200 if typed else 400)
    assert json.loads(answer)["fault"]


def test_broken_requests_do_no_harm(window: Window):
    assert window.send("POST", "/do", b"{")[0] == 400
    assert window.send("POST", "/do", b"[" * 100_000)[0] == 400
    assert window.send("POST", "/do", Content_Length="x")[0] == 411
    assert window.send("POST", "/upload?file=a.xlsx&window=one&lang=en", Content_Length="99999999999")[0] == 413
    for path in ("//[x", "/%", "/%ff%fe", "/scenario/%00/zip", "/job/x?window=%ff&lang=xx", "/?lang=fr"):
        assert window.send("GET", path)[0] in (200, 400, 404)
    for method in ("PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "XYZ"):
        assert window.send(method, "/")[0] == 403
    assert window.send("POST", "/do", b"x", Transfer_Encoding="chunked")[0] == 403
    assert window.send("GET", "/scenarios")[0] == 200


def test_a_browser_that_goes_away_leaves_no_word_on_the_terminal(desk: Desk, capsys: pytest.CaptureFixture[str]):
    said = []
    for error in (ConnectionResetError, BrokenPipeError, ZeroDivisionError):
        try:
            raise error
        except error:
            desk.handle_error(None, ("127.0.0.1", 1))
        said.append(error.__name__ in capsys.readouterr().err)
    assert said == [False, False, True]


def test_when_a_worker_dies_the_window_is_told_and_the_next_question_is_answered(window: Window):
    job = window.begin("price")
    found = window.desk.jobs.find(job["job"], "one")
    assert found is not None
    found.worker.end()
    assert window.wait(job, 10)["state"] == "failed"
    assert window.ask("check")["state"] == "done"


def test_a_workbook_that_is_dropped_has_the_faults_that_check_tells(window: Window, tmp_path: Path):
    from openpyxl import load_workbook

    file = tmp_path / "instance.xlsx"
    alloc.write(alloc.read(DEMO), file)
    book = load_workbook(file)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                cell.value = {0.25: "many", "insurance": "nothing"}.get(cell.value, cell.value)
    book.save(file)
    said = CliRunner().invoke(main, ["check", str(file)]).stderr.splitlines()
    path = f"/upload?window=one&lang=en&file={'..%2f..%2f'}instance.xlsx"
    job = window.wait(json.loads(window.send("POST", path, file.read_bytes())[2]))
    assert job["reply"]["faults"] >= 2
    assert lines(job) == [line.replace(str(file), "instance.xlsx") for line in said]
    refused = window.send("POST", "/upload?window=one&lang=en&file=a.exe", b"x")
    assert "a.exe" in json.loads(refused[2])["fault"]
    broken = window.wait(json.loads(window.send("POST", path, b"no workbook")[2]))
    assert not broken["reply"]["good"]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_shows_a_command_that_exists(action: str):
    given = {"rules.it's; rm -rf.min": "0.3 $(x)"}
    order = read_order({"action": action, "lang": "zh", "name": "a b", "what": "x", "given": given, "a": "p", "b": "q"})
    words = shlex.split(tell_command(order, Opened(Path("my instance"), Path("kept here"))))
    assert words[1] in main.commands
    assert words[-2:] == ["--lang", "zh"]
    if action not in ("diff", "upload"):
        assert words[2] == "my instance"
        assert "rules.it's; rm -rf.min=0.3 $(x)" in words


def test_a_desk_opens_an_instance_a_result_and_a_folder_of_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    alloc.solve(DEMO).save(tmp_path / "kept/first")
    monkeypatch.chdir(tmp_path)
    assert open_place(DEMO, None) == Opened(DEMO, Path("results/demo-desk"))
    kept = tmp_path / "kept"
    assert open_place(Path("kept/first"), None) == Opened(Path("kept/first/instance"), kept, "first")
    assert open_place(Path("kept"), None) == Opened(Path("kept/first/instance"), Path("kept"))
    monkeypatch.chdir(kept)
    assert open_place(None, None) == Opened(Path("first/instance"), Path())
    monkeypatch.chdir(DEMO)
    assert open_place(None, None).instance == Path()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_cannot_be_opened_is_told_with_what_was_expected(tmp_path: Path, lang: str):
    said = CliRunner().invoke(main, ["desk", str(tmp_path), "--no-browser", "--lang", lang])
    assert said.exit_code == 2
    assert str(tmp_path) in said.stderr
    assert "instance.yaml" in said.stderr


def test_a_port_that_is_taken_is_told(window: Window, tmp_path: Path):
    said = CliRunner().invoke(main, ["desk", str(DEMO), "--no-browser", "--port", str(window.desk.server_port)])
    assert said.exit_code == 2
    assert f"127.0.0.1:{window.desk.server_port}" in said.stderr


def test_a_browser_is_started_by_a_file_that_only_its_owner_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen = []

    def launch(url: str) -> None:
        file = Path(url)
        seen.append((file.read_text(), file.parent.stat().st_mode & 0o077))

    def stop(_: Desk) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("click.launch", launch)
    monkeypatch.setattr(Desk, "serve_forever", stop)
    said = CliRunner().invoke(main, ["desk", str(DEMO), "--out", str(tmp_path)])
    ((door, mode),) = seen
    address = re.search(r"http\S+", said.stdout)
    assert address is not None
    assert (address[0] in door, mode, said.exit_code) == (True, 0, 0)


def test_the_help_is_there_before_anything_is_loaded():
    code = (
        "import sys; from alloc.cli import main; sys.exit('alloc.run' in sys.modules or 'http.server' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def list_group(of: int) -> list[int]:
    """Return the processes that one has begun, and those that they have."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == of:
                found += [int(entry.name), *list_group(int(entry.name))]
    return found


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are told by /proc")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_however_a_desk_ends_no_process_is_left_and_no_scenario_is_lost(end: signal.Signals, tmp_path: Path):
    command = [sys.executable, "-m", "alloc", "desk", str(DEMO), "--no-browser", "--out", str(tmp_path / "kept")]
    shown = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert shown.stdout is not None
    port, token = re.search(r":(\d+)/\?token=(\S+)", shown.stdout.readline()).groups()  # type: ignore[union-attr]
    window = Window(Stub(int(port), token))  # type: ignore[arg-type]
    if end == signal.SIGKILL:
        assert window.ask("solve", name="kept")["reply"]["good"]
    window.begin("price")
    workers = list_group(shown.pid)
    assert workers
    os.kill(shown.pid, end)
    shown.wait(10)
    shown.stdout.close()
    deadline = time.monotonic() + 10
    while any(map(is_running, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, workers))
    if end == signal.SIGKILL:
        (kept,) = list_scenarios(tmp_path / "kept")
        assert (kept["name"], kept["objective"]) == ("kept", pytest.approx(79))
        assert alloc.verify(DEMO, tmp_path / "kept/kept").passed


class Stub:
    """A desk in another process."""

    def __init__(self, port: int, token: str):
        self.server_port, self.token, self.cookie = port, token, f"alloc-desk-{port}"


def holds(page: Browser, script: str) -> bool:
    """Tell whether an expression holds in the page; one that is just being left holds nothing."""
    try:
        return bool(page.run(script))
    except AssertionError as error:
        if "navigated" not in str(error):
            raise
        return False


def wait_for(page: Browser, script: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds(page, script):
        if time.monotonic() > end:
            told = page.run("JSON.stringify([job, state]) + document.getElementById('answer').innerText")
            raise AssertionError(f"{script}: {told} {page.complaints()}")
        time.sleep(0.05)


IDLE = "typeof tree !== 'undefined' && tree !== null && job === null"
CHANGE = """(() => {{ const one = document.querySelector('[aria-label="{path}"]');
  one.value = '{value}'; one.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"""


ROW = """[...document.querySelector('[data-scenario="less"]').cells].map(cell => cell.textContent)"""
BOTH = ("objective", "bound", "employment", "linkage")
"""What the list of scenarios and a page of sliders show beside what the aid brings."""


@pytest.mark.browser
def test_desk_page_command_line_and_python_have_the_same_numbers(
    window: Window, less: dict[str, Any], tmp_path: Path, chromium: Browser
):
    plain = alloc.solve(DEMO, overrides={AID: 30}, jobs=1)
    plain.save(tmp_path / "python")
    words = shlex.split(less["command"])[1:]
    words[words.index("--out") + 1] = str(tmp_path / "command")
    assert CliRunner().invoke(main, [*words, "--jobs", "1"]).exit_code == 0
    found = alloc.whatif(DEMO, {AID: "30,37"}, tmp_path / "page", jobs=1)
    kept = window.desk.place.folder / "less"
    for table in kept.glob("*.csv"):
        assert {(tmp_path / of / table.name).read_bytes() for of in ("python", "command")} == {table.read_bytes()}
    for key in (*BOTH, "gap", "through_aid", "least_money"):
        runs = [json.loads((folder / "run.json").read_text()) for folder in (kept, tmp_path / "command")]
        assert [run[key] for run in runs] == [json.loads(json.dumps(plain.figures[key]))] * 2
    chromium.open(tmp_path / "page/whatif.html")
    page = chromium.run(slide(30))
    chromium.open(window.desk.address)
    wait_for(chromium, IDLE)
    name, status, goal, bound, _, jobs, aid, linkage = chromium.run(ROW)
    assert [name, status] == ["less", page["status"]]
    assert [goal, bound, jobs, linkage] == [amount(plain.figures[key]) for key in BOTH]
    assert aid == amount(plain.figures["through_aid"]["employment"])
    assert [cells[1] for cells in page["row"]][: len(FIGURES)] == [goal, bound, jobs, aid, linkage]
    point = found.sweep.points[0]
    assert dict(point.overrides) == {AID: 30}
    measures = plain.tables["measures"].set_index("measure")
    for measure, units, cost in zip(
        *(point.tables["measures"][key] for key in ("measure", "units", "cost")), strict=True
    ):
        assert [amount(units), amount(cost)] == [amount(measures.loc[measure, key]) for key in ("units", "cost")]


EDIT = "(() => {{ const one = document.querySelector('#plan-body td input[type={kind}]'); {do} }})();"
PRESSED = {
    "document.querySelector('#plan-body .actions button').click()": "breaks",
    "at('what').value = 'cele-subsidy'; document.querySelector('#why').requestSubmit()": "in place of",
    "document.querySelector('#compare .actions button').click()": "compared with",
    "document.querySelector('#price').requestSubmit(); setTimeout(cancel, 200)": "Cancelled",
    "at('add').value = 'x'; document.querySelector('#adding').requestSubmit()": "PATH=VALUE",
    EDIT.format(kind="checkbox", do="one.click();")
    + "at('name').value = 'a/b'; at('name').dispatchEvent(new Event('input'));"
    "document.querySelector('#solving').requestSubmit()": "a/b",
}
"""What is pressed, and what the page says then."""


@pytest.mark.browser
def test_in_a_browser_a_figure_is_changed_solved_compared_and_still_there_when_loaded_again(
    tmp_path: Path, chromium: Browser
):
    kept = tmp_path / "kept"
    plan = alloc.solve(DEMO)
    plan.save(kept / "first")
    shutil.copytree(kept / "first", kept / HOSTILE)
    opened = Desk(Opened(DEMO, kept), "en")
    threading.Thread(target=opened.serve_forever, args=(0.05,), daemon=True).start()
    try:
        door = tmp_path / "door.html"  # as the command opens a browser; it is another site's
        door.write_text(f'<meta http-equiv="refresh" content="0;url={opened.address}">')
        chromium.open(door)
        wait_for(chromium, IDLE)
        assert chromium.run("location.search") == ""
        chromium.run("document.querySelector('[data-table=funds] summary').click()")
        wait_for(chromium, f"""document.querySelector('[aria-label="{AID}"]') !== null""")
        chromium.run(CHANGE.format(path=AID, value="30"))
        chromium.run("document.querySelector('#solving').requestSubmit()")
        wait_for(chromium, "job === null && state.current === 'scenario 1'")
        wait_for(chromium, f"document.getElementById('plan-body').innerText.includes('Solved with {AID}=30')")
        goal = alloc.solve(DEMO, overrides={AID: "30"}).objective
        shown = chromium.run("scenarios.find(one => one.name === 'scenario 1').objective")
        assert shown == goal
        for lang in ("zh", "en"):  # what is shown of it follows the language
            chromium.run(f"document.querySelector('[data-lang={lang}]').click()")
            shown = chromium.run("document.querySelector('#answer iframe').src")
            assert "/scenario/scenario%201/report.html?" in shown
            assert f"lang={lang}" in shown
        assert f"--set {AID}=30" in chromium.run("document.querySelector('.command code').textContent")
        chromium.run("document.querySelectorAll('#scenarios-body input').forEach(one => one.click())")
        wait_for(chromium, "document.querySelectorAll('#compare thead th').length === 4")
        assert chromium.run("document.querySelectorAll('img').length") == 0
        chromium.run(EDIT.format(kind="text", do="one.value = '34'; one.dispatchEvent(new Event('change'));"))
        assert chromium.run("document.querySelector('#plan-body [data-measure]').textContent") == "?"
        wait_for(chromium, "job === null && document.getElementById('verdict').innerText.includes('breaks')")
        assert chromium.run("document.querySelector('#plan-body [data-measure]').textContent") != "?"
        for press, told in PRESSED.items():
            chromium.run(press)
            wait_for(chromium, f"job === null && document.getElementById('answer').innerText.includes({told!r})")
        chromium.run("state.given = {'funds.tianjin.min_use': '37'}; keep(); renderQuestion()")
        chromium.run(
            "document.querySelector('#adding').reset(); state.name = ''; state.locks = {}; keep(); renderSolve()"
        )
        chromium.run("state.given['rules.no category above 60 %.max'] = '0.1'")
        chromium.run("document.querySelector('#solving').requestSubmit()")
        wait_for(chromium, "document.querySelector('.offer button') !== null")
        chromium.run("document.querySelector('.offer button').click()")
        wait_for(chromium, "job === null")
        wait_for(chromium, "document.getElementById('answer').innerText.includes('Solve to see the plan')")
        assert chromium.run("document.querySelector('.offer button') !== null")
        assert chromium.run("state.given")["rules.no category above 60 %.max"] == "0.262"
        chromium.run(f"state.given = {{'{AID}': '30'}}; keep(); renderQuestion()")
        for lang in ("zh", "en"):
            for width in (390, 1280):
                chromium.ask(
                    "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
                )
                chromium.run(f"document.querySelector('[data-lang={lang}]').click()")
                assert chromium.run(TOO_WIDE) <= 0
                assert chromium.run(OUTSIDE) == []
        assert chromium.run("addEnd({told: {en: ['known', 'to come']}}, 'ended').told.en") == ["known", "ended"]
        assert chromium.complaints() == []
        chromium.reload()
        wait_for(chromium, IDLE)
        wait_for(chromium, "document.querySelectorAll('#compare thead th').length === 4")
        assert chromium.run("state.given") == {AID: "30"}
        assert chromium.run("state.current") == "scenario 1"
        assert chromium.complaints() == []
        assert all(f"127.0.0.1:{opened.server_port}/" in url or url.startswith("data:") for url in chromium.requests())
    finally:
        opened.shutdown()
        opened.close()
