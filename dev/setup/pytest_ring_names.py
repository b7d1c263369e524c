"""Names that dev/test and its pytest plugin share (the plugin imports pytest)."""

from __future__ import annotations

RESULT = "CRM_MAIL_RING_RESULT"
NO_SKIPS = "CRM_MAIL_NO_SKIPS"
# The folder in which two runs share a ring, and 1 for the run that may use Chromium.
SHARE = "CRM_MAIL_SHARE"
BROWSER = "CRM_MAIL_SHARE_BROWSER"

# Options of pytest whose value is a word of its own.
OPTIONS_WITH_VALUE = frozenset(
    ("-k", "-m", "-p", "-n", "-o", "-W", "-c", "-r", "--maxfail", "--durations", "--tb")
    + ("--deselect", "--ignore", "--junitxml", "--log-level", "--odoo-log-level")
)
