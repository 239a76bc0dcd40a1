from django.apps import AppConfig


class KitclinicConfig(AppConfig):
    name = "kitclinic"
    default_auto_field = "django.db.models.BigAutoField"
