"""The data files in ``outcomes/instruments``, read as they are, and the digest of what was read."""

import hashlib
import json
import tomllib
from importlib.resources import files
from typing import Any


def read(name: str) -> dict[str, Any]:
    """Return one TOML file of ``outcomes/instruments``. name: "phq9.toml", "demo/fatigue.toml"."""
    text = files("outcomes").joinpath("instruments", *name.split("/")).read_text(encoding="utf-8")
    return tomllib.loads(text)


def read_text(name: str) -> str:
    """Return one file of ``outcomes/instruments`` as text."""
    return files("outcomes").joinpath("instruments", *name.split("/")).read_text(encoding="utf-8")


def names(folder: str = "") -> list[str]:
    """Return the TOML files of a folder of ``outcomes/instruments``, sorted, as ``read`` takes them."""
    place = files("outcomes").joinpath("instruments", *(part for part in [folder] if part))
    found = sorted(entry.name for entry in place.iterdir() if entry.name.endswith(".toml"))
    return [f"{folder}/{name}" if folder else name for name in found]


def sha256(content: object) -> str:
    """SHA-256 over the canonical JSON of some content, hexadecimal."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
