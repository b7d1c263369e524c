"""What is sent of the editor's HTML."""

from base64 import b64encode

from mailkit.mime.html_text import html_to_text
from mailkit.mime.outgoing_html import inline_image, prepare_html

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
DATA = "data:image/png;base64," + b64encode(PNG).decode()


def body(html, **options):
    return prepare_html(html, **options).html.partition("<body>")[2].split("</body>")[0]


def test_a_small_complete_document():
    sent = prepare_html("<p>Perché</p>")
    assert sent.html.startswith("<!DOCTYPE html>\n<html><head><meta ")
    assert sent.html.endswith("<body><p>Perché</p></body></html>\n")
    assert sent.text == "Perché"
    assert prepare_html("").text == ""


def test_the_editors_traces_and_what_runs_go():
    html = (
        '<p contenteditable="true" data-oe-id="3" data-oe-model="x" t-if="a" '
        'class="o_editable mine" onclick="x()" style="color: red; position: fixed">a'
        "<script>b</script><style>c</style><iframe src='//d'></iframe>"
        '<form action="/x"><input name="e"/></form></p><!-- secret -->'
    )
    assert body(html) == '<p class="o_editable mine" style="color: red">a</p>'


def test_signature_and_quote_stay_recognizable():
    html = (
        '<div class="o_crm_mail_signature" data-sender="account:5">Rosa</div>'
        '<blockquote class="o_crm_mail_quote" type="cite" style="margin: 0">q'
        "</blockquote>"
    )
    shown = body(html)
    assert shown == html.replace(' data-sender="account:5"', "")


def test_pasted_pictures_become_parts():
    sent = prepare_html(f'<img src="{DATA}" alt="x"><img src="{DATA}">')
    (image,) = sent.images
    assert image == inline_image(PNG, "image/png")
    assert sent.html.count(f'src="cid:{image.cid}"') == 2 and "data:" not in sent.html
    assert sent.cids == {image.cid}


def test_what_only_says_that_it_is_a_picture_is_none():
    svg = "data:image/png;base64," + b64encode(b"<svg onload='x'/>").decode()
    for url in (svg, "data:text/html,<b>", "data:image/png;base64,@@", "blob:x"):
        sent = prepare_html(f'<p><img src="{url}" alt="shown"></p>')
        assert sent.images == () and "<p>shown</p>" in sent.html


def test_pictures_of_the_host_are_asked_for():
    html = (
        '<img src="/web/image/5?a=1&amp;b=2" alt="logo">'
        '<img src="https://crm.example/web/image/6"><img src="https://x.example/7">'
        '<div style="background-image: url(/web/image/8)">x</div>'
    )
    asked = prepare_html(html, base_url="https://CRM.example/")
    urls = ("/web/image/5?a=1&b=2", "https://crm.example/web/image/6", "/web/image/8")
    assert asked.wanted == urls
    assert "web/image" not in asked.html and "crm.example" not in asked.html
    assert '<img src="https://x.example/7">' in asked.html and "logo" in asked.html
    image = inline_image(PNG, "image/png")
    given = prepare_html(
        html, base_url="https://crm.example", inline=dict.fromkeys(urls, image)
    )
    assert given.wanted == () and given.images == (image,)
    assert given.html.count(f"cid:{image.cid}") == 3


def test_pictures_that_are_parts_already_stay():
    sent = prepare_html('<img src="cid:A%40b">')
    assert '<img src="cid:A%40b">' in sent.html and sent.cids == {"a@b"}


def test_links():
    html = (
        '<a href="https://x.example/?a=1&amp;b=2">a</a><a href="/odoo/crm/5">b</a>'
        '<a href="javascript:alert(1)">c</a><a href="mailto:x@y.example">d</a>'
        '<a href="#mail-mail-top">e</a><a id="mail-mail-top">f</a>'
    )
    assert body(html) == (
        '<a href="https://x.example/?a=1&amp;b=2">a</a><a>b</a><a>c</a>'
        '<a href="mailto:x@y.example">d</a><a href="#top">e</a><a id="top">f</a>'
    )


def test_the_text_marks_a_signature_only_where_it_ends_the_mail():
    signature = '<div class="o_crm_mail_signature">Rosa<br>Conti</div>'
    quote = '<blockquote class="o_crm_mail_quote">old</blockquote>'
    assert prepare_html(f"<p>Hi</p>{signature}").text == "Hi\n\n-- \nRosa\nConti"
    assert "-- " not in prepare_html(f"<p>Hi</p>{signature}{quote}").text
    # of a quoted mail that had one of its own
    inside = quote.replace("old", signature)
    assert "-- " not in prepare_html(f"<p>Hi</p>{inside}").text


def test_markup_that_no_parser_should_be_given_is_sent_as_text():
    sent = prepare_html("<div>" * 300_000 + "text")
    assert "text" in sent.text and html_to_text(sent.html).strip() == "text"
