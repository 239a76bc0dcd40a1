"""The worker and the scheduler: they deliver and escalate; nothing clinical waits for them."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
app = Celery("kitclinic", task_cls="kitclinic.history:ClinicTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
