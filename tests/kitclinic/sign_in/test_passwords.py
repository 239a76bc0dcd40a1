"""Which passwords are refused: short, common, like the name, known from a breach."""

import hashlib
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from kitclinic.models import StaffUser
from kitclinic.passwords import is_breached


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest().upper()


def breached(path: Path, words: list[str], *, counts: bool = True, end: str = "\r\n") -> Path:
    """A file as it is given out: sorted digests with counts."""
    lines = sorted(f"{sha1(word)}:{number * 7 + 1}" if counts else sha1(word) for number, word in enumerate(words))
    path.write_bytes("".join(f"{line}{end}" for line in lines).encode())
    return path


WORDS = [f"leaked {number}" for number in range(500)]


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("many", [1, 2, 3, 500])
def test_sin_05_every_word_of_the_file_is_found_and_no_other(
    tmp_path: Path, counts: bool, end: str, many: int
) -> None:
    path = breached(tmp_path / "breached", WORDS[:many], counts=counts, end=end)
    assert all(is_breached(word, path) for word in WORDS[:many])
    assert not any(is_breached(f"kept {number}", path) for number in range(100))


@given(st.sets(st.text(max_size=8), max_size=40), st.text(max_size=8))
def test_sin_05_a_search_by_halves_agrees_with_reading_it_all(
    tmp_path_factory: pytest.TempPathFactory, words: set[str], asked: str
) -> None:
    path = breached(tmp_path_factory.mktemp("b") / "breached", sorted(words))
    assert is_breached(asked, path) is (asked in words)


def test_sin_05_an_empty_file_knows_nothing(tmp_path: Path) -> None:
    assert not is_breached("anything", breached(tmp_path / "none", []))


class Counted:
    """A file that counts what is read of it."""

    def __init__(self, path: Path) -> None:
        self.file, self.read = path.open("rb"), 0

    def __enter__(self) -> "Counted":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def seek(self, to: int) -> int:
        return self.file.seek(to)

    def tell(self) -> int:
        return self.file.tell()

    def readline(self) -> bytes:
        line = self.file.readline()
        self.read += len(line)
        return line


def test_sin_05_the_file_is_never_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = breached(tmp_path / "breached", [f"leaked {number}" for number in range(20_000)])
    counted = Counted(path)
    monkeypatch.setattr(Path, "open", lambda self, mode: counted)
    assert is_breached("leaked 17", path)
    assert counted.read < 5_000 < path.stat().st_size / 100


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("elevenchars", "at least 12 characters"),
        ("123456789101112", "too common"),
        ("administrator", "too common"),
        ("ines.varga.rn", "too similar"),
        ("leaked 17 and long", "breach of another service"),
    ],
)
def test_sin_05_a_weak_password_is_refused_in_words(
    tmp_path: Path, settings: object, password: str, words: str
) -> None:
    settings.BREACHED_PASSWORDS = str(breached(tmp_path / "b", ["leaked 17 and long"]))  # type: ignore[attr-defined]
    person = StaffUser(username="ines", name="Ines.Varga")
    with pytest.raises(ValidationError, match=words):
        validate_password(password, person)
    validate_password("kept and long too", person)
