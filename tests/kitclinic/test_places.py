"""People who work at several sites: what a session stands for, and that nothing stored moves with it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.actions import change_place, choose_theme, end_place, give_place
from kitclinic.models import AuditEvent, Membership, Site, StaffUser
from kitclinic.places import PLACE, standing
from kitclinic.problems import Refused
from kitclinic.roles import ROLES
from tests.factories import people, tablets
from tests.factories.scheduling import NOW, patient

pytestmark = pytest.mark.django_db
THE_ROW = ("site_id", "role", "is_ketamine_trained", "username", "name", "is_active", "theme")


@pytest.fixture
def person(site: Site) -> StaffUser:
    """A nurse, who is a scheduler elsewhere."""
    return people.staff("nurse", site=site)


@pytest.fixture
def place(person: StaffUser, other_site: Site) -> Membership:
    lead = people.staff("clinic_lead", site=other_site)
    return give_place(
        site=other_site, username=person.username, role="scheduler", is_ketamine_trained=False, by=lead, at=NOW
    )


def switch(client: Client, site: Site, **more: str) -> Any:
    return client.post(reverse("place"), {"site": site.pk, **more})


def row_of(person: StaffUser) -> Any:
    return StaffUser.objects.values_list(*THE_ROW).get(pk=person.pk)


def test_acc_30_after_the_switch_site_and_role_are_those_of_the_other_place(
    person: StaffUser, place: Membership, other_site: Site, as_user: Any
) -> None:
    here = patient(site=person.site, at=NOW)
    there = patient(site=other_site, at=NOW)
    client = as_user(person)
    page = client.get(reverse("scheduling:patients"))
    assert "You work at" in page.content.decode()
    assert switch(client, other_site).headers["Location"] == "/"
    home = client.get("/", follow=True)
    assert home.context["site"] == other_site
    assert home.context["user"].role == "scheduler"
    assert f"You are at {other_site.name} now, as scheduler." in home.content.decode()
    assert client.get(reverse("scheduling:patient", args=[there.pk])).status_code == 200
    assert client.get(reverse("scheduling:patient", args=[here.pk])).status_code == 404
    assert client.get(reverse("infusions:board")).status_code == 403  # a scheduler there
    switch(client, person.site)
    assert PLACE not in client.session
    assert client.get(reverse("infusions:board")).status_code == 200
    assert client.get(reverse("scheduling:patient", args=[there.pk])).status_code == 404


def test_acc_31_a_switch_changes_no_row_of_the_person(
    person: StaffUser, place: Membership, other_site: Site, as_user: Any
) -> None:
    before, client = row_of(person), as_user(person)
    switch(client, other_site)
    assert row_of(person) == before
    client.post(reverse("theme"), {"theme": "calm"})  # an act that saves the person, while they stand elsewhere
    assert row_of(person) == (*before[:-1], "calm")
    client.post(reverse("logout"))
    assert row_of(person) == (*before[:-1], "calm")


@pytest.mark.parametrize("fields", [None, ["role"], ["theme", "site"], ["is_ketamine_trained"], ["site_id"]])
def test_acc_31_a_person_who_stands_elsewhere_cannot_be_saved_whole(
    person: StaffUser, place: Membership, other_site: Site, fields: list[str] | None
) -> None:
    there = standing(person, other_site)
    before = row_of(person)
    with pytest.raises(TypeError, match="stands for another place"):
        there.save(update_fields=fields) if fields else there.save()
    with pytest.raises(TypeError, match="stands for another place"):
        StaffUser.objects.bulk_update([there], fields or ["role"])
    assert row_of(person) == before
    choose_theme(user=there, theme="dark")
    there.refresh_from_db()
    assert (there.site, there.role, there.theme) == (other_site, "scheduler", "dark")
    assert row_of(person) == (*before[:-1], "dark")


def test_acc_32_the_change_is_in_the_trail_of_the_site_they_come_to_and_moves_no_other_browser(
    person: StaffUser, place: Membership, site: Site, other_site: Site, as_user: Any
) -> None:
    one, another = as_user(person), as_user(person)
    switch(one, other_site)
    event = AuditEvent.objects.get(event="site changed")
    assert (event.site, event.by, event.detail) == (other_site, person, {"from": site.pk, "role": "scheduler"})
    assert another.get("/", follow=True).context["site"] == site


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ("/patients/", "/patients/"),
        ("/patients/?q=Ng", "/patients/"),  # what was asked of one site is not asked of the next
        ("/week/", "/week/"),
        ("/board/", "/"),  # not for a scheduler
        ("/patient/7/", "/"),
        ("https://elsewhere.example/patients/", "/"),
        ("//elsewhere.example/", "/"),
        ("/nowhere/", "/"),
        ("", "/"),
    ],
)
def test_the_page_stays_where_the_same_page_makes_sense(
    person: StaffUser, place: Membership, other_site: Site, as_user: Any, asked: str, goes_to: str
) -> None:
    assert switch(as_user(person), other_site, next=asked).headers["Location"] == goes_to


def test_nobody_stands_for_a_site_at_which_they_do_not_work(site: Site, other_site: Site, as_user: Any) -> None:
    client = as_user(people.staff("nurse", site=site))
    for asked in (other_site.pk, site.pk, 0, "", "x"):
        assert client.post(reverse("place"), {"site": asked}).status_code == 404
    assert "You work at" not in client.get(reverse("scheduling:patients")).content.decode()
    assert client.get(reverse("place")).status_code == 405


@pytest.mark.parametrize("header", ["HX-Request", "KC-Form"])
def test_acc_33_a_page_made_at_one_site_reads_and_writes_nothing_at_another(
    person: StaffUser, place: Membership, site: Site, other_site: Site, as_user: Any, header: str
) -> None:
    client = as_user(person)
    switch(client, other_site)
    said = {header: "true" if header == "HX-Request" else "1", "KC-User": str(person.pk), "KC-Site": str(site.pk)}
    late = client.post(reverse("theme"), {"theme": "dark"}, headers=said)
    assert late.status_code == 409
    assert f"opened at {site.name}, and you are at {other_site.name} now" in late.content.decode()
    assert client.get(reverse("scheduling:patients"), headers=said).status_code == 409
    assert row_of(person)[-1] == ""
    assert (
        client.get(reverse("scheduling:patients"), headers=said | {"KC-Site": str(other_site.pk)}).status_code
        == 200
    )


def test_acc_34_on_a_shared_tablet_people_are_at_its_site_and_change_it_nowhere(
    person: StaffUser, place: Membership, site: Site, other_site: Site
) -> None:
    made, token = tablets.tablet(other_site, NOW)
    browser = tablets.device(token)
    tablets.sign_in(browser, person)
    page = browser.get("/", follow=True)
    assert (page.context["site"], page.context["user"].role) == (other_site, "scheduler")
    assert page.context["tablet"] == made
    assert "You work at" not in page.content.decode()
    refused = switch(browser, site)
    assert refused.status_code == 422
    assert "is of one clinic" in refused.content.decode()
    assert browser.get("/", follow=True).context["site"] == other_site


def test_acc_34_a_pin_is_one_of_its_site(
    person: StaffUser, place: Membership, site: Site, other_site: Site
) -> None:
    tablets.give_pin(person, NOW, "5839")
    tablets.give_pin(standing(person, other_site), NOW, "7264")
    assert set(person.pins.values_list("site_id", flat=True)) == {site.pk, other_site.pk}


def test_acc_35_an_ended_place_acts_on_the_next_request(
    person: StaffUser, place: Membership, site: Site, other_site: Site, as_user: Any
) -> None:
    client = as_user(person)
    switch(client, other_site)
    end_place(place=place, by=people.staff("administrator", site=other_site), at=NOW)
    late = client.post(reverse("theme"), {"theme": "dark"})
    assert (late.status_code, row_of(person)[-1]) == (403, "")
    assert "do not work at that clinic any more" in late.content.decode()
    assert client.get("/", follow=True).context["site"] == site
    assert switch(client, other_site).status_code == 404


def test_acc_35_on_a_tablet_an_ended_place_signs_out(
    person: StaffUser, place: Membership, other_site: Site
) -> None:
    _, token = tablets.tablet(other_site, NOW)
    browser = tablets.device(token)
    tablets.sign_in(browser, person)
    end_place(place=place, by=people.staff("administrator", site=other_site), at=NOW)
    assert browser.get(reverse("scheduling:patients")).headers["Location"].startswith("/sign-in/")
    assert "_auth_user_id" not in browser.session


def test_acc_35_a_leaver_is_out_of_every_place(
    person: StaffUser, place: Membership, other_site: Site, as_user: Any
) -> None:
    client = as_user(person)
    switch(client, other_site)
    StaffUser.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(reverse("scheduling:patients")).headers["Location"].startswith("/sign-in/")
    assert person not in StaffUser.objects.at(other_site)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_staff_of_a_site_are_its_own_and_its_members_by_the_role_they_have_there(
    site: Site, other_site: Site, role: str
) -> None:
    own = people.staff(role, site=other_site)
    lead = people.staff("administrator", site=other_site)
    far = people.staff("nurse", site=site)
    give_place(site=other_site, username=far.username, role=role, is_ketamine_trained=True, by=lead, at=NOW)
    found = {one.pk: one for one in StaffUser.objects.at(other_site, roles=[role])}
    assert {own.pk, far.pk} <= set(found)
    assert (found[far.pk].role, found[far.pk].site, found[far.pk].is_ketamine_trained) == (role, other_site, True)
    assert [one.role for one in StaffUser.objects.at(site, roles=["nurse"]) if one.pk == far.pk] == ["nurse"]
    assert StaffUser.objects.at(site, roles=[role]).filter(pk=own.pk).exists() is False


def test_names_of_those_who_worked_there_once_are_still_found(
    person: StaffUser, place: Membership, other_site: Site
) -> None:
    end_place(place=place, by=people.staff("administrator", site=other_site), at=NOW)
    assert person not in StaffUser.objects.at(other_site)
    assert person in StaffUser.objects.at(other_site, ended=True)
    assert standing(person, other_site) is person  # unchanged: of another site, and refused by every gate


@pytest.mark.parametrize(
    ("username", "role", "sentence"),
    [
        ("nobody-here", "nurse", "No active account"),
        ("own", "nurse", "works here already"),
        ("far", "owner", "Choose the role"),
    ],
)
def test_whoever_may_not_be_let_in_is_refused_in_words(
    site: Site, other_site: Site, username: str, role: str, sentence: str
) -> None:
    people.staff("nurse", site=site, username="own")
    people.staff("nurse", site=other_site, username="far")
    lead = people.staff("administrator", site=site)
    with pytest.raises(Refused, match=sentence):
        give_place(site=site, username=username, role=role, is_ketamine_trained=False, by=lead, at=NOW)
    assert not Membership.objects.exists()


def test_nobody_changes_or_ends_their_own_place(person: StaffUser, place: Membership, other_site: Site) -> None:
    change_place(
        place=place,
        role="administrator",
        is_ketamine_trained=False,
        by=people.staff("administrator", site=other_site),
        at=NOW,
    )
    themselves = standing(person, other_site)
    with pytest.raises(Refused):
        change_place(place=place, role="physician", is_ketamine_trained=False, by=themselves, at=NOW)
    with pytest.raises(Refused):
        end_place(place=place, by=themselves, at=NOW)
    assert Membership.objects.get().role == "administrator"


def test_the_page_lets_somebody_in_changes_and_ends_them(site: Site, other_site: Site, as_user: Any) -> None:
    far = people.staff("nurse", site=other_site)
    client = as_user(people.staff("administrator", site=site))
    url = reverse("members")
    assert "Nobody yet" in client.get(url).content.decode()
    assert client.post(url, {"username": "nobody", "role": "nurse"}).status_code == 422
    client.post(url, {"username": far.username, "role": "nurse"})
    row = Membership.objects.get()
    client.post(reverse("member_change", args=[row.pk]), {"role": "physician"})
    assert "Physician" in client.get(url).content.decode()
    client.post(reverse("member_end", args=[row.pk]))
    assert "ended" in client.get(url).content.decode()
    assert set(AuditEvent.objects.filter(site=site).values_list("event", flat=True)) >= {
        "place given",
        "place changed",
        "place ended",
    }
    client.post(url, {"username": far.username, "role": "scheduler"})  # back again
    row.refresh_from_db()
    assert (row.is_active, row.role) == (True, "scheduler")


def test_the_page_of_a_person_says_where_they_work(
    person: StaffUser, place: Membership, site: Site, other_site: Site, as_user: Any
) -> None:
    client = as_user(people.staff("administrator", site=site))
    page = client.get(reverse("person", args=[person.pk])).content.decode()
    assert f'{other_site.name} <span class="muted">scheduler</span>' in page
    alone = people.staff("nurse", site=site)
    assert "Works at" not in client.get(reverse("person", args=[alone.pk])).content.decode()
