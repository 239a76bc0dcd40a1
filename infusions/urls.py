"""Addresses of infusions."""

from django.urls import path

from infusions.views.order import order
from infusions.views.order_discontinue import order_discontinue
from infusions.views.order_hold import order_hold
from infusions.views.order_new import order_new
from infusions.views.order_pdf import order_pdf
from infusions.views.order_release import order_release
from infusions.views.signing import signing

app_name = "infusions"
urlpatterns = [
    path("orders/<int:pk>/", order, name="order"),
    path("orders/<int:pk>/discontinue/", order_discontinue, name="order_discontinue"),
    path("orders/<int:pk>/hold/", order_hold, name="order_hold"),
    path("orders/<int:pk>/pdf/", order_pdf, name="order_pdf"),
    path("orders/<int:pk>/release/", order_release, name="order_release"),
    path("sequences/<int:sequence_pk>/order/", order_new, name="order_new"),
    path("signing/", signing, name="signing"),
]
