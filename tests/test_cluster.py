"""Clusters that are none: each is said in one sentence, before anything is solved where that can be."""

import socket
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from alloc.cli import main
from alloc.errors import RequestError
from alloc.solver import check_address, cluster

DEMO = Path(__file__).parent.parent / "instances/demo"


@pytest.mark.parametrize(
    "address",
    ["hello", "http://host:8786", "tcp://host", "tcp://:8786", "tcp://host:port", "host:8786", "", "tcp://a b"],
)
def test_what_is_no_address_is_refused_by_every_command(address: str, tmp_path: Path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("grid: {funds.tianjin.amount: [30, 37]}")
    for words in (["solve", DEMO], ["sweep", DEMO, plan], ["sensitivity", DEMO]):
        done = CliRunner().invoke(main, [*map(str, words), "--cluster", address, "--out", str(tmp_path / "out")])
        said = f"'{address}' is no address of a Dask scheduler: it looks like tcp://host:8786\n"
        assert (done.exit_code, done.stderr) == (2, said)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tls://head.example.org:8786", "tcp://[::1]:8786"])
def test_addresses_as_dask_writes_them_are_taken(address: str):
    check_address(address)


class Client:
    """A client of a cluster whose workers have some versions of alloc, or none."""

    workers: ClassVar[dict[str, Any]] = {}
    failure: Exception | None = None
    closed = False

    def __init__(self, address: str, timeout: float):
        if self.failure is not None:
            raise self.failure
        assert timeout <= 30

    def run(self, function: Any, *given: Any, on_error: str) -> dict[str, Any]:
        assert (function, given, on_error) == (version, ("alloc",), "return")
        return self.workers

    def close(self) -> None:
        Client.closed = True


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> type[Client]:
    class Dask:
        pass

    class Own(Client):
        pass

    Dask.Client = Own  # type: ignore[attr-defined]
    monkeypatch.setattr(cluster, "import_module", lambda name: Dask)
    Client.closed = False
    return Own


HERE = version("alloc")


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({}, "has no workers"),
        ({"tcp://b:1": HERE, "tcp://a:1": ModuleNotFoundError()}, f"alloc {HERE} is not installed on .*: tcp://a:1$"),
        ({"tcp://b:1": "0.0.1", "tcp://a:1": "0.0.1"}, "tcp://a:1, tcp://b:1$"),
    ],
)
def test_workers_that_cannot_do_the_work_are_named(client: type[Client], there: dict[str, Any], said: str):
    client.workers = there
    with pytest.raises(RequestError, match=said):
        cluster.connect("tcp://head:8786")
    assert Client.closed


def test_workers_with_this_version_are_taken(client: type[Client]):
    client.workers = {"tcp://a:1": HERE}
    assert isinstance(cluster.connect("tcp://head:8786"), Client)
    assert not Client.closed


@pytest.mark.parametrize("failure", [OSError("timed out"), TimeoutError(), ValueError("bad magic"), EOFError()])
def test_whatever_else_answers_is_no_scheduler(client: type[Client], failure: Exception):
    client.failure = failure
    with pytest.raises(RequestError, match="no Dask scheduler answers at tcp://head:8786"):
        cluster.connect("tcp://head:8786")


def test_a_port_where_something_else_listens_is_said(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT", 2)
    refused = pytest.raises(RequestError, match="no Dask scheduler answers")
    with socket.create_server(("127.0.0.1", 0)) as other, refused:
        cluster.connect(f"tcp://127.0.0.1:{other.getsockname()[1]}")
