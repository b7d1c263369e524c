"""ManageSieve: the scripts that a mail server runs on delivery (RFC 5804)."""
