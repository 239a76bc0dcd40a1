"""Everything belongs to a site: each table inherits that, or stands here with the reason."""

from django.apps import apps

from kitclinic.history import is_history
from kitclinic.models import SiteOwned

OF_NO_SITE = {
    "kitclinic.Site": "the site itself",
    "kitclinic.StaffUser": "a person has an own site as a column, and further ones as Membership",
    "kitclinic.SignInTry": "a name tried at the door, which may be nobody's; forgotten after 30 days",
}
OF_PACKAGES = {  # of others, with no row of a patient or of the clinic's work
    "account": "the sign-in package's addresses, unused: staff sign in by user name",
    "auth": "the framework's groups and permissions, unused: roles are in kitclinic/roles.py",
    "contenttypes": "the framework's names of tables",
    "mfa": "a person's second steps, the same at every site",
    "pghistory": "the history package's own tables, unused: each event carries its context",
    "sessions": "a session is a person's, and says which site it stands for",
    "socialaccount": "the sign-in package's links to a provider, a person's, the same at every site",
    "usersessions": "the sign-in package's list of a person's sessions",
}


def test_every_table_belongs_to_a_site_or_says_why_not() -> None:
    without = {
        model._meta
        for model in apps.get_models()
        if not issubclass(model, SiteOwned) and not model._meta.proxy and not is_history(model)
    }
    ours = {one for one in without if one.app_label not in OF_PACKAGES and one.managed}  # a view holds no rows
    assert {one.label for one in ours} == set(OF_NO_SITE)
    assert {one.app_label for one in without if one.app_label in OF_PACKAGES} == set(OF_PACKAGES)


def test_no_table_of_another_package_refers_to_a_row_of_a_site() -> None:
    found = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if model._meta.app_label in OF_PACKAGES
        and field.concrete
        and isinstance(field.related_model, type)
        and issubclass(field.related_model, SiteOwned)
    ]
    assert found == []
