"""Fixtures of the protocol tests."""

import pytest

from mailkit.tests import live as live_servers
from mailkit.tests.certificates import write_certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Paths by kind: ``good``, ``expired``, ``self_signed``, ..., ``ca``."""
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def live():
    """The real servers; the test is skipped where they do not run."""
    found = live_servers.load()
    if found is None:
        pytest.skip(f"{live_servers.VARIABLE} is not set: no mail servers are running")
    return found
