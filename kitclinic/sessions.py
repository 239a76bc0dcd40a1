"""Who a session stands for: the person and their clinic in one query, because every request asks for both."""

from django.contrib.auth.backends import ModelBackend

from kitclinic.models import StaffUser


class StaffBackend(ModelBackend):
    """Django's own sign-in; only the person of a session comes with the clinic."""

    def get_user(self, user_id: int) -> StaffUser | None:
        person = StaffUser.objects.select_related("site").filter(pk=user_id).first()
        return person if person is not None and self.user_can_authenticate(person) else None
