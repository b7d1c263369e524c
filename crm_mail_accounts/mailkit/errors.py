"""Everything that can go wrong with a mail server or a mail, in one tree.

An error carries its policy, so that a caller asks the error instead of matching
its text:

``code``
    a stable word, the key of the sentence that a user reads
    (``tools/error_messages.py`` has one sentence for each).
``retry``
    worth trying again later without anybody changing a setting.
``connection_usable``
    the session may go on with its next command.
``retry_after``
    seconds that the server asked us to wait, or ``None``.
``detail``
    what the server or the operating system said: for the log and for the small
    print, never the whole message.  Callers mask secrets before they build one.
``step``
    how far a sequence had come, a word of the method that raised it (the phases of
    ``smtp.session.SmtpSession.send``), else ``""``.

Errors of the standard library are wrapped once, at the door (``raise ... from``).
"""

from __future__ import annotations


class MailError(Exception):
    """Base of all errors of this package.

    Code of its own: ``secret_unreadable`` (no key fits an encrypted secret).
    """

    code = "mail_error"
    step = ""
    retry = False
    connection_usable = False

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        retry: bool | None = None,
        retry_after: float | None = None,
        facts: object | None = None,
    ):
        super().__init__(detail or code or self.code)
        self.detail = detail
        self.retry_after = retry_after
        self.facts = facts
        if code is not None:
            self.code = code
        if retry is not None:
            self.retry = retry

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code}: {self.detail})"


class NetworkError(MailError):
    """The server could not be reached, or the connection broke.

    Codes: ``host_unknown``, ``connection_refused``, ``unreachable``, ``timeout``
    (nothing came within the step's time), ``connection_lost``; ``token_unavailable``
    (an OAuth 2 provider is away).
    """

    code = "connection_lost"
    retry = True


class TlsError(MailError):
    """TLS could not be established.

    Codes: ``certificate_untrusted``, ``certificate_self_signed``,
    ``certificate_expired``, ``certificate_not_yet_valid``,
    ``certificate_wrong_name``, ``certificate_changed`` (another one than the pinned
    one), ``tls_not_offered`` (STARTTLS missing),
    ``tls_plain_server`` (implicit TLS on a port that speaks plain text),
    ``tls_failed`` (anything else).  ``facts`` is a
    :class:`values.CertificateFacts` where one could be read.
    """

    code = "tls_failed"


class AuthError(MailError):
    """The server refused the credentials.

    Codes: ``auth_failed``, ``auth_not_offered`` (no mechanism in common, or
    LOGINDISABLED), ``auth_needs_tls``; for an access token ``token_refused`` and
    ``token_scope`` (it lacks the right for this protocol); from an OAuth 2 provider
    ``token_withdrawn`` (only signing in again helps) and ``oauth_not_configured`` (the
    client is unknown or missing); ``token_missing`` (nobody has signed in yet).
    """

    code = "auth_failed"


class ServerRefused(MailError):
    """A tagged NO, or an SMTP 4xx/5xx: the server understood and declined.

    Codes: ``server_refused``, ``message_gone`` (no such mail in the folder),
    ``mailbox_full`` (OVERQUOTA of a command that stores), ``server_busy`` (any refusal
    that passes: throttled, too many connections, UNAVAILABLE, INUSE, LIMIT),
    ``target_missing`` (TRYCREATE), ``folder_missing`` (NONEXISTENT),
    ``folder_exists`` (ALREADYEXISTS), ``folder_has_children`` (HASCHILDREN),
    ``folder_read_only`` (READ-ONLY), ``not_permitted`` (NOPERM),
    ``copy_unconfirmed`` (the server said yes to a COPY, and no copy is there); of
    ManageSieve ``script_refused`` (the script has an error), ``script_missing``,
    ``sieve_quota`` (too large, or too many) and ``sieve_elsewhere`` (a referral).

    ``response_code`` is that of IMAP, POP3 or ManageSieve (``"OVERQUOTA"``,
    ``"TRYCREATE"``, ``"IN-USE"``...) in capitals or the three SMTP digits, ``""`` if
    none.
    """

    code = "server_refused"
    connection_usable = True

    def __init__(self, detail: str = "", *, response_code: str = "", **kwargs):
        super().__init__(detail, **kwargs)
        self.response_code = response_code


class ProtocolError(MailError):
    """The other side does not speak the protocol (BAD, or bytes that cannot be read).

    Codes: ``protocol_error``, ``not_imap`` / ``not_smtp`` / ``not_pop3`` /
    ``not_sieve`` (the greeting is another protocol's).
    """

    code = "protocol_error"


class CapabilityMissing(MailError):
    """The server does not offer what the caller needs; ``detail`` names it."""

    code = "capability_missing"
    connection_usable = True


class UidValidityChanged(MailError):
    """The folder's UIDs are other ones than those we know (RFC 9051 2.3.1.1)."""

    code = "uidvalidity_changed"
    retry = True
    connection_usable = True


class LimitExceeded(MailError):
    """One of the limits of ``limits.py`` was reached; ``detail`` names it."""

    code = "limit_exceeded"


class InvalidArgument(MailError):
    """What must never reach a server: CR, LF, NUL or another control character.

    Codes: ``invalid_argument``, and for what people type ``host_invalid``,
    ``host_is_address``, ``port_invalid``, ``address_invalid``; for folders
    ``folder_name_empty``, ``folder_name_control`` (characters that cannot be shown),
    ``folder_name_delimiter``, ``folder_name_too_long``, ``folder_name_reserved``,
    ``folder_flat`` (the server knows no folders within folders),
    ``folder_is_inbox`` (what cannot be done to the inbox), ``same_folder``.
    """

    code = "invalid_argument"
    connection_usable = True
