import random
import re

import pytest

from mailkit.mime.html import clean_html
from mailkit.mime.plain_html import text_to_html
from mailkit.mime.quotes import CLASS, LONG, fold_quotes
from mailkit.sync.subjects import is_forward

OPENING = f'<details class="{CLASS}"><summary>Quoted</summary>'


def folded(html: str) -> str:
    clean = clean_html(html, inline={}).html
    result = fold_quotes(clean, "Quoted")
    # Nothing is taken away, whatever is folded.
    assert unfolded(result) == clean
    return result


def unfolded(html: str) -> str:
    """Without what folding puts in; the sender's own ``<details>`` stay."""
    return re.sub(re.escape(OPENING) + r"(.*?)</details>", r"\1", html, flags=re.DOTALL)


def parts(html: str) -> tuple[str, str]:
    """The words that are seen at once, and those that are folded."""
    result = folded(html)
    inside = re.findall(re.escape(OPENING) + r"(.*?)</details>", result, re.DOTALL)
    outside = re.sub(re.escape(OPENING) + r".*?</details>", "", result, flags=re.DOTALL)
    strip = lambda text: " ".join(re.sub(r"<[^<>]*>", " ", text).split())  # noqa: E731
    return strip(outside), strip(" ".join(inside))


GMAIL = (
    '<div dir="ltr">Yes, Tuesday.</div><br><div class="gmail_quote">'
    '<div dir="ltr" class="gmail_attr">On Mon, 2 Mar 2026 Rosa &lt;<a '
    'href="mailto:r@x.example">r@x.example</a>&gt; wrote:<br></div>'
    '<blockquote class="gmail_quote">Tuesday?</blockquote></div>'
)
THUNDERBIRD = (
    "<p>Yes, Tuesday.</p><div class='moz-cite-prefix'>Il 02/03/26 09:30, Rosa Conti ha "
    "scritto:<br></div><blockquote type='cite' cite='mid:1@x'><p>Tuesday?</p>"
    "</blockquote>"
)
APPLE = (
    "<div>Yes, Tuesday.</div><div><br><blockquote type='cite'><div>On 2 Mar 2026, at "
    "09:30, Rosa wrote:</div><div>Tuesday?</div></blockquote></div>"
)
OUTLOOK_WEB = (
    "<div>Yes, Tuesday.</div><div id='appendonsend'></div><hr style='width:98%'>"
    "<div id='divRplyFwdMsg'><b>From:</b> Rosa<br><b>Sent:</b> Monday</div>"
    "<div>Tuesday?</div>"
)
OUTLOOK_DESKTOP = (
    "<div class='WordSection1'><p>Yes, Tuesday.</p><div><div style='border:none;"
    "border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>Da:</b> Rosa</p>"
    "</div></div><p>Tuesday?</p></div>"
)
YAHOO = (
    "<div>Yes, Tuesday.</div><div class='yahoo_quoted'><div>On Monday, Rosa wrote:"
    "</div><div>Tuesday?</div></div>"
)
ORIGINAL = (
    "<p>Yes, Tuesday.</p><p>-----Messaggio originale-----<br>Da: Rosa</p>"
    "<p>Tuesday?</p>"
)
ORIGINAL_BOLD = (
    "<div>Yes, Tuesday.<br><b><i>-----Original Message-----</i></b><br>From: Rosa<br>"
    "Tuesday?</div>"
)
BARE = (
    "<p>Yes, Tuesday.</p>On Mon, Mar 2, Rosa &lt;r@x.example&gt; wrote:"
    "<blockquote>Tuesday?</blockquote>"
)


@pytest.mark.parametrize(
    "html",
    [GMAIL, THUNDERBIRD, APPLE, OUTLOOK_WEB, YAHOO, ORIGINAL, ORIGINAL_BOLD, BARE],
    ids=[
        "gmail", "thunderbird", "apple", "outlook_web", "yahoo", "original",
        "original_bold", "bare",
    ],
)  # fmt: skip
def test_what_clients_quote_is_folded_with_the_line_that_introduces_it(html):
    outside, inside = parts(html)
    assert outside == "Yes, Tuesday."
    assert "Tuesday?" in inside
    assert "Rosa" in inside


