"""Every limit, with unit and reason, in one place.

A server is hostile until proven friendly, and so is a mail.  Reaching a limit
raises :class:`errors.LimitExceeded` or truncates, as the reader's docstring says.
"""

# -- network, seconds ---------------------------------------------------------
CONNECT_TIMEOUT = 15.0
"""Name look-up, TCP and TLS handshake, each: a user waits for a test."""
READ_TIMEOUT = 60.0
"""Silence within a running command; large folders answer slowly but steadily."""
COMMAND_TIMEOUT = 300.0
"""One command in all, however steadily the server drips."""

GOODBYE_TIMEOUT = 2.0
"""LOGOUT and QUIT: politeness that nobody should wait for."""
PROBE_TIMEOUT = 60.0
"""A connection test in all: a person waits, and so does an HTTP worker."""
REMOVAL_TIME = 10.0
"""What must be left of a connection test before it stores a mail, so that the mail
can be removed again."""
LONGEST_BACKOFF = 24 * 3600.0
"""Seconds of silence that a server may ask for; Exchange Online asks for minutes."""
BANDWIDTH_PAUSE = 3600.0
"""Seconds, when the traffic of a day is used up (Gmail); it frees up by the hour."""
IDLE_REISSUE = 600.0
"""Seconds of one IDLE: RFC 2177 says 29 minutes, but Exchange Online and the
translating routers on the way forget a silent connection earlier."""
IDLE_DONE_TIMEOUT = 30.0
"""Seconds for the answer to DONE: silence alone proves nothing of a connection."""
IDLE_TICK = 5.0
"""Seconds between two looks at whether IDLE should stop."""
MAX_HOST_ADDRESSES = 8
"""Addresses of one name that are tried; each gets a share of CONNECT_TIMEOUT."""
CHUNK = 64 * 1024
"""Bytes of one read or write: a size that a server announces costs nothing."""
MAX_GREETING = 8 * 1024
"""Bytes of a server's first line, with its capabilities."""

# -- IMAP reader, bytes -------------------------------------------------------
MAX_LINE = 1_000_000
"""One line without its literals; SEARCH answers are asked as ESEARCH ranges."""
MAX_LITERAL = 64 * 1024 * 1024
"""One literal; a larger body is fetched by parts."""
MAX_RESPONSE = 80 * 1024 * 1024
"""One untagged response with its literals."""
MAX_NESTING = 100
"""Parentheses within parentheses (BODYSTRUCTURE of a mail in a mail in ...)."""
MAX_COMMAND_LINE = 4000
"""Exchange Online refuses longer command lines (error 12)."""

CHANGE_GROUP = 250
"""Mails that are checked, then changed by one command: with ten digits and a comma
each they fit into MAX_COMMAND_LINE, and little time lies between check and change."""
APPEND_BATCH = 4 * 1024 * 1024
"""Bytes of mail in one MULTIAPPEND, which is all or nothing."""
APPEND_BATCH_LINE = 3000
"""Bytes of an APPEND's line without its mails, below MAX_COMMAND_LINE."""
MAX_FOLDER_NAME = 200
"""Bytes of one level of a folder's raw name; servers store it as a file's name, which
has 255, and add to it."""
MAX_FOLDER_PATH = 900
"""Bytes of a folder's whole raw name: within one quoted string."""

MAX_COLLECTED = 80 * 1024 * 1024
"""Untagged responses of one command that are kept rather than streamed."""
MAX_UIDS = 5_000_000
"""Mails that one search answers: a larger folder is asked in windows."""
SEARCH_WINDOW = 80_000
"""UIDs of one SEARCH without ESEARCH: ten digits and a space each stay below
MAX_LINE."""
MAX_NOTICED = 10_000
"""Flag changes, and ranges of removed mails, that are kept of what a server tells
unasked; beyond that the folder has to be looked at anyway."""
BODY_CHUNK = 1024 * 1024
"""Bytes of one partial fetch of a large mail."""
MAX_STREAMED = 1024 * 1024 * 1024
"""Bytes of one mail read by parts; servers refuse mails of a tenth of it."""
MAX_PARTIAL_HEADER = 64 * 1024
"""Bytes of a header that is asked for whole, where its fields cannot be had."""

# -- SMTP ---------------------------------------------------------------------
MAX_REPLY_LINE = 4096
"""Bytes of one reply line; RFC 5321 4.5.3.1.5 says 512, EHLO answers exceed it."""
MAX_REPLY_LINES = 200
FINAL_DOT_TIMEOUT = 600.0
"""Seconds for the verdict behind the final dot (RFC 5321 4.5.3.2.6)."""

