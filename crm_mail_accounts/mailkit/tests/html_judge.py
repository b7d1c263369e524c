"""What must not be in cleaned HTML, as another parser than ours sees it.

It knows nothing of the cleaner's lists.
"""

import re
from html.parser import HTMLParser

from lxml import etree

ACTIVE = set(
    """
        script iframe frame frameset object embed applet form input button select option
        textarea keygen isindex meta base link svg math video audio source track canvas
        template noscript noembed noframes title xmp plaintext listing portal
        fencedframe dialog marquee bgsound layer ilayer xml image picture head html body
        slot foreignobject style use animate set o:p v:imagedata
    """.split()
)
ADDRESSES = {
    "src",
    "href",
    "background",
    "srcset",
    "poster",
    "data",
    "action",
    "formaction",
    "cite",
    "ping",
    "lowsrc",
    "dynsrc",
    "longdesc",
    "xlink:href",
    "profile",
    "usemap",
    "srcdoc",
    "code",
    "codebase",
    "archive",
    "classid",
    "manifest",
    "icon",
    "to",
    "from",
    "values",
}
EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif|webp|bmp);base64,[A-Za-z0-9+/=]+")
LINK = re.compile(
    r"(?:https?://[^\s\"'<>\\`]+|mailto:[^\s\"'<>\\`]+|tel:[^\s\"'<>\\`]+|#mail-.+)"
)
BAD_STYLE = re.compile(
    r"\\|/\*|<|@(?!media )|expression|behavio|binding|javascript|vbscript|position\s*:"
    r"|z-index|import(?!ant)|animation|transform|content\s*:|image-set|attr\(|var\(|(?:^|[^-])src\(",
    re.IGNORECASE,
)


class Judge(HTMLParser):
    """Collects every element and attribute as Python's own parser sees them."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.sheet = ""
        self._in_style = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, [(name, value or "") for name, value in attrs]))
        self._in_style = tag == "style"

    def handle_endtag(self, tag):
        self._in_style = False

    def handle_data(self, data):
        if self._in_style:
            self.sheet += data

    def handle_comment(self, data):
        raise AssertionError(f"comment: {data!r}")

    def handle_decl(self, decl):
        raise AssertionError(f"declaration: {decl!r}")

    def handle_pi(self, data):
        raise AssertionError(f"instruction: {data!r}")


def judge_style(style, remote_allowed):
    rest = re.sub(r'url\("' + EMBEDDED.pattern + r'"\)', "", style)
    if remote_allowed:
        rest = re.sub(r'url\("https?://[^\s"\'<>\\`]+"\)', "", rest)
    assert "url" not in rest.lower(), style
    assert "//" not in rest, style
    assert not BAD_STYLE.search(rest), style


def judge(html, *, remote_allowed=False):
    """Fail if anything active, any handler, any dangerous or remote URL is left."""
    style, body = "", html
    if html.startswith("<style>"):
        style, closing, body = html[7:].partition("</style>")
        assert closing
        judge_style(style, remote_allowed)
    assert "<style" not in body.lower()
    seen = Judge(body).elements
    # A second reading by another parser: what one overlooks the other may see.
    tree = etree.fromstring(f"<div>{body}</div>", etree.HTMLParser())
    for element in tree.iter():
        assert isinstance(element.tag, str), "a comment or an instruction"
        if element.tag not in ("html", "body"):
            seen.append((element.tag, list(element.attrib.items())))
    for tag, attributes in seen:
        assert tag not in ACTIVE, (tag, html)
        names = dict(attributes)
        for name, value in attributes:
            assert not name.startswith("on"), (tag, name)
            assert not name.startswith(("data-", "aria-", "xmlns")), (tag, name)
            assert name not in ("is", "popover", "contenteditable", "autofocus"), name
            if name == "style":
                judge_style(value, remote_allowed)
            elif name == "usemap":
                assert value.startswith("#mail-")
            elif name in ("id", "name"):
                assert value.startswith("mail-"), value
            elif name == "href":
                assert tag in ("a", "area") and LINK.fullmatch(value), value
                if not value.startswith("#"):
                    assert names.get("target") == "_blank"
                    assert {"noopener", "noreferrer"} <= set(names["rel"].split())
            elif name in ADDRESSES:
                allowed = name in ("src", "background") and (
                    EMBEDDED.fullmatch(value)
                    or (
                        remote_allowed
                        and re.fullmatch(r"https?://[^\s\"'<>\\`]+", value)
                    )
                )
                assert allowed, (tag, name, value)
            elif name == "target":
                assert value == "_blank"
