"""Making, renaming and deleting folders, and where they lie."""

import pytest

from mailkit.errors import InvalidArgument, ServerRefused
from mailkit.imap.namespace import Namespace, child_raw
from mailkit.imap.writing import WritingSession
from mailkit.tests.fake_imap import BARE as FAKE_BARE
from mailkit.tests.fake_imap import FakeImap
from mailkit.tests.mailbox import KINDS, Box, mail
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials


@pytest.fixture(params=["all", "bare"])
def box(live, request):
    with Box(live, KINDS[request.param]) as box:
        yield box


def raws(session):
    return {folder.raw: folder for folder in session.list_folders()}


def test_a_folder_is_made_once_and_subscribed(box):
    """[D12]"""
    raw = child_raw(None, "Società Perù & Co", "/")
    with box.open() as session:
        assert session.make_folder(raw) is True
        assert session.make_folder(raw) is False
        found = raws(session)[raw]
        assert found.name == "Società Perù & Co"
        assert found.subscribed
        session.make_folder("Plain", subscribe=False)
        assert not raws(session)["Plain"].subscribed
        with pytest.raises(ServerRefused):
            session.make_folder("bad//name")
        with pytest.raises(InvalidArgument):
            session.make_folder("x\r\nA1 DELETE y")


def test_a_folder_that_the_list_has_is_there_whatever_the_server_says():
    """A server without a word for it."""
    with FakeImap(capabilities=FAKE_BARE) as fake:

        def refuse(name):
            if name == b"CREATE":
                from mailkit.tests.fake_imap import No

                raise No("no")

        fake.before = refuse
        session = WritingSession.open(fake.endpoint(), Credentials("a@b.c", "demo"))
        assert session.make_folder("Trash") is False
        with pytest.raises(ServerRefused):
            session.make_folder("Other")
        session.close()


def test_a_renamed_folder_takes_its_children_mails_and_subscriptions_along(box):
    with box.open() as session:
        for raw in ("Old", "Old/a", "Old/a/b", "Older"):
            session.make_folder(raw)
        session.subscribe("Old/a", False)
        session.append("Old/a/b", mail(1))
        session.select("Old/a/b")
        renamed = session.move_folder("Old", "New")
        assert renamed.names == {"Old": "New", "Old/a": "New/a", "Old/a/b": "New/a/b"}
        found = raws(session)
        assert {"New", "New/a", "New/a/b", "Older"} <= found.keys()
        assert not {"Old", "Old/a", "Old/a/b"} & found.keys()
        assert [found[raw].subscribed for raw in ("New", "New/a", "New/a/b")] == [
            True,
            False,
            True,
        ]
        assert session.status("New/a/b").exists == 1
        # done again: the same answer
        again = session.move_folder("Old", "New")
        assert again.names == renamed.names


def test_a_rename_never_takes_another_folders_place(box):
    with box.open() as session:
        session.make_folder("One")
        session.append("One", mail(1))
        with pytest.raises(ServerRefused) as caught:
            session.move_folder("One", "Trash")
        assert caught.value.code == "folder_exists"
        with pytest.raises(ServerRefused):
            session.move_folder("Nowhere", "There")
        assert session.status("One").exists == 1


@pytest.mark.parametrize("raw", ["INBOX", "inbox"])
def test_the_inbox_is_neither_renamed_nor_deleted(box, raw):
    with box.open() as session:
        for action in (
            lambda: session.move_folder(raw, "x"),
            lambda: session.move_folder("Trash", raw),
            lambda: session.remove_folder(raw, with_children=True),
        ):
            with pytest.raises(InvalidArgument) as caught:
                action()
            assert caught.value.code == "folder_is_inbox"
    assert not {b"RENAME", b"DELETE"} & set(box.proxy.names())


def test_a_folder_with_folders_in_it_is_deleted_only_with_them(box):
    with box.open() as session:
        for raw in ("Old", "Old/a/b", "Older"):
            session.make_folder(raw)
        session.select("Old/a/b")
        with pytest.raises(ServerRefused) as caught:
            session.remove_folder("Old")
        assert caught.value.code == "folder_has_children"
        assert {"Old", "Old/a/b"} <= raws(session).keys()
        gone = session.remove_folder("Old", with_children=True)
        assert gone[0] == "Old/a/b"
        assert gone[-1] == "Old"
        left = raws(session)
        assert not [raw for raw in left if raw.startswith("Old/")]
        assert "Older" in left
        assert session.remove_folder("Old") == []
        assert session.remove_folder("Never was") == []
        session.noop()


def test_a_level_of_names_that_is_no_folder_is_deleted_with_what_is_in_it(box):
    with box.open() as session:
        session.make_folder("Level/a")
        assert not raws(session)["Level"].selectable
        session.remove_folder("Level", with_children=True)
        assert not [one for one in raws(session).values() if one.raw == "Level/a"]


# -- namespaces ---------------------------------------------------------------