# -- POP3 -----------------------------------------------------------------------
MAX_POP3_LINE = 4096
"""Bytes of one reply line; RFC 2449 section 4 says 512, refusals of large providers
exceed it."""
MAX_POP3_LINES = 200
"""Lines of CAPA's answer, or of a greeting."""
MAX_LISTED = 500_000
"""Mails that LIST or UIDL may name."""
MAX_LISTING = 48 * 1024 * 1024
"""Bytes of one listing: a UIDL has 70 characters at most (RFC 1939 section 7)."""
MAX_UIDL = 500
"""Characters of one UIDL; a longer one is none."""
RETRIEVE_TIMEOUT = 1800.0
"""Seconds for one mail: POP3 has no way to fetch the rest of it later, and the largest
one takes 18 minutes on a line of half a megabit."""
POP3_SESSION_BYTES = 50 * 1024 * 1024
"""Bytes that one session fetches: the maildrop is locked for others meanwhile."""
POP3_SESSION_MAILS = 200
"""Mails that one session fetches, for the same reason."""
POP3_TRIES = 5
"""Sessions that try one mail before it is left alone."""
POP3_MEMORY = 90
"""Days that a mail which left the maildrop is remembered: servers list a mail again
after an outage, or give its UIDL to another one."""

# -- ManageSieve ------------------------------------------------------------------
MAX_SIEVE_LINE = 16 * 1024
"""Bytes of one line without its literals: a quoted string has 1024 at most (RFC 5804
section 4), lists of capabilities exceed it."""
MAX_SIEVE_LINES = 2000
"""Lines of one response, hence scripts of one mailbox."""
MAX_SIEVE_TOKENS = 100
"""Strings of one line."""
MAX_SIEVE_SCRIPT = 1024 * 1024
"""Bytes of one script, or of a server's words about it."""

# -- discovery ----------------------------------------------------------------
DISCOVERY_TIMEOUT = 20.0
"""Seconds in all: a person waits, and most have typed their servers by then."""
DNS_TIMEOUT = 3.0
"""Seconds for one question; resolvers answer within one, from far away, too."""
FETCH_TIMEOUT = 6.0
"""Seconds for one page, name look-up and TLS included."""
MAX_BODY = 128 * 1024
"""Bytes of one page; the configurations of large providers have about 10,000."""
MAX_CONFIG = MAX_BODY
"""Bytes of a configuration file, from wherever it comes."""
MAX_REDIRECTS = 3
"""Hops from one page to the next."""
MAX_RECORDS = 20
"""Records of one DNS answer that are looked at."""
MAX_SERVERS = 4
"""Servers of one kind that one source may propose: a person has to choose."""
MAX_CANDIDATES = 8
"""Usual names that are proposed: each costs the test up to CONNECT_TIMEOUT."""

# -- index window -------------------------------------------------------------
FIRST_WINDOW = 50
"""Mails of the very first FETCH of a folder: one screen, at once."""
WINDOW = 1000
"""Mails of a FETCH and of a transaction: about 0.9 MB on the wire."""
MAX_HEADER_LITERAL = 256 * 1024
"""Header fields of one mail that the index reads; more is cut off."""

# -- MIME ---------------------------------------------------------------------
MAX_PARTS = 1000
MAX_MIME_DEPTH = 50
MAX_ADDRESSES = 2000
"""Addresses kept of one header field; the rest is counted, not kept."""
MAX_DISPLAY_NAME = 255
"""Characters of the name beside an address."""
MAX_EMAIL = 320
"""Characters of an address (RFC 3696 4.3 erratum); a longer one is none."""
MAX_REFERENCES = 50
"""First one and last 49: enough to thread, bounded to store."""
MAX_MESSAGE_ID = 998
"""Characters (RFC 5322 2.1.1 line limit); longer ids are no identity."""
MAX_SUBJECT = 1000
MAX_HTML = 8 * 1024 * 1024
"""Characters of HTML that are cleaned; the rest is cut with a note."""
MAX_TEXT = 4 * 1024 * 1024
MAX_CSS = 512 * 1024
"""Characters of style sheets of one mail; newsletters carry about 30,000."""
MAX_INLINE_IMAGE = 8 * 1024 * 1024
"""Bytes of one inline image embedded into the shown body."""
MAX_INLINE_TOTAL = 32 * 1024 * 1024
"""Bytes of all embedded images of one body: one image may be shown many times."""
PREVIEW_LENGTH = 160
MAX_FILENAME = 200
