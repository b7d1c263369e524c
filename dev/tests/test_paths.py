"""The servers' folder: short, reachable, and nobody else's."""

import pytest

from setup import paths
from setup.errors import SetupError


@pytest.fixture
def dev_dir(tmp_path, monkeypatch):
    def at(folder):
        monkeypatch.setenv("CRM_MAIL_DEV_DIR", str(folder))

    monkeypatch.setattr(paths, "reachable_by_others", lambda folder: True)
    monkeypatch.setattr(paths, "VAR_TMP", tmp_path / "v")
    (tmp_path / "v").mkdir()
    return at


def test_a_short_path_is_used_itself(dev_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "LONGEST_SERVER_DIR", 4096)
    dev_dir(tmp_path / "dev")
    assert paths.server_dir() == tmp_path / "dev/srv"


def test_a_long_path_moves_to_var_tmp(dev_dir, tmp_path):
    dev_dir(tmp_path / ("long" * 20))
    folder = paths.server_dir()
    assert folder.parent == tmp_path / "v"
    assert paths.server_dir() == folder
    dev_dir(tmp_path / ("other" * 20))
    assert paths.server_dir() != folder


def test_an_unreachable_path_moves_when_we_are_root(dev_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "LONGEST_SERVER_DIR", 4096)
    monkeypatch.setattr(paths, "reachable_by_others", lambda folder: False)
    dev_dir(tmp_path / "dev")
    monkeypatch.setattr(paths, "is_root", lambda: True)
    assert paths.server_dir().parent == tmp_path / "v"
    monkeypatch.setattr(paths, "is_root", lambda: False)
    assert paths.server_dir() == tmp_path / "dev/srv"


def test_a_link_in_var_tmp_is_not_followed(dev_dir, tmp_path):
    dev_dir(tmp_path / ("long" * 20))
    folder = paths.server_dir()
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(SetupError, match="belongs to somebody else"):
        paths.server_dir()
