"""The web server's entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()  # what is loaded stays: the workers neither look through it nor copy it
