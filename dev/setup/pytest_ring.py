"""pytest plugin of dev/test: keeps each ring's result, and lets no skip pass unseen.

The closing line of pytest is not printed where the ring ends but kept, and printed
again by dev/test at the very end, once: the lines of all rings stand together there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .pytest_ring_names import NO_SKIPS, RESULT


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Ring(config), "crm_mail_ring")


class Ring:
    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.skipped: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self) -> None:
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter and os.environ.get(RESULT):
            reporter.summary_stats = lambda: None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skipped.append(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.skipped and os.environ.get(NO_SKIPS) and exitstatus in (0, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_unconfigure(self) -> None:
        path = os.environ.get(RESULT)
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if path and reporter:
            Path(path).write_text(
                json.dumps({"line": closing_line(reporter), "skipped": self.skipped})
            )


def closing_line(reporter) -> str:
    """Such as `12 passed, 1 failed in 3.45s`."""
    parts, _color = reporter.build_summary_stats_line()
    words = ", ".join(text for text, _markup in parts)
    try:
        seconds = reporter._session_start.elapsed().seconds
    except AttributeError:  # pytest before 8.4
        import time

        seconds = time.time() - reporter._sessionstarttime
    return f"{words} in {seconds:.2f}s"
