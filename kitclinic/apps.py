from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class KitclinicConfig(AppConfig):
    name = "kitclinic"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kitclinic import site_rows  # noqa: PLC0415  (models are there only now)

        user_logged_in.connect(site_rows.on_sign_in, dispatch_uid="site_rows.on_sign_in")
        user_logged_out.connect(site_rows.on_sign_out, dispatch_uid="site_rows.on_sign_out")
