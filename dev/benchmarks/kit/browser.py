"""Chromium without a window, driven by its DevTools protocol."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import websocket

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--mute-audio",
    "--no-first-run",
    "--window-size=1366,820",
    "--remote-debugging-port=0",
)
PATIENCE = 120
"""Seconds until an answer must have come."""


class Page:
    """The one page of a browser."""

    def __init__(self, address: str):
        self._socket = websocket.create_connection(
            address, timeout=PATIENCE, suppress_origin=True
        )
        self._asked = 0

    def close(self) -> None:
        self._socket.close()

    def ask(self, method: str, **params):
        """
        :raises RuntimeError: the browser refuses
        """
        self._asked += 1
        asked = {"id": self._asked, "method": method, "params": params}
        self._socket.send(json.dumps(asked))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") != self._asked:
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def evaluate(self, expression: str):
        """What a JavaScript expression gives, as JSON; of a promise, what it brings.

        :raises RuntimeError: it throws
        """
        answer = self.ask(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in answer:
            thrown = answer["exceptionDetails"]
            told = thrown.get("exception", {}).get("description") or thrown["text"]
            raise RuntimeError(f"{expression[:80]}: {told}")
        return answer["result"].get("value")

    def go(self, address: str, until: str) -> None:
        """Opens a page and waits until this expression is true there.

        :raises RuntimeError: it never is
        """
        self.ask("Page.navigate", url=address)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(RuntimeError):  # between two documents
                if self.evaluate(f"Boolean({until})"):
                    return
            time.sleep(0.1)
        raise RuntimeError(f"{address}: never {until}")


@contextlib.contextmanager
def running(command: Sequence[str | Path]) -> Iterator[None]:
    """A program that goes on while the block does; what it says is not kept."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as child:
        try:
            yield
        finally:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(PATIENCE)
            child.kill()


@contextlib.contextmanager
def browser() -> Iterator[Page]:
    """
    :raises SystemExit: there is no Chromium
    """
    command = next(filter(None, map(shutil.which, NAMES)), None)
    if not command:
        raise SystemExit("No Chromium on PATH: install Debian's package chromium.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = [f"--user-data-dir={folder}", "about:blank"]
        with running([command, *SWITCHES, *options]):
            page = Page(_address(Path(folder, "DevToolsActivePort")))
            yield page
            page.close()


def _address(port_file: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if port_file.exists() and (lines := port_file.read_text().split()):
            with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json") as found:
                pages = [each for each in json.load(found) if each["type"] == "page"]
            if pages:
                return pages[0]["webSocketDebuggerUrl"]
        time.sleep(0.1)
    raise SystemExit("Chromium does not start.")
