"""LIST lines, and which folder is for what."""

import pytest

from mailkit.imap.folders import propose_roles, read_list, shown_paths, with_roles
from mailkit.imap.state import StateReader, read_quota, read_status
from mailkit.imap.wire import Untagged
from mailkit.values import Quota, Role, ServerFolder


def line(*segments):
    return read_list(Untagged("LIST", None, list(segments), 0))


def folder(raw, *attributes, delimiter="/"):
    return ServerFolder(raw, raw, delimiter, frozenset(attributes))


def roles(*folders):
    return {
        role: found.raw
        for role, found in propose_roles(folders).items()
        if role is not Role.INBOX
    }


# -- reading ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "raw", "name", "delimiter"),
    [
        (b'() "/" INBOX', "INBOX", "INBOX", "/"),
        (b'() "." "INBOX.Sent Items"', "INBOX.Sent Items", "INBOX.Sent Items", "."),
        (b'() "\\\\" "a\\\\b"', "a\\b", "a\\b", "\\"),
        (b"() NIL flat", "flat", "flat", None),
        (b'() "\0" flat', "flat", "flat", None),
        (b'() "/" &AOA-', "&AOA-", "à", "/"),
        (b'() "/" "[Gmail]/Posta inviata"', *["[Gmail]/Posta inviata"] * 2, "/"),
        (b'() "/" NIL', "NIL", "NIL", "/"),
        (b'() "/" two words', "two words", "two words", "/"),
        (b'(\\Noselect) "/" Odd (name', "Odd (name", "Odd (name", "/"),
        (b'() "/" "x" ("CHILDINFO" ("SUBSCRIBED"))', "x", "x", "/"),
        (b'() "/" "Societ\xe0"', "Societ\xe0", "Società", "/"),
    ],
)
def test_lines_of_list_are_read(text, raw, name, delimiter):
    found = line(text)
    assert (found.raw, found.name, found.delimiter) == (raw, name, delimiter)


def test_a_name_may_be_a_literal():
    assert line(b'() "/" {5}', b"a(b)c", b"").raw == "a(b)c"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"()",
        b'() "/"',
        b'() "/" ""',
        b"x y z",
        b'() "/" (x)',
        b'() "/" a\tb',
        b'() "/" "a\0"',
    ],
)
def test_a_line_that_cannot_be_read_is_none(text):
    assert line(text) is None


def test_a_name_that_no_command_could_carry_is_none():
    assert line(b'() "/" {14}', b"x\r\nA1 DELETE y", b"") is None


def test_attributes_are_lower_case_without_backslash():
    found = line(b'(\\HasChildren \\SENT \\Subscribed) "/" x')
    assert found.attributes == {"haschildren", "sent", "subscribed"}
    assert found.subscribed


# -- roles --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (
            Role.SENT,
            "Sent|Sent Items|Sent Messages|sent-mail|Posta inviata|Elementi inviati"
            "|Inviata|Gesendet|Gesendete Objekte|Gesendete Elemente|Éléments envoyés"
            "|Messages envoyés|Enviados|Elementos enviados|INBOX/Sent|INBOX/Inviati"
            "|[Gmail]/Posta inviata|[Google Mail]/Gesendet|[Gmail]/Messages envoyés",
        ),
        (
            Role.TRASH,
            "Trash|Deleted Items|Deleted Messages|Bin|Cestino|Posta eliminata"
            "|Papierkorb|Gelöscht|Gelöschte Elemente|Corbeille|Éléments supprimés"
            "|Papelera|Elementos eliminados|[Gmail]/Cestino|[Gmail]/Bin",
        ),
        (
            Role.JUNK,
            "Junk|Spam|Junk E-mail|Junk-E-Mail|Bulk Mail|Posta indesiderata"
            "|Unerwünscht|Courrier indésirable|Pourriel|Correo no deseado|INBOX/SPAM",
        ),
        (Role.DRAFTS, "Drafts|Bozze|Entwürfe|Brouillons|Borradores|INBOX/Bozze"),
        (Role.ARCHIVE, "Archive|Archives|Archivio|Archiv|Archivo|INBOX/Archive"),
    ],
)
def test_names_in_five_languages_have_their_role(role, names):
    for name in names.split("|"):
        for variant in (name, name.upper(), name.lower()):
            assert roles(folder(variant)) == {role: variant}


