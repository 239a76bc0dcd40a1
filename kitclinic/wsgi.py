"""The web server's entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # every page's code now, once for all workers, not with each worker's first answer
gc.collect()
gc.freeze()  # what is loaded stays: the workers neither look through it nor copy it
