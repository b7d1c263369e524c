"""The machine's own Debian source is found in both forms, among other vendors'."""

from setup import sources

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

DEB822 = f"""
Types: deb
# an older snapshot
URIs: http://mirror.invalid/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: {KEYRING}

Types: deb
URIs: http://mirror.invalid/debian-security
Suites: bookworm-security
Components: main
Signed-By: {KEYRING}
"""
VENDOR = """
Types: deb
URIs: https://vendor.invalid/packages
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/vendor.gpg
"""
ONE_LINE = f"""
# deb cdrom:[Debian GNU/Linux 12]/ bookworm main
deb https://vendor.invalid/packages bookworm main
deb [arch=amd64 signed-by={KEYRING}] http://mirror.invalid/debian bookworm main contrib
deb http://mirror.invalid/debian-security bookworm-security main
deb-src http://mirror.invalid/debian bookworm main
"""


def test_paragraphs():
    first, security = sources.parse_deb822(DEB822)
    assert first.uris == ("http://mirror.invalid/debian",)
    assert first.suites == ("bookworm", "bookworm-updates")
    assert first.signed_by == KEYRING
    assert security.suites == ("bookworm-security",)


def test_a_disabled_paragraph_does_not_count():
    assert sources.parse_deb822("Enabled: no\n" + DEB822.split("\n\n")[0].strip()) == []


def test_a_key_inside_the_paragraph_is_kept():
    text = "Types: deb\nURIs: u\nSuites: s\nComponents: main\nSigned-By:\n A\n .\n B\n"
    (source,) = sources.parse_deb822(text)
    assert source.paragraph("sid").endswith("Signed-By: \n A\n .\n B\n")


def test_lines():
    found = sources.parse_one_line(ONE_LINE)
    assert [source.suites for source in found] == [
        ("bookworm",),
        ("bookworm",),
        ("bookworm-security",),
    ]
    assert found[1].components == ("main", "contrib")
    assert found[1].signed_by == KEYRING


def test_debians_own_archive_wins_over_a_vendors_of_the_same_suite():
    found = sources.parse_deb822(VENDOR) + sources.parse_deb822(DEB822)
    source = sources.debian_source(found, "bookworm")
    assert source is not None
    assert source.uris == ("http://mirror.invalid/debian",)
    source = sources.debian_source(sources.parse_one_line(ONE_LINE), "bookworm")
    assert source is not None
    assert source.uris == ("http://mirror.invalid/debian",)


def test_a_line_without_a_key_will_do():
    found = sources.parse_one_line("deb http://mirror.invalid/debian stable main\n")
    source = sources.debian_source(found, "bookworm")
    assert source is not None
    assert source.paragraph("sid").splitlines() == [
        "Types: deb",
        "URIs: http://mirror.invalid/debian",
        "Suites: sid",
        "Components: main",
    ]


def test_no_debian_archive():
    assert sources.debian_source(sources.parse_deb822(DEB822)[1:], "bookworm") is None
    assert sources.debian_source([], "bookworm") is None


def test_the_machines_files_of_both_forms(tmp_path):
    (tmp_path / "sources.list").write_text("deb http://a.invalid/debian bookworm main")
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (parts / "b.sources").write_text(DEB822)
    (parts / "c.list.save").write_text("deb http://c.invalid/debian bookworm main")
    uris = [source.uris[0] for source in sources.read_machine(tmp_path)]
    assert uris[0] == "http://a.invalid/debian"
    assert "http://mirror.invalid/debian" in uris
    assert not any("c.invalid" in uri for uri in uris)


def test_codename(tmp_path):
    file = tmp_path / "os-release"
    file.write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    assert sources.machine_codename(file) == "bookworm"
    file.write_text("ID=ubuntu\nVERSION_CODENAME=noble\n")
    assert sources.machine_codename(file) == ""