def test_a_decomposed_accent_is_the_same_name():
    assert roles(folder("Entwu\u0308rfe")) == {Role.DRAFTS: "Entwu\u0308rfe"}


def test_a_prefix_of_another_separator_is_no_level():
    found = roles(
        folder("INBOX.Sent Items", delimiter="."), folder("INBOX.Trash", delimiter=".")
    )
    assert found == {Role.SENT: "INBOX.Sent Items", Role.TRASH: "INBOX.Trash"}


def test_the_servers_attribute_wins_over_any_name():
    assert roles(folder("Sent"), folder("Inviata", "sent")) == {Role.SENT: "Inviata"}
    assert roles(folder("Trash", "junk")) == {Role.JUNK: "Trash"}


def test_a_folder_that_the_server_marked_gets_no_second_role_by_its_name():
    found = roles(folder("Archive", "all"), folder("Sent", "flagged"))
    assert found == {Role.ALL: "Archive", Role.FLAGGED: "Sent"}
    # neither when another folder was better for the role that the server gave it
    assert roles(folder("Trash", "sent"), folder("Sent", "sent")) == {Role.SENT: "Sent"}


def test_the_older_attributes_are_known_too():
    found = roles(folder("a", "spam"), folder("b", "allmail"), folder("c", "starred"))
    assert found == {Role.JUNK: "a", Role.ALL: "b", Role.FLAGGED: "c"}


def test_of_two_marked_folders_the_shallower_wins():
    assert roles(folder("a/Sent", "sent"), folder("Old", "sent"))[Role.SENT] == "Old"


def test_of_two_names_the_more_usual_wins():
    assert roles(folder("Sent Items"), folder("Sent"))[Role.SENT] == "Sent"
    assert roles(folder("Gesendete Objekte"), folder("Sent Items"))[Role.SENT] == (
        "Sent Items"
    )


def test_each_role_and_each_folder_is_given_once():
    folders = [
        folder("INBOX"),
        folder("Sent"),
        folder("Sent Items"),
        folder("Enviados"),
    ]
    found = [one.role for one in with_roles(folders)]
    assert found == [Role.INBOX, Role.SENT, Role.NONE, Role.NONE]


def test_a_customers_folder_deep_down_is_never_the_archive():
    assert roles(folder("Clienti/Archivio"), folder("Progetti/Spam")) == {}
    assert roles(folder("INBOX/Clienti/Sent")) == {}
    assert roles(folder("Archivio/2019"), folder("Sent/2019")) == {}


def test_a_folder_that_cannot_be_opened_has_no_role():
    assert roles(folder("Sent", "noselect"), folder("Trash", "nonexistent")) == {}


def test_the_inbox_is_the_inbox_however_it_is_written():
    found = propose_roles([folder("Inbox"), folder("INBOX.x", delimiter=".")])
    assert found[Role.INBOX].raw == "Inbox"


def shown(*folders):
    return shown_paths(with_roles(folders))


def test_what_lies_below_the_inbox_because_all_does_is_shown_beside_it():
    names = ["INBOX", "INBOX.Sent", "INBOX.Clienti", "INBOX.Clienti.Rossi", "user.anna"]
    paths = shown(*(folder(name, delimiter=".") for name in names))
    assert list(paths.values()) == [
        ("INBOX",),
        ("Sent",),
        ("Clienti",),
        ("Clienti", "Rossi"),
        ("user", "anna"),
    ]


def test_the_root_of_gmail_is_not_shown():
    names = ["INBOX", "Clienti", "[Gmail]/Posta inviata", "[Gmail]/Cestino"]
    root = folder("[Gmail]", "noselect", "haschildren")
    marks = {"[Gmail]/Posta inviata": ["sent"], "[Gmail]/Cestino": ["trash"]}
    paths = shown(root, *(folder(name, *marks.get(name, [])) for name in names))
    assert list(paths.values()) == [
        ("INBOX",),
        ("Clienti",),
        ("Posta inviata",),
        ("Cestino",),
    ]


