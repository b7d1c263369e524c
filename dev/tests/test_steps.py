"""A step is done once, again when its inputs change, and anew after an interruption."""

import pytest

from setup import steps


def make(text, calls):
    def fill(folder):
        calls.append(text)
        (folder / "file").write_text(text)

    return fill


def test_same_inputs_are_built_once(tmp_path):
    calls = []
    target = tmp_path / "thing"
    assert steps.build_folder("x", target, "1", make("one", calls))
    assert not steps.build_folder("x", target, "1", make("two", calls))
    assert calls == ["one"]
    assert (target / "file").read_text() == "one"


def test_other_inputs_replace_the_old_result(tmp_path):
    calls = []
    target = tmp_path / "thing"
    steps.build_folder("x", target, "1", make("one", calls))
    (target / "left over").touch()
    assert steps.build_folder("x", target, "2", make("two", calls))
    assert (target / "file").read_text() == "two"
    assert not (target / "left over").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


def test_an_interruption_leaves_the_old_result_and_the_step_is_done_again(tmp_path):
    calls = []
    target = tmp_path / "thing"
    steps.build_folder("x", target, "1", make("one", calls))

    def interrupted(folder):
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        steps.build_folder("x", target, "2", interrupted)
    assert (target / "file").read_text() == "one"
    assert not steps.is_built(target, "2")
    assert steps.build_folder("x", target, "2", make("two", calls))
    assert not (target / "half").exists()


def test_killed_between_the_two_renames_the_step_is_done_again(tmp_path):
    target = tmp_path / "thing"
    steps.build_folder("x", target, "1", make("one", []))
    target.rename(tmp_path / "thing.old")
    assert steps.build_folder("x", target, "2", make("two", []))
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


def test_a_folder_without_stamp_does_not_count(tmp_path):
    target = tmp_path / "thing"
    target.mkdir()
    assert not steps.is_built(target, "1")
    assert steps.build_folder("x", target, "1", make("one", []))


def test_one_line_per_step(tmp_path, capsys):
    target = tmp_path / "thing"
    steps.build_folder("A step", target, "1", make("one", []))
    steps.build_folder("A step", target, "1", make("one", []))
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(" s] A step")
    assert second == "[  cached] A step"


def test_digest_tells_contents_and_order_apart(tmp_path):
    file = tmp_path / "list"
    file.write_text("a")
    before = steps.digest(file, 1)
    assert before == steps.digest(file, 1)
    file.write_text("b")
    assert before != steps.digest(file, 1)
    assert steps.digest("a", "b") != steps.digest("b", "a")
    assert steps.digest("ab") != steps.digest("a", "b")


def test_tree_digest_counts_names_and_contents_not_dates(tmp_path):
    one = tmp_path / "one"
    one.write_text("text")
    before = steps.tree_digest(tmp_path, [one])
    one.touch()
    assert steps.tree_digest(tmp_path, [one]) == before
    two = one.rename(tmp_path / "two")
    assert steps.tree_digest(tmp_path, [two]) != before
    # a file that an editor removes while we look
    assert steps.tree_digest(tmp_path, [two, tmp_path / "gone"]) != before


def test_a_shared_lock_shows_until_the_last_user_left(tmp_path):
    lock = tmp_path / "lock"
    assert steps.nobody_holds(lock)
    with steps.locked(lock, shared=True):
        with steps.locked(lock, shared=True):
            assert not steps.nobody_holds(lock)
        assert not steps.nobody_holds(lock)
    assert steps.nobody_holds(lock)
