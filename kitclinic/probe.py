"""``python -m kitclinic.probe URL`` ends with 0 when the address answers 200; standard library only."""

import sys
from http import HTTPStatus
from urllib.error import URLError
from urllib.request import urlopen


def is_well(url: str, *, timeout: float = 4.0) -> bool:
    """Whether the address answers 200 within ``timeout`` seconds."""
    try:
        with urlopen(url, timeout=timeout) as answer:  # noqa: S310  (an address of our own)  # nosec
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    raise SystemExit(0 if is_well(sys.argv[1]) else 1)
