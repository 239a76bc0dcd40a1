"""WEB-03: how much may be sent, and that files go nowhere but to the imports."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kitclinic.bodies import NoFiles
from tests.web.routes import Here, routes

pytestmark = pytest.mark.django_db

FILES = {"scheduling:referral_import", "outcomes:scores_import", "outcomes:instrument_import"}
OF_OTHER_SYSTEMS = {"infusions:observations", "outcomes:next_question"}  # theirs: 64 KB, in their own format
MEGABYTE = 1_048_576


def test_web_03_more_than_a_megabyte_is_refused_in_words_everywhere_but_at_the_imports(here: Here) -> None:
    wrong = {}
    for route in routes():
        if route.name in FILES | OF_OTHER_SYSTEMS:
            continue
        client = here.client("" if not route.any_of else route.role)
        answer = client.generic("POST", here.address(route), b"", CONTENT_LENGTH=str(MEGABYTE + 1))
        words = answer.content.decode()
        if answer.status_code != 413 or "longer than" not in words:
            wrong[route.name] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize(("length", "refused"), [(str(MEGABYTE), False), (str(MEGABYTE + 1), True), ("x", True)])
def test_web_03_exactly_a_megabyte_passes(db: None, length: str, refused: bool) -> None:
    client = Client(raise_request_exception=False)
    answer = client.generic("POST", "/sign-in/", b"", CONTENT_LENGTH=length)
    assert (answer.status_code == 413) is refused


def test_web_03_other_systems_are_refused_by_themselves() -> None:
    views = {route.name: route.view for route in routes() if hasattr(route.view, "measures_itself")}
    assert set(views) == OF_OTHER_SYSTEMS  # their tests send 64 KB and a byte, 10 MB and lengths that are none


def test_web_03_only_the_imports_take_files() -> None:
    taking = {route.name: route.view.file_most for route in routes() if hasattr(route.view, "file_most")}  # type: ignore[attr-defined]
    assert set(taking) == FILES
    assert max(taking.values()) <= 20_000_000


def test_web_03_a_file_at_any_other_page_is_refused(here: Here) -> None:
    file = SimpleUploadedFile("a.csv", b"=1+1")
    answer = here.client("scheduler").post("/patients/new/", {"family_name": "A", "extra": file})
    assert answer.status_code == 415
    assert "takes no files" in answer.content.decode()
    assert NoFiles().file_complete(0) is None
    taken = here.client("scheduler").post("/referrals/import/", {"file": file, "date_order": "ask"})
    assert taken.status_code in {302, 422}


def test_web_03_an_import_has_its_own_limit(here: Here) -> None:
    client = here.client("scheduler")
    answer = client.generic("POST", "/referrals/import/", b"", CONTENT_LENGTH=str(30_000_000))
    assert answer.status_code == 413
    assert "20 MB" in answer.content.decode()
