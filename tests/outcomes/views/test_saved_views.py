"""Views under a name: kept, shared without small cells, renamed, withdrawn; nobody else's are there."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.urls import reverse

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from outcomes.actions import import_registry, rename_view, save_view, withdraw_view
from outcomes.models import SavedView
from outcomes.rules.saved_views import PAGES
from tests.factories import people, registry
from tests.outcomes.views.test_open_questions import AT, MANY, made, words

LIST = "/outcomes/views/"
NEW = "/outcomes/views/new/"


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return made(site, tmp_path)


def asked(home: Site, **more: str) -> dict[str, str]:
    return {"source": home.slug, "as_of": str(registry.AS_OF)} | more


def saved(home: Site, by: StaffUser, *, shared: bool = True, page: str = "dashboard", **more: str) -> SavedView:
    return save_view(
        site=by.site,
        name="Everybody",
        page=page,
        query=asked(home, **more),
        shared=shared,
        always_today=False,
        by=by,
        at=AT,
    )


def form(client: Any, query: dict[str, str], **said: str) -> Any:
    address = f"{NEW}?{'&'.join(f'{key}={value}' for key, value in query.items())}"
    return client.post(address, {"name": "Women", "as_of": "fixed"} | said)


@pytest.mark.parametrize("address", [LIST, f"{NEW}?on=dashboard"])
@pytest.mark.parametrize(("role", "status"), [("clinic_lead", 200), ("physician", 200), ("nurse", 403)])
def test_only_roles_that_may_see_outcomes_keep_views(
    site: Site, as_user: Any, role: str, status: int, address: str
) -> None:
    assert as_user(people.staff(role, site=site)).get(address).status_code == status


def test_out_74_a_view_keeps_what_was_asked_for_and_opens_it_again(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    client = as_user(lead)
    query = asked(home, on="dashboard", sex="female", mcid="evidence", measure="phq-9", strange="<b>")
    assert form(client, query).status_code == 302
    view = SavedView.objects.get()
    assert view.query == asked(home, sex="female", mcid="evidence", measure="phq-9")
    assert (view.name, view.page, view.is_shared, view.always_today, view.made_by) == (
        "Women",
        "dashboard",
        False,
        False,
        lead,
    )
    link = re.search(r'<a href="([^"]+)">Women</a>', client.get(LIST).content.decode())
    assert link is not None
    text = words(client.get(link.group(1).replace("&amp;", "&")))
    assert "Only female" in text or "12 of 60" in text


def test_out_74_always_today_keeps_no_day(lead: StaffUser, as_user: Any, home: Site) -> None:
    form(as_user(lead), asked(home, on="completion"), as_of="today")
    view = SavedView.objects.get()
    assert view.always_today
    assert view.query == {"source": home.slug}


def test_out_74_a_comparison_keeps_both_sides(lead: StaffUser, as_user: Any, home: Site) -> None:
    query = {"on": "compare", "a.source": home.slug, "a.sex": "female", "b.source": home.slug, "mcid": "evidence"}
    query |= {"a.as_of": "2023-12-31", "b.as_of": "2023-11-30"}
    client = as_user(lead)
    assert form(client, query).status_code == 302
    view = SavedView.objects.get()
    assert view.query == {key: value for key, value in query.items() if key != "on"}
    text = words(client.get(reverse("outcomes:compare"), view.query))
    assert "12 patients in A, 60 in B" in text


@pytest.mark.parametrize("page", sorted(PAGES))
def test_out_75_only_improvement_and_completion_can_be_shared(
    lead: StaffUser, as_user: Any, home: Site, page: str
) -> None:
    client = as_user(lead)
    response = form(client, asked(home, on=page), shared="on")
    may = page in ("dashboard", "completion")
    assert response.status_code == (302 if may else 422)
    assert SavedView.objects.count() == may
    offered = 'name="shared"' in client.get(NEW, asked(home, on=page)).content.decode()
    assert offered is may


def test_a_view_without_a_name_or_of_no_page_is_refused(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    assert form(client, asked(home, on="dashboard"), name=" ").status_code == 422
    assert client.get(NEW, asked(home, on="nowhere")).status_code == 404
    with pytest.raises(Refused, match="at most 80 letters"):
        save_view(
            site=lead.site,
            name="x" * 81,
            page="dashboard",
            query={},
            shared=False,
            always_today=True,
            by=lead,
            at=AT,
        )


def test_the_database_refuses_a_shared_view_of_another_page(lead: StaffUser, home: Site) -> None:
    view = saved(home, lead, shared=False, page="compare")
    view.is_shared = True
    with pytest.raises(IntegrityError, match="saved_view_shared_hides_small_cells"):
        view.save()


def test_everybodys_own_views_are_their_own(
    lead: StaffUser, physician: StaffUser, as_user: Any, home: Site
) -> None:
    mine, ours = saved(home, lead, shared=False), saved(home, lead)
    rename_view(view=mine, name="Only mine", by=lead, at=AT)
    listed = words(as_user(physician).get(LIST))
    assert "Only mine" not in listed
    assert "Everybody" in listed
    assert "Rename" not in listed, "a physician does not change what the lead shared"
    client = as_user(physician)
    assert client.get(reverse("outcomes:saved_view", args=[ours.token])).status_code == 200
    assert client.get(reverse("outcomes:saved_view", args=[mine.token])).status_code == 404
    assert client.get(reverse("outcomes:saved_view_name", args=[mine.pk])).status_code == 404
    assert client.post(reverse("outcomes:saved_view_withdraw", args=[mine.pk])).status_code == 404
    assert client.post(reverse("outcomes:saved_view_withdraw", args=[ours.pk])).status_code == 422


def test_a_view_is_renamed_and_withdrawn_and_both_are_written_down(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    view, client = saved(home, lead), as_user(lead)
    assert client.post(reverse("outcomes:saved_view_name", args=[view.pk]), {"name": ""}).status_code == 422
    assert client.post(reverse("outcomes:saved_view_name", args=[view.pk]), {"name": "All"}).status_code == 302
    assert "All" in words(client.get(LIST))
    assert client.post(reverse("outcomes:saved_view_withdraw", args=[view.pk])).status_code == 302
    assert "No view has been saved yet" in words(client.get(LIST))
    assert client.get(reverse("outcomes:saved_view", args=[view.token])).status_code == 404
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_view(view=view, by=lead, at=AT)
    events = (
        AuditEvent.objects.filter(event__startswith="outcomes view").order_by("pk").values_list("event", flat=True)
    )
    assert list(events) == ["outcomes view saved", "outcomes view renamed", "outcomes view withdrawn"]


def test_whoever_runs_the_clinic_may_withdraw_what_is_shared(
    lead: StaffUser, physician: StaffUser, as_user: Any, home: Site
) -> None:
    view = saved(home, physician)
    assert as_user(lead).post(reverse("outcomes:saved_view_withdraw", args=[view.pk])).status_code == 302


def test_the_link_of_a_shared_view_needs_sign_in_permission_and_its_clinic(
    lead: StaffUser, nurse: StaffUser, other_site: Site, client: Any, as_user: Any, home: Site
) -> None:
    view = saved(home, lead)
    address = reverse("outcomes:saved_view", args=[view.token])
    assert len(view.token) == 43
    assert client.get(address).status_code == 302
    assert as_user(nurse).get(address).status_code == 403
    assert as_user(people.staff("clinic_lead", site=other_site)).get(address).status_code == 404
    assert as_user(lead).get(reverse("outcomes:saved_view", args=["x" * 43])).status_code == 404


def test_out_60_a_shared_view_shows_large_groups_and_hides_small_ones(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    client = as_user(lead)
    text = words(client.get(reverse("outcomes:saved_view", args=[saved(home, lead).token])))
    better = sum(15 + n % 3 - 9 - n % 7 >= 5 for n in range(MANY) if n % 3)
    assert "60 patients." in text
    assert "Shared by" in text
    assert "Definition set Paper 2025" in text
    crps = client.get(reverse("outcomes:saved_view", args=[saved(home, lead, sex="female").token]))
    hidden = words(crps)
    assert "12 patients." in hidden
    assert "Not shown, in whole or in part: " in hidden
    assert "such a number could be worked out" in hidden
    assert better > 10


def test_out_60_fewer_than_eleven_patients_are_not_shown_at_all(lead: StaffUser, as_user: Any, home: Site) -> None:
    view = saved(home, lead, age="60-69", sex="female")
    text = words(as_user(lead).get(reverse("outcomes:saved_view", args=[view.token])))
    assert "too few for a view that is shared" in text
    assert "%" not in text.split("What is not shown")[0].split("Sign out")[-1].split("Read only")[-1]


def test_out_75_a_shared_view_opens_no_patients(lead: StaffUser, as_user: Any, home: Site) -> None:
    page = as_user(lead).get(reverse("outcomes:saved_view", args=[saved(home, lead).token])).content.decode()
    main = page.split('<main id="kc-main"')[1].split("</main>")[0].split("</nav>")[-1]
    assert "/patients/" not in main
    assert "/outcomes/phq-9/" not in main
    assert "export" not in main.lower()


def test_a_shared_view_of_a_source_that_is_empty_is_said(lead: StaffUser, as_user: Any) -> None:
    view = save_view(
        site=lead.site,
        name="Us",
        page="dashboard",
        query={"source": lead.site.slug},
        shared=True,
        always_today=True,
        by=lead,
        at=AT,
    )
    assert "No patient counts by this day" in words(
        as_user(lead).get(reverse("outcomes:saved_view", args=[view.token]))
    )


def test_another_clinics_source_cannot_be_saved(
    lead: StaffUser, as_user: Any, other_site: Site, tmp_path: Path
) -> None:
    theirs = import_registry(site=other_site, directory=registry.export(tmp_path), by=None, at=AT).record.site
    assert as_user(lead).get(NEW, {"on": "dashboard", "source": theirs.slug}).status_code == 404
    assert form(as_user(lead), {"on": "dashboard", "source": theirs.slug}).status_code == 404