def test_outlook_on_the_desktop_marks_its_quote_by_a_line_alone():
    outside, inside = parts(OUTLOOK_DESKTOP)
    assert "Rosa" in inside and "Yes" in outside


def test_plain_text_is_folded_by_its_angle_brackets():
    text = (
        "Yes, Tuesday.\n\nIl giorno lun 2 mar 2026 alle 09:30 Rosa Conti\n"
        "<rosa@conti.example> ha scritto:\n> Tuesday?\n>> Which day?\n"
    )
    result = fold_quotes(text_to_html(text), "Quoted")
    before, inside = result.split(OPENING)
    assert "Yes, Tuesday." in before and "Rosa" not in before
    assert "Rosa" in inside and "Which day?" in inside
    assert unfolded(result) == text_to_html(text)


def test_original_message_in_plain_text():
    text = "Yes.\n\n-----Original Message-----\nFrom: Rosa\n\nTuesday?"
    before, inside = fold_quotes(text_to_html(text), "Quoted").split(OPENING)
    assert "Yes." in before and "From" not in before
    assert "Tuesday?" in inside


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote>Only a quote</blockquote>",
        "<p>See below</p><div class='gmail_quote'>---------- Forwarded message "
        "---------<br>From: Rosa<br><p>The offer</p></div>",
        "<p>One</p><blockquote>Question?</blockquote><p>Answer.</p>",
        "<p>No quote at all</p>",
        "<p>He said: on Monday she wrote: nothing</p>",
    ],
    ids=["nothing_else", "forwarded", "answered_between", "none", "talk"],
)
def test_what_the_reader_needs_stays_open(html):
    assert OPENING not in folded(html)


def test_a_long_quote_is_folded_although_somebody_wrote_below_it():
    outside, inside = parts(f"<blockquote>{'word ' * LONG}</blockquote><p>Fine.</p>")
    assert outside == "Fine."
    assert inside


def test_the_label_is_escaped():
    clean = clean_html(GMAIL, inline={}).html
    assert "<summary>a&lt;b</summary>" in fold_quotes(clean, "a<b")


def test_any_tangle_keeps_every_character_and_balanced_tags():
    """The folds never cut through an element, whatever is within them."""
    random.seed(5)
    pieces = [
        "<div>", "</div>", "<p>", "</p>", "<blockquote>", "</blockquote>", "<b>",
        "</b>", "text ", "<br>", "<div class='gmail_quote'>", "-----Original Message---"
        "--", "<div id='divRplyFwdMsg'>", "On Mon, Rosa wrote:", "<table><tr><td>",
        "</td></tr></table>", "<hr>", "<img src='cid:1'>", "<li>", "<style>p{}</style>",
    ]  # fmt: skip
    folds = 0
    for _round in range(2000):
        html = "".join(random.choices(pieces, k=random.randint(1, 30)))
        result = folded(html)
        for inside in re.findall(
            re.escape(OPENING) + r"(.*?)</details>", result, re.DOTALL
        ):
            folds += 1
            depth = 0
            for closing, tag in re.findall(r"<(/?)([a-z0-9]+)", inside):
                if tag not in ("br", "hr", "img"):
                    depth += -1 if closing else 1
                assert depth >= 0, (html, inside)
            assert not depth, (html, inside)
    assert folds > 100, "the pieces make quotes"


def test_long_mails_are_folded_in_linear_time():
    """A mail of two megabytes with thousands of quotes is done at once."""
    html = "<p>a</p>" + "<div>On x wrote:</div><blockquote>q</blockquote>" * 30_000
    assert fold_quotes(html, "Quoted")
    nested = "<blockquote>" * 5000 + "x" + "</blockquote>" * 5000
    assert OPENING in fold_quotes("<p>a</p>" + nested, "Quoted")


def test_a_picture_behind_the_quote_is_no_answer_but_one_before_it_is():
    quote = "<blockquote>Tuesday?</blockquote>"
    assert OPENING in folded(f"<p>Yes.</p>{quote}<img src='https://x.example/1.gif'>")
    assert OPENING in folded(f"<img alt='thumb up' src='https://x.example/1'>{quote}")