def test_the_live_namespace_is_told_and_guessed_alike(box):
    with box.open() as session:
        assert session.namespace() == Namespace("", "/")
        session.make_folder("INBOX/below")
        assert session.namespace().prefix == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'* NAMESPACE (("" "/")) NIL NIL', Namespace("", "/")),
        (b'* namespace (("INBOX." ".")) nil (("#s." "."))',
         Namespace("INBOX.", ".", (), ("#s.",))),
        (b'* NAMESPACE (("INBOX" ".")) NIL NIL', Namespace("INBOX.", ".")),
        (b'* NAMESPACE (("" NIL)) NIL NIL', Namespace("", None)),
        (b'*  NAMESPACE  (("" "/" "X-P" ("a" "b")) ("~mh" "/"))  (("~" "/"))  NIL ',
         Namespace("", "/", ("~",), ())),
        (b'* NAMESPACE ("INBOX." ".") NIL', Namespace("INBOX.", ".")),
        (b'* NAMESPACE (("" "\\\\")) NIL NIL', Namespace("", "\\")),
        # of no use: guessed from the folders
        (b"* NAMESPACE NIL NIL NIL", Namespace("INBOX.", ".")),
        (b"* NAMESPACE ((", Namespace("INBOX.", ".")),
        (b"* NAMESPACE", Namespace("INBOX.", ".")),
        (b"* OK nothing", Namespace("INBOX.", ".")),
    ],
)  # fmt: skip
def test_namespaces_of_untidy_servers(line, expected):
    def script(peer):
        peer.send(b"* PREAUTH [CAPABILITY IMAP4rev1 NAMESPACE] hi\r\n")
        peer.command(b"NAMESPACE", line + b"\r\n")
        if expected.prefix == "INBOX." and (b"NIL NIL NIL" in line or b'"' not in line):
            peer.command(b'LIST "" ""', b'* LIST (\\Noselect) "." ""\r\n')
            peer.command(b'LIST "" "%"', b'* LIST () "." INBOX\r\n')
            peer.command(b'LIST "" "INBOX.%"', b'* LIST () "." INBOX.Sent\r\n')
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        session = WritingSession.open(server.endpoint(), Credentials("x"))
        assert session.namespace() == expected
        session.close()


@pytest.mark.parametrize(
    ("top", "below", "expected"),
    [
        (b'* LIST (\\HasChildren) "." INBOX\r\n', None, Namespace("INBOX.", ".")),
        (b'* LIST () "." INBOX\r\n', b"", Namespace("", ".")),
        (b'* LIST (\\haschildren) "." INBOX\r\n* LIST () "." Sent\r\n', None,
         Namespace("", ".")),
        (b"* LIST () NIL INBOX\r\n", None, Namespace("", None)),
        (b"", None, Namespace("", None)),
    ],
)  # fmt: skip
def test_a_prefix_is_guessed_from_the_folders(top, below, expected):
    def script(peer):
        peer.send(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")
        peer.command(b'LIST "" ""')
        peer.command(b'LIST "" "%"', top)
        if below is not None:
            peer.command(b'LIST "" "INBOX.%"', below)
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        session = WritingSession.open(server.endpoint(), Credentials("x"))
        assert session.namespace() == expected
        session.close()


# -- names that people type ---------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "raw"),
    [
        ((None, "Work", "/"), "Work"),
        ((None, "  Work ", "/"), "Work"),
        ((None, "Work", ".", "INBOX."), "INBOX.Work"),
        (("INBOX", "Work", "."), "INBOX.Work"),
        (("INBOX.A", "Work", ".", "INBOX."), "INBOX.A.Work"),
        (("A", "INBOX", "/"), "A/INBOX"),
        ((None, "R&D", "/"), "R&-D"),
        ((None, "Perù", "/"), "Per&APk-"),
        ((None, "Peru\u0300", "/"), "Per&APk-"),
        ((None, "a.b", "/"), "a.b"),
        ((None, '50% "x" *', None), '50% "x" *'),
    ],
)
def test_a_typed_name_becomes_a_raw_one(arguments, raw):
    assert child_raw(*arguments) == raw


def test_a_typed_name_is_utf8_where_the_session_speaks_it():
    assert child_raw("A", "Perù", "/", utf8=True) == "A/" + "Perù".encode().decode(
        "latin-1"
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((None, "", "/"), "folder_name_empty"),
        ((None, "   ", "/"), "folder_name_empty"),
        ((None, "a/b", "/"), "folder_name_delimiter"),
        (("A", "a.b", "."), "folder_name_delimiter"),
        ((None, "x\r\nA1 DELETE y", "/"), "folder_name_control"),
        ((None, "a\0", "/"), "folder_name_control"),
        ((None, "a\x85b", "/"), "folder_name_control"),
        ((None, "a\u200bb", "/"), "folder_name_control"),
        ((None, "a\u202eb", "/"), "folder_name_control"),
        ((None, "a\ud800", "/"), "folder_name_control"),
        ((None, "x" * 201, "/"), "folder_name_too_long"),
        ((None, "ù" * 80, "/"), "folder_name_too_long"),
        (("a" * 890, "x" * 30, "/"), "folder_name_too_long"),
        ((None, "inbox", "/"), "folder_name_reserved"),
        ((None, "Inbox", ".", "INBOX."), "folder_name_reserved"),
        (("A", "b", None), "folder_flat"),
    ],
)
def test_names_that_cannot_be_folders_are_refused_by_name(arguments, code):
    with pytest.raises(InvalidArgument) as caught:
        child_raw(*arguments)
    assert caught.value.code == code
