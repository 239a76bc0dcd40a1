"""What a registry export says about itself: about.toml beside its three files, if it is there."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from outcomes.rules.registry import FILES

ABOUT = "about.toml"


class UnreadableLabelError(ValueError):
    """about.toml is there and cannot be read."""


@dataclass(frozen=True, slots=True)
class About:
    """label: the export's own name, or "". simulated: nobody in it is real."""

    label: str = ""
    simulated: bool = False


def read_about(directory: Path) -> About:
    """Return what the export says about itself; nothing when it says nothing."""
    path = directory / ABOUT
    if not path.exists():
        return About()
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise UnreadableLabelError(f"{ABOUT} cannot be read ({broken}).") from broken
    label, simulated = said.get("label", ""), said.get("simulated", False)
    if not isinstance(label, str) or not isinstance(simulated, bool):
        raise UnreadableLabelError(f"{ABOUT}: label is a text, simulated is true or false.")
    return About(label, simulated)


def write_about(directory: Path, *, label: str, seed: int) -> None:
    """Label a simulated export."""
    text = f'label = "{label}"\nsimulated = true\nseed = {seed}\n'
    (directory / ABOUT).write_text(text, encoding="utf-8")


def digest_of(directory: Path) -> str:
    """Return the SHA-256 over the names and bytes of the three files; a missing file counts as empty."""
    found = hashlib.sha256()
    for name in FILES:
        path = directory / name
        content = path.read_bytes() if path.is_file() else b""
        found.update(f"{name} {len(content)}\n".encode() + content)
    return found.hexdigest()
