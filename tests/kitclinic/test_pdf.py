"""A PDF is made from our own files only."""

import pytest
from django.conf import settings

from kitclinic.pdf import BASE, NotStatic, OnlyStatic, render_pdf


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a.png",
        "http://127.0.0.1:8000/",
        "file:///etc/passwd",
        "data:text/css,body{}",
        f"{BASE}/patients/1/",
        f"{BASE}{settings.STATIC_URL}../settings.py",
        f"{BASE}{settings.STATIC_URL}css/no-such-file.css",
    ],
)
def test_every_address_but_our_static_files_is_refused(address):
    with pytest.raises(NotStatic):
        OnlyStatic().fetch(address)


def test_our_style_sheets_are_read():
    response = OnlyStatic().fetch(f"{BASE}{settings.STATIC_URL}css/print.css")
    assert response.content_type == "text/css"
    assert b"@page" in response.read()


def test_a_document_that_asks_for_something_else_is_not_made(settings, tmp_path):
    (tmp_path / "leak.html").write_text('<img src="https://example.org/pixel.png">')
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    with pytest.raises(NotStatic):
        render_pdf("leak.html", {})
