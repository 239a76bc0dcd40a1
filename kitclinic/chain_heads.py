"""Heads of audit chains, signed and kept off this machine: a file by path, or an S3-compatible store by URL."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from minio import Minio


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of one site's chain. hash: 64 hexadecimal letters; at: aware."""

    site: str
    number: int
    hash: str
    at: datetime

    @property
    def text(self) -> str:
        """What is signed."""
        told = asdict(self) | {"at": self.at.astimezone(UTC).isoformat()}
        return json.dumps(told, sort_keys=True)


class ForgedHeadError(ValueError):
    """A line of the store that our key did not sign."""


def signed(head: Head) -> str:
    """Return a head as one line with its signature (HMAC-SHA-256)."""
    return json.dumps({"head": head.text, "signature": _signature(head.text)})


def read(line: str) -> Head:
    """Return the head of a line. ForgedHeadError when the signature is not ours."""
    try:
        told = json.loads(line)
        text, signature = told["head"], told["signature"]
        if not hmac.compare_digest(_signature(text), signature):
            raise ForgedHeadError(f"This line was not signed by us: {text}")
        found = json.loads(text)
        return Head(found["site"], int(found["number"]), found["hash"], datetime.fromisoformat(found["at"]))
    except (KeyError, TypeError, json.JSONDecodeError) as unreadable:
        raise ForgedHeadError(f"This line is no head of a chain: {line[:80]}") from unreadable


def ship(heads: Iterable[Head]) -> None:
    """Append heads to the store that ``KITCLINIC_CHAIN_STORE`` names: a path, or s3://key:secret@host/bucket/prefix."""
    lines = "".join(f"{signed(one)}\n" for one in heads)
    if not lines:
        return
    store = settings.CHAIN_STORE
    if store.startswith("s3://"):
        _put(store, lines)
        return
    path = Path(store.removeprefix("file://"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)


def shipped() -> list[str]:
    """Return the lines of the store, oldest first; none where nothing was shipped yet."""
    store = settings.CHAIN_STORE
    if store.startswith("s3://"):
        return _get(store)
    path = Path(store.removeprefix("file://"))
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def told() -> tuple[list[Head], list[str]]:
    """Return the heads of the store that are ours, and a sentence for every line that is not."""
    heads, forged = [], []
    for line in shipped():
        try:
            heads.append(read(line))
        except ForgedHeadError as error:
            forged.append(str(error))
    return heads, forged


def _signature(text: str) -> str:
    return hmac.new(settings.CHAIN_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _bucket(store: str) -> tuple["Minio", str, str]:
    """Return client, bucket and prefix of an s3:// URL; without TLS only on this machine itself."""
    parts = urlsplit(store)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    secure = parts.hostname not in ("localhost", "127.0.0.1")
    host = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    key, secret = unquote(parts.username or ""), unquote(parts.password or "")
    return Minio(host, access_key=key, secret_key=secret, secure=secure, region="us-east-1"), bucket, prefix


def _put(store: str, lines: str) -> None:
    client, bucket, prefix = _bucket(store)
    name = f"{prefix}/heads-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jsonl".lstrip("/")
    data = lines.encode()
    client.put_object(bucket, name, BytesIO(data), len(data), content_type="application/jsonl")


def _get(store: str) -> list[str]:
    client, bucket, prefix = _bucket(store)
    names = sorted(str(one.object_name) for one in client.list_objects(bucket, f"{prefix}/heads-".lstrip("/")))
    lines = []
    for name in names:
        answer = client.get_object(bucket, name)
        try:
            lines += answer.read().decode().splitlines()
        finally:
            answer.close()
            answer.release_conn()
    return lines
