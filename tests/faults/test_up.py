"""`pacesetter up` looks after its worker: one that dies or hangs is replaced, and both children end with it."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from pacesetter.base import worker
from pacesetter.cli import up
from tests.houses import ROOT, House


def test_a_worker_that_hangs_is_killed_and_replaced(monkeypatch):
    monkeypatch.setattr(up, "start", lambda *_: subprocess.Popen(["sleep", "60"]))
    monkeypatch.setattr(worker, "is_alive", lambda: False)
    monkeypatch.setattr(up.time, "sleep", lambda seconds: None)
    pair = up._Processes("127.0.0.1", 0)
    try:
        first = pair.worker
        first.send_signal(signal.SIGSTOP)
        pair._tend()
        assert pair.worker is first  # it was just begun
        pair.heard -= up.HUNG_SECONDS
        pair._tend()
        assert pair.worker is not first and first.poll() == -signal.SIGKILL and pair.worker.poll() is None
    finally:
        pair._end()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def health(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)
    except OSError:
        return {}


def wait_for(what, seconds=120):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


def workers_of(parent):
    """The process ids of a process's children that are job workers."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            of = folder.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]
            if int(of) == parent and folder.joinpath("cmdline").read_bytes().endswith(b"\0worker\0"):
                found.append(int(folder.name))
    return found


def test_a_killed_worker_comes_back_and_both_end_with_up(tmp_path):
    house, port = House(tmp_path / "data"), free_port()
    call = [sys.executable, "-m", "pacesetter.cli", "up", "--no-demo", "--port", str(port)]
    running = subprocess.Popen(call, env=house.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: health(port) == {"web": True, "database": True, "worker": True})
        (first,) = workers_of(running.pid)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: workers_of(running.pid) not in ([], [first]))
    finally:
        running.terminate()
        running.wait(30)
    assert health(port) == {}
    house.close()
