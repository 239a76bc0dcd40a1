"""Reads ``matrix.toml``: what each actor is answered at each address, by method."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "matrix.toml"
STRANGERS = ("anonymous", "link of A", "link of B")
LETTER = {"GET": "r", "POST": "w"}
CELLS = {"r", "w", "rw", ".", "-r", "-w"}
PUBLIC_CELLS = {"r", "w", "rw", "-", "-r", "-w", "out", "key"}


@dataclass(frozen=True)
class Line:
    """One address. cells: by column; of staff's pages the roles, of public ones STRANGERS and "staff".

    elsewhere: "404" or "own" of staff's pages, "" of public ones.
    """

    name: str
    cells: dict[str, str]
    elsewhere: str

    def expected(self, who: str, method: str) -> str:
        """What this actor is answered: "ok", "sign in", "out", "key", or the status.

        who: of STRANGERS, "superuser", a role, or a role and " elsewhere".
        """
        if not self.elsewhere:
            return self._open(self.cells[who if who in STRANGERS else "staff"], method)
        if who in STRANGERS:
            return "sign in"
        if who == "superuser":
            return "403"
        role, _, where = who.partition(" ")
        answer = self._closed(self.cells[role], method)
        sees_such = self.cells[role] != "." and answer in {"ok", "403"}
        return "404" if where and sees_such and self.elsewhere == "404" else answer

    def _closed(self, cell: str, method: str) -> str:
        if cell == ".":
            return "403"
        if LETTER[method] in cell:
            return "404" if cell.startswith("-") else "ok"
        somebody = any(LETTER[method] in other for other in self.cells.values() if not other.startswith("-"))
        return "403" if somebody else "405"

    def _open(self, cell: str, method: str) -> str:
        if cell == "-":
            return "404"
        if cell in {"out", "key"}:
            return cell
        if cell.startswith("-"):
            return "404" if LETTER[method] in cell else "405"
        return "ok" if LETTER[method] in cell else "405"


@cache
def roles() -> tuple[str, ...]:
    """The columns of the staff's pages."""
    return tuple(_file()["roles"])


@cache
def matrix() -> dict[str, Line]:
    """Every line by the name of its route. Raises ValueError for a line that cannot be read."""
    found = {}
    for section, entries in _file().items():
        if section == "roles":
            continue
        for name, text in entries.items():
            line = _public(name, text) if section == "public" else _of_staff(section, name, text)
            found[line.name] = line
    return found


def _of_staff(section: str, name: str, text: str) -> Line:
    *cells, elsewhere = text.split()
    if len(cells) != len(roles()) or not set(cells) <= CELLS or elsewhere not in {"404", "own"}:
        raise ValueError(
            f"{section}, {name}: a cell for each of {', '.join(roles())}, then 404 or own, not {text}"
        )
    full = name if section == "kitclinic" else f"{section}:{name}"
    return Line(full, dict(zip(roles(), cells, strict=True)), elsewhere)


def _public(name: str, text: str) -> Line:
    cells = text.split()
    columns = (*STRANGERS, "staff")
    if len(cells) != len(columns) or not set(cells) <= PUBLIC_CELLS:
        raise ValueError(f"public, {name}: a cell for each of {', '.join(columns)}, not {text}")
    return Line(name, dict(zip(columns, cells, strict=True)), "")


@cache
def _file() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
