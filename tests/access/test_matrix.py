"""Every address, asked by everybody, answers what the matrix says: pages, fragments, files, APIs, feeds alike."""

from collections.abc import Iterator

import pytest

from kitclinic.roles import Role
from tests.access.actors import Answer, Tried
from tests.access.matrix import LETTER, STRANGERS, Line, matrix, roles
from tests.access.rows import ADDRESSES, address
from tests.access.walk import ROUTES, is_gated

ACTORS = (*STRANGERS, "superuser", *Role.values, *(f"{role} elsewhere" for role in Role.values))
OTHER_METHODS = ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")
OK = {"GET": {200, 302, 422}, "POST": {200, 204, 302, 400, 409, 422}}
SIGN_IN = "/sign-in/"


def test_every_route_has_a_line_and_every_line_a_route() -> None:
    missing = [
        f"{name} is not in the matrix: add a line for it to [{_section(name)}] of tests/access/matrix.toml "
        "with what each actor is answered by the policy"
        for name in ROUTES
        if name not in matrix()
    ]
    stale = [f"{name} is in the matrix, but there is no such route: delete its line" for name in matrix()]
    assert missing + [said for said, name in zip(stale, matrix(), strict=True) if name not in ROUTES] == []


def _section(name: str) -> str:
    return (name.rpartition(":")[0] or "kitclinic") if is_gated(name) else "public"


def test_the_columns_are_the_roles_and_what_names_a_row_is_404_elsewhere() -> None:
    assert set(roles()) == set(Role.values)
    wrong = [
        f"{line.name}: {'public' if not line.elsewhere else line.elsewhere}"
        for line in matrix().values()
        if bool(line.elsewhere) != is_gated(line.name)
        or (line.elsewhere and (line.elsewhere == "404") != (line.name in ADDRESSES))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everybody_is_answered_as_the_matrix_says(tried: Tried, method: str) -> None:
    patient = {"patient": tried.here.chair.visit.patient_id, "group": tried.here.rows["group"]}
    wrong: list[str] = []
    written: set[str] = set()
    with tried.at_work(drawn=False):
        for line in matrix().values():
            where = address(line.name, tried.here)
            for who in _tried_on(line, method):
                answer = tried.ask(who, method, where, patient if method == "POST" else None)
                expected = line.expected(who, method)
                if not _is(answer, expected, method):
                    wrong.append(f"{method} {line.name} as {who}: {answer.status}, expected {expected}")
                if answer.wrote and expected not in {"ok", "out"}:
                    wrong.append(f"{method} {line.name} as {who}: refused, and wrote {sorted(answer.wrote)}")
                written |= answer.wrote
    assert not wrong, "\n".join(wrong)
    assert bool(written) is (method == "POST")  # looking writes nothing, and a write would be seen


def _tried_on(line: Line, method: str) -> Iterator[str]:
    """Everybody; of roles elsewhere that get their own clinic's page, which names no row, the first alone."""
    served = False
    for who in ACTORS:
        own = who.endswith("elsewhere") and line.elsewhere == "own" and line.expected(who, method) == "ok"
        if not (own and served):
            yield who
        served = served or own


def _is(answer: Answer, expected: str, method: str) -> bool:
    if expected == "sign in":
        return answer.status == 302 and answer.location.startswith(f"{SIGN_IN}?next=")
    if expected == "out":
        return answer.status in {302, 405} and answer.location in {"", "/", "/d/", "/q/", SIGN_IN}
    if expected == "key":
        return answer.status == {"GET": 405, "POST": 401}[method]
    if expected == "ok":
        return answer.status in OK[method] and not answer.location.startswith(f"{SIGN_IN}?")
    return answer.status == int(expected)


def test_fragments_are_refused_as_their_pages_are(tried: Tried) -> None:
    """Each role that is refused a page is refused it to a script as well."""
    wrong = []
    with tried.at_work(drawn=False):
        for line, who, method in _refused():
            answer = tried.ask(who, method, address(line.name, tried.here), headers={"HX-Request": "true"})
            expected = line.expected(who, method)
            signs_in = expected == "sign in" and answer.status == 401  # a script is told so, and opens the way in
            if not (signs_in or _is(answer, expected, method)):
                wrong.append(f"{method} {line.name} as {who}: {answer.status}, expected {expected}")
    assert not wrong, "\n".join(wrong)


def _refused() -> list[tuple[Line, str, str]]:
    """One refused role, the nurse of elsewhere or another, for each address and method."""
    found = []
    for line in matrix().values():
        for method in LETTER:
            for who in (f"{Role.NURSE} elsewhere", *Role.values, "anonymous"):
                if line.expected(who, method) in {"403", "404", "sign in"}:
                    found.append((line, who, method))
                    break
    return found


def test_no_other_method_is_answered(tried: Tried) -> None:
    with tried.at_work(drawn=False):
        found = {
            (name, method): tried.ask("physician", method, address(name, tried.here)).status
            for number, name in enumerate(ROUTES)
            for method in (OTHER_METHODS[number % len(OTHER_METHODS)],)
        }
    assert {asked: status for asked, status in found.items() if status != 405} == {}