HEADERS = {
    "outlook, bold, one paragraph": (
        "<p><b>From:</b> Rosa Conti &lt;r@x.example&gt;<br><b>Sent:</b> Monday 9:30<br>"
        "<b>To:</b> Anna<br><b>Subject:</b> Offer</p><p>Tuesday?</p>"
    ),
    "italian, a paragraph each": (
        "<p><b><span>Da:</span></b> Rosa Conti</p><p>Inviato: lunedì 2 marzo 2026</p>"
        "<p>A: Anna</p><p>Oggetto: Offerta</p><p>Tuesday?</p>"
    ),
    "german, no bold": (
        "<div>Von: Rosa Conti<br>Gesendet: Montag<br>An: Anna<br>Betreff: Angebot</div>"
        "<div>Tuesday?</div>"
    ),
    "date first, under a rule": (
        "<div><hr>Date: Mon, 2 Mar 2026<br>Subject: Offer<br>From: r@x.example<br>"
        "To: a@x.example<br><br>Tuesday?</div>"
    ),
    "french, space before the colon": (
        "<p>De&nbsp;: Rosa Conti<br>Envoyé&nbsp;: lundi<br>À&nbsp;: Anna<br>"
        "Objet&nbsp;: Offre</p><p>Tuesday?</p>"
    ),
    "without a subject": (
        "<p>From: <a href='mailto:r@x.example'>Rosa</a><br>Sent: Monday<br>To: Anna</p>"
        "<p>Tuesday?</p>"
    ),
    "many recipients": (
        "<p>From: Rosa<br>Sent: Monday<br>To: "
        + "Somebody With A Name &lt;somebody@x.example&gt;;<br>" * 8
        + "Subject: Offer</p><p>Tuesday?</p>"
    ),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_the_header_of_the_quoted_mail_begins_the_quote(header):
    outside, inside = parts(f"<div>Yes, fine.<br><br>Anna</div>{header}")
    assert outside == "Yes, fine. Anna"
    assert inside.endswith("Tuesday?") and ":" in inside[:10]


def test_such_a_header_in_plain_text():
    text = (
        "Va bene.\n\n*Da:* Rosa\n*Inviato:* ieri\n*A:* Anna\n*Oggetto:* x\n\nAllora?\n"
    )
    before, inside = fold_quotes(text_to_html(text), "Quoted").split(OPENING)
    assert "Va bene." in before and "Rosa" not in before
    assert "Allora?" in inside


@pytest.mark.parametrize(
    "html",
    [
        "<p>Your flight</p><p>Da: Milano<br>A: Roma<br>Data: 3 marzo</p><p>Bye</p>",
        "<p>Order</p><p>Subject: chairs<br>Date: Monday<br>To: the shop</p>",
        "<p>Notes</p><p>From: Rosa</p><p>one</p><p>two</p><p>three</p>"
        "<p>Date: Monday</p><p>one</p><p>two</p><p>three</p><p>Subject: Offer</p>",
    ],
    ids=["journey", "no_sender", "scattered"],
)
def test_lines_that_look_like_a_header_stay_open(html):
    assert OPENING not in folded(html)


def test_what_is_forwarded_under_a_header_stays_open():
    html = f"<p>For you.</p>{HEADERS['german, no bold']}"
    clean = clean_html(html, inline={}).html
    assert fold_quotes(clean, "Quoted", forwarded=True) == clean
    gmail = clean_html(GMAIL, inline={}).html
    assert OPENING in fold_quotes(gmail, "Quoted", forwarded=True)


def test_labels_by_the_thousand_cost_no_more_than_their_length():
    fold_quotes("<p>x</p>" + "<p>To: a</p><p>Subject: b</p><p>x</p>" * 30_000, "Quoted")


@pytest.mark.parametrize(
    ("subject", "forward"),
    [
        ("FW: Offer", True),
        ("I: Offerta", True),
        ("Fwd: Re: Offer", True),
        ("Re: Fwd: Offer", False),
        ("R: Offerta", False),
        ("Offer", False),
    ],
)
def test_a_forward_is_known_by_its_outermost_prefix(subject, forward):
    assert is_forward(subject) is forward
