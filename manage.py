#!/usr/bin/env python
"""Django's command line, with the owner's database for migrations."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from kitclinic.environment import EnvironmentProblem
from kitclinic.site_rows import every_site

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
    if sys.argv[1:2] == ["demo"]:
        os.environ.setdefault("KITCLINIC_DEMO", "1")
    try:
        with every_site("a command is given by whoever runs the installation, for all its clinics"):
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, EnvironmentProblem) as problem:
        sys.exit(str(problem))  # the environment is wrong: a sentence, not a stack
    except KeyboardInterrupt:
        sys.exit(130)  # Ctrl-C, as the shell counts it
