"""Bearer tokens of links and devices: given out once, stored as a digest only."""

import hashlib


def token_digest(token: str) -> str:
    """SHA-256 of a token, hexadecimal: all that is stored of it. Any text is taken, whatever a device sends."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
