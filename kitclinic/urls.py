"""All addresses."""

from django.urls import include, path

from kitclinic.views.healthz import healthz
from kitclinic.views.home import home
from kitclinic.views.sign_in import sign_in, sign_out, theme
from kitclinic.views.styleguide import styleguide

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("sign-in/", sign_in, name="login"),
    path("sign-out/", sign_out, name="logout"),
    path("theme/", theme, name="theme"),
    path("styleguide/", styleguide, name="styleguide"),
    path("", include("scheduling.urls")),
    path("", include("infusions.urls")),
    path("", include("outcomes.urls")),
]
