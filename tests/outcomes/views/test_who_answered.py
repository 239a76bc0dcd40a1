"""Who answered: rates beside every outcome, answered beside not answered, weights and tipping points."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.queries.cohorts import sources
from outcomes.queries.study import Asked, study
from outcomes.queries.who_answered_rows import SELECTION, selection_rows
from outcomes.rules.definitions import Definitions
from tests.factories import people, registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/who-answered/"
MANY = 80


def made(site: Site, folder: Path) -> Site:
    """Eighty patients aged 30 to 69, all with a PHQ-9 of 15 before; older ones answer more often, and at day 3.

    Who answers improves by 6 (every third), 2 or 1. Every fourth comes back 70 days later.
    """
    patients, infusions, scores = [], [], []
    for number in range(MANY):
        name, age = f"P{number:03d}", 30 + number % 40
        patients.append(
            f"{name},{age},{'female' if number % 3 else 'male'},White,Married,28.7,{number % 4},cancer"
        )
        days = 5 if number % 2 else 4
        infusions += [
            f"{name},{registry.FIRST + timedelta(days=day)},08:30,1,{day + 1},completed" for day in range(days)
        ]
        last = registry.FIRST + timedelta(days=days - 1)
        if number % 4 == 0:
            again = registry.FIRST + timedelta(days=70)
            infusions += [f"{name},{again + timedelta(days=day)},08:30,2,{day + 1},completed" for day in range(5)]
            last = again + timedelta(days=4)
        scores.append(f"{name},PHQ-9,{registry.FIRST - timedelta(days=7)},07:30,15")
        if (number * 7) % 40 < age - 25:
            scores.append(f"{name},PHQ-9,{last + timedelta(days=3)},19:00,{(9, 13, 14)[number % 3]}")
    texts = {
        "patients": "\n".join([registry.PATIENTS, *patients]) + "\n",
        "infusions": "\n".join([registry.INFUSIONS, *infusions]) + "\n",
        "pro": "\n".join([registry.SCORES, *scores]) + "\n",
    }
    return import_registry(site=site, directory=registry.export(folder, **texts), by=None, at=AT).record.site


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return made(site, tmp_path)


def asked(home: Site, **more: str) -> dict[str, str]:
    return {"source": home.slug, "as_of": str(registry.AS_OF), "measure": "phq-9"} | more


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def rows(response: Any) -> list[str]:
    body = re.findall(r"<tbody>(.*?)</tbody>", response.content.decode(), re.S)
    return [text(row) for part in body for row in part.split("</tr>")[:-1]]


def answered() -> list[int]:
    return [number for number in range(MANY) if (number * 7) % 40 < 5 + number % 40]


def test_rates_groups_weights_and_tipping_points_stand_on_one_page(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    assert reverse("outcomes:who_answered") == URL
    n = len(answered())
    better = sum(number % 3 == 0 for number in answered())
    assert (n, better) == (50, 18), "what the figures below are made of"
    response = as_user(lead).get(URL, asked(home))
    words, found = text(response.content.decode()), rows(response)
    assert (
        "Any questionnaire was answered by 62.5% of 80 patients at last infusion, 0.0% of 80 at 3 months" in words
    )
    assert found[0].startswith("Any questionnaire 50 /80 62.5% – 0 /80 0.0% –")
    assert found[1].startswith("Depression 50 /80 62.5% 36.0% of 50 0 /80 0.0% –")
    assert found[2].startswith("Fatigue 0 /80 0.0% –")
    ages = {True: [], False: []}  # type: dict[bool, list[int]]
    for number in range(MANY):
        ages[number in answered()].append(30 + number % 40)
    means = [sum(part) / len(part) for part in (ages[True], ages[False])]
    line = next(row for row in found if row.startswith("Age years, mean±SD"))
    assert [float(mean) for mean in re.findall(r"(\d+\.\d)±", line)[:2]] == [round(mean, 1) for mean in means]
    assert "t, pooled" in line
    assert line.endswith("52.2±14.5 48.6±15.6 &lt;0.01")
    assert f"age, {means[0]:.1f}±" in words
    assert next(row for row in found if row.startswith("As answered")).startswith("As answered 50 50 36.0%")
    assert "Weighted by the chance of answering" in words
    assert "Age, 10 years older" in words
    assert "missing at random" in words
    assert "The change is no longer clear once the 30 who did not answer gained" in words
    assert 'id="tipping-point-says"' in response.content.decode()
    assert any(row.startswith("If none of those who did not answer improved 18 80 22.5") for row in found)
    assert any(row.startswith("If all of those who did not answer improved 48 80 60.0") for row in found)


def test_stat_30_a_window_still_open_is_not_due(lead: StaffUser, as_user: Any, home: Site) -> None:
    day = registry.FIRST + timedelta(days=4 + 30)
    response = as_user(lead).get(URL, asked(home, as_of=str(day)))
    assert "80 due, 0 not yet" in text(response.content.decode()), "the second courses have not begun by this day"
    early = as_user(lead).get(URL, asked(home, as_of=str(day - timedelta(days=1))))
    assert "40 due, 40 not yet" in text(early.content.decode()), "who had four days only is due a day before"
    assert "0 due, 80 not yet" in text(early.content.decode())


def test_in_course_mode_rows_are_courses_and_patients_are_not_counted_twice(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    words = text(as_user(lead).get(URL, asked(home, reference="course")).content.decode())
    assert "of 100 courses at last infusion" in words
    assert "Patients stand here with several courses: not tested." in words
    assert "Not tested." in words


def test_a_measure_nobody_answered_is_answered_in_words(lead: StaffUser, as_user: Any, home: Site) -> None:
    words = text(as_user(lead).get(URL, asked(home, measure="promis-fatigue")).content.decode())
    assert "Nobody whose window had closed by this day has a baseline of this measure." in words
    assert "Nobody who was due answered, so that there is no mean to start from." in words
    later = text(as_user(lead).get(URL, asked(home, window="6m")).content.decode())
    assert "None of 80 answered: there is no second group to compare." in later
    assert "Not weighted: none of 80 answered." in later


def test_what_the_address_names_wrongly_is_the_first(lead: StaffUser, as_user: Any, home: Site) -> None:
    response = as_user(lead).get(URL, asked(home, window="9m", measure="height"))
    assert "Answered beside not answered: last infusion" in text(response.content.decode())
    assert "Fatigue, last infusion: weighted" in text(response.content.decode())


def test_no_data_and_a_day_before_the_first_infusion_answer_in_words(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    client = as_user(lead)
    for query in ({"source": lead.site.slug}, asked(home, as_of=str(date(2020, 1, 1)))):
        response = client.get(URL, query)
        assert response.status_code == 200
        assert "No window had closed by this day" in text(response.content.decode())


def test_out_45_the_file_holds_the_cells_of_the_page(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    address = reverse("outcomes:who_answered_file", args=["csv"])
    assert f'href="{address}?' in client.get(URL, asked(home)).content.decode()
    response = client.get(address, asked(home))
    sheet = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    cells = {tuple(row[:4]): row[4] for row in sheet if len(row) == 7}
    assert cells["Answers", "PHQ-9", "last", "answered"] == "50"
    assert cells["Answered beside not answered", "Gender: Female", "last", "n_answered"].isdigit()
    assert cells["Weighted: Depression", "As answered", "last", "improved_percent"] == "36.0"
    bound = "Bounds of the share improved: Depression", "If none of those who did not answer improved"
    assert cells[*bound, "last", "percent"] == "22.5"
    assert ("Tipping point: Depression", "delta 0.0", "last", "mean_gain") in cells
    age = next(row for row in sheet if row[1:4] == ["Age", "last", "answered"])
    assert age[6] == "52.2±14.5", "the paper's figure stands beside"
    assert client.get(reverse("outcomes:who_answered_file", args=["parquet"]), asked(home)).status_code == 200
    assert client.get(reverse("outcomes:who_answered_file", args=["pdf"]), asked(home)).status_code == 404


def test_the_tipping_point_is_a_file_too(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    svg, picture = (reverse("outcomes:who_answered_chart", args=[kind]) for kind in ("svg", "png"))
    assert f'href="{svg}?' in client.get(URL, asked(home)).content.decode()
    drawn = client.get(svg, asked(home))
    assert drawn.headers["Content-Disposition"].endswith('"tipping-point-phq-9-last-2023-12-31.svg"')
    assert "Depression, last infusion: mean gain" in drawn.content.decode()
    assert "as of 2023-12-31" in drawn.content.decode()
    assert client.get(picture, asked(home)).content.startswith(b"\x89PNG")
    assert client.get(reverse("outcomes:who_answered_chart", args=["pdf"]), asked(home)).status_code == 404
    assert client.get(svg, asked(home, window="6m")).status_code == 404, "there is nothing to draw"


def test_the_commands_table_has_every_window_and_no_query(
    home: Site, lead: StaffUser, django_assert_num_queries: Any
) -> None:
    source = next(one for one in sources(lead.site) if one.slug == home.slug)
    found = study(Asked(source, registry.AS_OF, Definitions()))
    with django_assert_num_queries(0):
        heading, lines = selection_rows(found)
    assert heading == SELECTION
    assert {len(line) for line in lines} == {len(SELECTION)}
    assert [line[0] for line in lines] == sorted((line[0] for line in lines), key=["last", "3m", "6m"].index)
    female = next(line for line in lines if line[:3] == ("last", "Gender", "Female"))
    assert female[3].isdigit()
    assert [line[11:] for line in lines if line[:2] == ("6m", "Ketamine infusion days")] == [
        ("5 (5, 9)", "5 (5, 15)", "<0.01")
    ]


def test_foreign_sources_are_not_found(lead: StaffUser, as_user: Any, home: Site, other_site: Site) -> None:
    assert as_user(lead).get(URL, {"source": other_site.slug}).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("clinic_lead", 200), ("physician", 200), ("psychologist", 200), ("nurse", 403), ("scheduler", 403)],
)
def test_only_who_may_see_outcomes(site: Site, as_user: Any, home: Site, role: str, status: int) -> None:
    client = as_user(people.staff(role, site=site))
    assert client.get(URL, asked(home)).status_code == status
    for name, kind in (("who_answered_file", "csv"), ("who_answered_chart", "svg")):
        assert client.get(reverse(f"outcomes:{name}", args=[kind]), asked(home)).status_code == status
