"""Placeholders of a signature, and what goes where a value is missing."""

import pytest

from mailkit.mime.signature import placeholders, substitute

VALUES = {
    "users.first_name": "Rosa",
    "users.last_name": "Conti",
    "users.phone": "+39 06 123",
    "users.email": "rosa@x.example",
    "users.roleid": "",
    "users.title": "<b>Dr. & Co</b>",
    "company.website": "x.example",
    "company.evil": "javascript:alert(1)",
}


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("$Users||first_name$ $Users||last_name$", "Rosa Conti"),
        # as the manuals of the product print it
        (r"\$Users| |first_name$ \$Users| |last_name$", "Rosa Conti"),
        ("$users | | FIRST_NAME $", "Rosa"),
        ("$Users|&nbsp;|first_name$", "Rosa"),
        # values are text
        ("$Users||title$", "&lt;b&gt;Dr. &amp; Co&lt;/b&gt;"),
        # missing ones leave no gap
        ("$Users||roleid$ $Users||last_name$", "Conti"),
        ("$Users||first_name$ $Users||roleid$ $Users||last_name$", "Rosa Conti"),
        ("$Users||first_name$ | $Users||roleid$ | $Users||phone$", "Rosa | +39 06 123"),
        ("$Users||roleid$ | $Users||phone$", "+39 06 123"),
        ("$Users||last_name$, $Users||roleid$", "Conti"),
        ("$Users||last_name$ - $Users||roleid$ - Sales", "Conti - Sales"),
        ("$Users||last_name$ ($Users||roleid$)", "Conti "),
        ("Tel: $Users||phone$ • Fax: $Users||fax$", "Tel: +39 06 123"),
        ("Via Roma 1, Milano", "Via Roma 1, Milano"),
        ("a<br>$Users||roleid$<br>b", "a<br>b"),
        ("a<br>$Users||roleid$", "a"),
        ("a<br><br>$Users||roleid$<br><br>b", "a<br><br><br>b"),
        ("<p>a</p><p>$Users||roleid$</p><p>b</p>", "<p>a</p><p>b</p>"),
        ("<p>a</p><p>Fax: <b>$Users||fax$</b></p>", "<p>a</p>"),
        ("<p>a <b>| $Users||roleid$</b></p>", "<p>a</p>"),
        ("<ul><li>Fax: $Users||fax$</li><li>x</li></ul>", "<ul><li>x</li></ul>"),
        ("<ul><li>Fax: $Users||fax$</li></ul>x", "x"),
        (
            "<table><tr><td>Fax</td><td>$Users||fax$</td></tr>"
            "<tr><td>Tel</td><td>$Users||phone$</td></tr></table>",
            "<table><tr><td>Tel</td><td>+39 06 123</td></tr></table>",
        ),
        # a cell beside the picture stays
        (
            '<table><tr><td><img src="/l.png"></td><td>$Users||fax$</td></tr></table>',
            '<table><tr><td><img src="/l.png"></td><td></td></tr></table>',
        ),
        # links
        (
            '<a href="mailto:$Users||email$">$Users||email$</a>',
            '<a href="mailto:rosa@x.example">rosa@x.example</a>',
        ),
        (
            '<a href="$Company%7C%7Cwebsite$">Site</a>',
            '<a href="https://x.example">Site</a>',
        ),
        ('a <a href="tel:$Users||fax$">call</a> b', "a  b"),
        ('a<a href="$Company||evil$">x</a>', "a"),
        ('a<a href="https://x.example/$Users||fax$">x</a>', "a"),
        # not ours
        ("costs 5$ or 6$ || x", "costs 5$ or 6$ || x"),
        ("", ""),
    ],
)
def test_filled(written, filled):
    assert substitute(written, VALUES) == filled


def test_a_value_is_not_filled_again():
    values = {"users.a": "$Users||b$ \ue001", "users.b": "secret"}
    assert substitute("$Users||a$ $Users||c$", values).strip() == "$Users||b$ \ue001"


def test_what_is_asked_for_is_known():
    html = '<a href="$Company%7C%7Cwebsite$">\\$Users|&nbsp;|last_name$ $Users||X$</a>'
    assert placeholders(html) == ("company.website", "users.last_name", "users.x")


def test_no_markup_takes_long_or_raises():
    assert substitute("<div>" * 300_000, VALUES) == ""
    assert substitute("$Users||first_name$ " * 9000, VALUES).startswith("Rosa Rosa")
