"""Who a session stands for: the person and their clinic in one query, because every request asks for both."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef

from kitclinic.models import Membership, StaffUser


class StaffBackend(ModelBackend):
    """Django's own sign-in; only the person of a session comes with the clinic, and whether there are more."""

    def get_user(self, user_id: int) -> StaffUser | None:
        further = Membership.objects.filter(person=OuterRef("pk"), is_active=True)
        people = StaffUser.objects.select_related("site").annotate(works_elsewhere=Exists(further))
        person = people.filter(pk=user_id).first()
        return person if person is not None and self.user_can_authenticate(person) else None
