"""pytest plugin of dev/test: two runs share the tests of one ring, class by class.

Both collect all tests. Whoever comes first to a class claims it by a file of that name
in a folder that both know, and the other passes it over. So neither waits for the other
at the end, and nobody has to know how long a test takes. Chromium is wanted by one run
at a time: the run that may use it begins with the classes that need it, and the other
leaves them alone.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from .pytest_ring_names import BROWSER, SHARE


def pytest_configure(config: pytest.Config) -> None:
    folder = os.environ.get(SHARE)
    if folder:
        share = Share(Path(folder), os.environ.get(BROWSER) == "1")
        config.pluginmanager.register(share, "crm_mail_share")


def unit(item: pytest.Item) -> str:
    """What is claimed as a whole: the class, with its ``setUpClass``, or the file."""
    return item.nodeid.rpartition("::")[0]


def needs_browser(item: pytest.Item) -> bool:
    kind = getattr(item, "cls", None)
    return any(base.__name__ == "HttpCase" for base in getattr(kind, "__mro__", ()))


class Share:
    def __init__(self, folder: Path, browser: bool) -> None:
        self.folder = folder
        self.browser = browser
        self.mine: dict[str, bool] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.browser:
            items.sort(key=lambda item: not needs_browser(item))
        else:
            items[:] = [item for item in items if not needs_browser(item)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        """True, which means "it is done", for what the other run does."""
        name = unit(item)
        if name not in self.mine:
            self.mine[name] = self.claim(name)
        if self.mine[name]:
            return None
        # The test before left standing what it thought it had in common with this one.
        item.session._setupstate.teardown_exact(nextitem)
        return True

    def claim(self, name: str) -> bool:
        try:
            path = self.folder / hashlib.sha256(name.encode()).hexdigest()
            with path.open("x") as stream:
                stream.write(name)
        except FileExistsError:
            return False
        return True
