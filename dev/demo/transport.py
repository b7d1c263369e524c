"""The headers that servers add on the way: path, signature, verdict."""

from base64 import b64encode
from datetime import datetime, timedelta
from random import Random

from .clock import header_date, localize
from .compose import Header

# Networks reserved for documentation (RFC 5737).
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")


def journey(
    rng: Random,
    sender: str,
    recipient: str,
    date: datetime,
    *,
    bounce: str | None = None,
    signed: bool = True,
    verdict: str = "pass",
) -> list[Header]:
    """Headers of a received mail, newest first, as the reader's server leaves them."""
    domain = (sender or "unknown.example").rpartition("@")[2]
    queue = f"4{rng.getrandbits(44):011X}"
    network = rng.choice(_NETWORKS)
    relay = f"out{rng.randrange(1, 5)}.{domain}"
    ip = f"{network}.{rng.randrange(2, 250)}"
    arrived = localize(date + timedelta(seconds=rng.randrange(2, 40)), "rome")
    left = localize(date + timedelta(seconds=1), "utc")
    inside = f"10.{rng.randrange(1, 200)}.{rng.randrange(200)}.{rng.randrange(2, 250)}"
    lines = [
        ("Return-Path", f"<{sender if bounce is None else bounce}>"),
        ("Delivered-To", recipient),
        (
            "Received",
            f"from mx1.demo.test ([127.0.0.1])\r\n\tby store.demo.test with LMTP id "
            f"{queue[2:10]}\r\n\tfor <{recipient}>; {header_date(arrived)}",
        ),
        (
            "Received",
            f"from {relay} ({relay} [{ip}])\r\n\tby mx1.demo.test with ESMTPS "
            f"id {queue}\r\n\tfor <{recipient}>; {header_date(arrived)}",
        ),
        (
            "Authentication-Results",
            f"mx1.demo.test;\r\n\tdkim={verdict} header.d={domain};\r\n\tspf={verdict} "
            f"smtp.mailfrom={domain}",
        ),
    ]
    if signed:
        lines.append(("DKIM-Signature", _signature(rng, domain)))
    lines.append(
        (
            "Received",
            f"from [{inside}] by {relay} with ESMTPSA;\r\n\t{header_date(left)}",
        )
    )
    return lines


def _signature(rng: Random, domain: str) -> str:
    """A signature of the right shape; nothing stands behind it."""
    body = b64encode(rng.randbytes(32)).decode()
    sign = b64encode(rng.randbytes(128)).decode()
    folded = "\r\n\t ".join(sign[n : n + 64] for n in range(0, len(sign), 64))
    return (
        f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=m{rng.randrange(9)};"
        f"\r\n\th=From:To:Subject:Date:Message-ID;\r\n\tbh={body};\r\n\tb={folded}"
    )
