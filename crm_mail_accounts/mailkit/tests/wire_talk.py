"""A wire to a server that says what a script tells it to."""

import socket

from mailkit.imap.wire import Wire
from mailkit.stream import Stream
from mailkit.tests.scripted_server import ScriptedServer


class Talk:
    """A wire whose server is a script of what to say after each command line."""

    def __init__(self, script, **options):
        self.server = ScriptedServer(script)
        self.options = {"read_timeout": 20, **options}

    def __enter__(self):
        self.server.start()
        sock = socket.create_connection(("127.0.0.1", self.server.port))
        timeout = self.options.pop("command_timeout", 60)
        self.wire = Wire(Stream(sock, **self.options), command_timeout=timeout)
        return self.wire

    def __exit__(self, exc_type, exc, traceback):
        self.wire.close()
        self.server.__exit__(exc_type, exc, traceback)


def says(*answers, then="end"):
    """After each line of the client the next answer."""

    def script(peer):
        for answer in answers:
            peer.line()
            peer.send(answer)
        if then == "stall":
            peer.stall()
        elif then == "end":
            peer.wait_for_end()

    return script