@pytest.mark.parametrize(
    "names",
    [
        ["INBOX", "INBOX/Archive", "Sent", "Trash"],
        ["INBOX", "INBOX/Clienti", "Other"],
        ["INBOX", "Mail/Clienti/Sent"],
    ],
    ids=["special ones at the top", "no special ones", "deep"],
)
def test_a_tree_that_somebody_made_is_shown_as_it_is(names):
    assert list(shown(*map(folder, names)).values()) == [
        tuple(name.split("/")) for name in names
    ]


def test_two_folders_are_never_shown_as_one():
    names = ["INBOX", "INBOX/Sent", "INBOX/Clienti", "Clienti", "Mail/Trash"]
    paths = list(shown(*map(folder, names)).values())
    assert len(set(paths)) == len(names)
    assert ("INBOX", "Clienti") in paths


def test_the_order_of_the_list_does_not_matter():
    folders = [folder(n) for n in ("Spam", "Junk", "Bin", "Trash", "Archiv", "Archive")]
    assert roles(*folders) == roles(*reversed(folders))


# -- numbers ------------------------------------------------------------------


def opened(*lines, read_only=False):
    reader = StateReader()
    for text in lines:
        number, _space, name = text.partition(b" ")
        if number.isdigit():
            reader.take(Untagged(name.decode(), int(number), [b"* " + text]))
        else:
            reader.take(Untagged("OK", None, [b"* OK " + text]))
    return reader.state(read_only=read_only)


def test_the_numbers_of_a_folder_are_read():
    state = opened(
        b"7 EXISTS",
        b"[UIDVALIDITY 4294967295] x",
        b"[UIDNEXT 8]",
        b"[HIGHESTMODSEQ 9223372036854775807] x",
        b"[PERMANENTFLAGS (\\Seen \\*)] x",
    )
    assert (state.exists, state.uidvalidity, state.uidnext) == (7, 4294967295, 8)
    assert state.highestmodseq == 2**63 - 1
    assert state.permanent_flags == {"\\Seen", "\\*"}


@pytest.mark.parametrize("value", [b"0", b"-1", b"x", b"", b"99999999999", b"1.5"])
def test_a_number_that_cannot_be_is_not_told(value):
    state = opened(b"[UIDVALIDITY " + value + b"] x", b"[UIDNEXT " + value + b"] x")
    assert (state.uidvalidity, state.uidnext) == (None, None)


def test_nomodseq_is_no_modseq():
    assert opened(b"[NOMODSEQ] none").highestmodseq is None


@pytest.mark.parametrize("name", [b'"a b"', b"a b", b"{3}"])
def test_status_is_read_for_any_form_of_the_name(name):
    rest = b" (MESSAGES 3 UNSEEN 1 UIDNEXT 9 UIDVALIDITY 5)"
    segments = [name, b"a b", rest] if name == b"{3}" else [name + rest]
    raw, state = read_status(Untagged("STATUS", None, segments))
    assert raw == "a b"
    assert (state.exists, state.unseen, state.uidnext, state.uidvalidity) == (
        3,
        1,
        9,
        5,
    )


@pytest.mark.parametrize("text", [b"", b"a", b"(a) (b)", b"a (", b"NIL"])
def test_a_status_that_cannot_be_read_is_none(text):
    assert read_status(Untagged("STATUS", None, [text])) is None


def test_quota_is_in_bytes():
    answer = Untagged("QUOTA", None, [b'"User quota" (MESSAGE 5 9 STORAGE 10 1024)'])
    assert read_quota(answer) == [Quota("User quota", 10240, 1048576)]


@pytest.mark.parametrize(
    "text", [b"", b'"" ()', b'"" (STORAGE 1)', b'"" (STORAGE 1 0)', b'"" (STORAGE x 9)']
)
def test_a_quota_without_limit_is_none(text):
    assert read_quota(Untagged("QUOTA", None, [text])) == []
