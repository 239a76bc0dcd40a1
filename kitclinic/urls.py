"""All addresses."""

from django.urls import include, path

from kitclinic.views.clinic import clinic
from kitclinic.views.healthz import healthz
from kitclinic.views.home import home
from kitclinic.views.lock import lock, touched, unlock
from kitclinic.views.sign_in import sign_in, sign_out, signed_in, theme
from kitclinic.views.styleguide import styleguide
from kitclinic.views.tablets import pin, tablet_end, tablets

urlpatterns = [
    path("", home, name="home"),
    path("clinic/", clinic, name="clinic"),
    path("healthz", healthz, name="healthz"),
    path("lock/", lock, name="lock"),
    path("lock/open/", unlock, name="unlock"),
    path("lock/touched/", touched, name="touched"),
    path("pin/", pin, name="pin"),
    path("sign-in/", sign_in, name="login"),
    path("signed-in/", signed_in, name="signed_in"),
    path("sign-out/", sign_out, name="logout"),
    path("theme/", theme, name="theme"),
    path("styleguide/", styleguide, name="styleguide"),
    path("tablets/", tablets, name="tablets"),
    path("tablets/<int:pk>/end/", tablet_end, name="tablet_end"),
    path("", include("scheduling.urls")),
    path("", include("infusions.urls")),
    path("", include("outcomes.urls")),
]
