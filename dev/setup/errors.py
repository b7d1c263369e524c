"""The one exception whose message is shown to the developer without a traceback."""

from __future__ import annotations


class SetupError(Exception):
    """Something is missing or refused; the text is the whole explanation."""


class CommandFailed(SetupError):
    """Another program failed; `output` is what it printed."""

    def __init__(self, sentence: str, output: str) -> None:
        super().__init__(sentence)
        self.output = output
