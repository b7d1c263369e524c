import json
import socket
import threading
from contextlib import suppress
from email.message import EmailMessage

from odoo.tests import HttpCase, tagged

from .common import PATIENCE, MailCase
from .hostile_html import corpus

BATCH = 25

SHOW = """
(async () => {
    const {ids, query, batch} = %s;
    const start = location.href;
    const found = [];
    addEventListener("message", (ev) => found.push(`message ${ev.data}`));
    for (const name of ["alert", "confirm", "prompt", "open"]) {
        window[name] = () => found.push(name);
    }
    document.body.replaceChildren();
    const field = document.createElement("input");
    document.body.append(field);
    field.focus();
    const show = (id) => new Promise((resolve) => {
        const frame = document.createElement("iframe");
        // As the reading pane has it
        frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
        frame.referrerPolicy = "no-referrer";
        frame.style = "width:300px;height:200px;border:0;frame-sizing:content-height";
        frame.onload = () => resolve(frame);
        frame.src = `/crm_mail_accounts/message/${id}/body${query}`;
        document.body.append(frame);
    });
    for (let index = 0; index < ids.length; index += batch) {
        const frames = await Promise.all(ids.slice(index, index + batch).map(show));
        // What a document does by itself, it does within a moment of its being shown.
        await new Promise((resolve) => setTimeout(resolve, 250));
        for (const frame of frames) {
            const box = frame.getBoundingClientRect();
            if (box.width !== 300 || box.height !== 200) {
                found.push(`box ${frame.src} ${box.width}x${box.height}`);
            }
            try {
                if (frame.contentDocument) {
                    found.push(`origin ${frame.src}`);
                }
            } catch {}
            frame.remove();
        }
        if (document.activeElement !== field) {
            found.push(`focus ${index}`);
            field.focus();
        }
        if (window.length !== 0) {
            found.push(`frames ${window.length}`);
        }
    }
    if (location.href !== start) {
        found.push(`left for ${location.href}`);
    }
    if (found.length) {
        console.error(`${found.length}: ${found.slice(0, 20).join(" | ")}`);
    } else {
        console.log("test successful");
    }
})();
"""

LISTEN = """
(async () => {
    const heard = new Promise((resolve) => addEventListener("message", resolve));
    const frame = document.createElement("iframe");
    frame.srcdoc = %s;
    document.body.append(frame);
    await heard;
    await fetch(%s, {mode: "no-cors"}).catch(() => {});
    console.log("test successful");
})();
"""


class Listener:
    """Notes who connects and what they ask for, and answers nothing useful.

    A browser in a hurry opens a connection more than it then needs.
    """

    def __init__(self):
        self.connections = 0
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._hear, args=[client], daemon=True).start()

    def _hear(self, client):
        with client, suppress(OSError):
            request = client.recv(65536)
            if request:
                self.heard.append(request)
                client.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")

    def close(self):
        self._socket.close()


@tagged("post_install", "-at_install")
class TestHostileMail(MailCase, HttpCase):
    """Law 12, in the browser: nothing runs, nothing is asked for, nothing gets out."""

    def setUp(self):
        super().setUp()
        self.listener = Listener()
        self.addCleanup(self.listener.close)
        self.proxied: list[str] = []
        self.owner.password = self.owner.login

    def fetch_proxy(self, url):
        """What the browser asks for beyond the server of the test."""
        self.proxied.append(url)
        return self.make_fetch_proxy_response("", 404)

    def messages(self):
        account = self.new_account()
        pairs = list(corpus(self.listener.base))
        messages = self.env["crm.mail.message"].create(
            [
                {
                    "account_id": account.id,
                    "user_id": self.owner.id,
                    "subject": name,
                    "internal_date": "2026-03-02 09:30:00",
                }
                for name, _html in pairs
            ]
        )
        for message, (name, html) in zip(messages, pairs, strict=True):
            mail = EmailMessage()
            mail["Subject"] = name
            mail.set_content(html.replace("\x00", "&#0;"), "html", cte="8bit")
            message._store_raw(mail.as_bytes())
        return messages

    def show(self, messages, query=""):
        values = {"ids": messages.ids, "query": query, "batch": BATCH}
        self.browser_js(
            "/robots.txt",
            SHOW % json.dumps(values),
            login=self.owner.login,
            timeout=PATIENCE,
        )

    def test_several_hundred_hostile_mails_do_nothing(self):
        messages = self.messages()
        self.assertGreater(len(messages), 400)
        self.show(messages)
        self.assertEqual(self.proxied, [])
        self.assertEqual((self.listener.connections, self.listener.heard), (0, []))

    def test_with_pictures_allowed_only_pictures_are_asked_for(self):
        messages = self.messages()
        self.show(messages, "?remote=1")
        # Pictures by https begin with a handshake that says nothing of what is asked.
        heard = [piece for piece in self.listener.heard if piece[:2] != b"\x16\x03"]
        asked = [*self.proxied, *(piece.decode() for piece in heard)]
        self.assertTrue(asked, "pictures are asked for where they are allowed")
        for request in asked:
            self.assertIn("/load-", request)
            self.assertNotIn("/ran", request)
        for request in heard:
            fields = request.lower()
            self.assertIn(b"sec-fetch-dest: image", fields)
            self.assertNotIn(b"\nreferer:", fields)
            self.assertNotIn(b"\ncookie:", fields)

    def test_the_listeners_would_hear_it(self):
        """Without cleaning and sandbox a mail of the corpus is caught by both."""
        pairs = dict(corpus(self.listener.base))
        html = next(html for name, html in pairs.items() if name.startswith("run-"))
        address = f"{self.listener.base}/control"
        self.browser_js(
            "/robots.txt",
            LISTEN % (json.dumps(html), json.dumps(address)),
            login=self.owner.login,
        )
        heard = [*self.proxied, *(piece.decode() for piece in self.listener.heard)]
        self.assertTrue(any("/control" in request for request in heard))
