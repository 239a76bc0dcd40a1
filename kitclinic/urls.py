"""All addresses."""

from django.urls import include, path

from kitclinic.views.account import (
    account,
    account_confirm,
    account_password,
    confirm_options,
    session_end,
    sessions_end,
)
from kitclinic.views.audit import audit, audit_csv
from kitclinic.views.changes import history
from kitclinic.views.clinic import clinic
from kitclinic.views.healthz import healthz
from kitclinic.views.home import home
from kitclinic.views.lock import lock, lock_passkey, touched, unlock
from kitclinic.views.people import (
    people,
    people_invite,
    person,
    person_disable,
    person_enable,
    person_link,
    person_steps,
    person_withdraw,
)
from kitclinic.views.places import member_change, member_end, members, place
from kitclinic.views.second_step import (
    codes_app,
    passkey_add,
    passkey_name,
    passkey_new_options,
    recovery_codes,
    step_remove,
)
from kitclinic.views.security_txt import security_txt
from kitclinic.views.sign_in import (
    passkey_options,
    passkey_sign_in,
    second_step,
    sign_in,
    sign_out,
    signed_in,
    theme,
)
from kitclinic.views.single_sign_on import single_sign_on, single_sign_on_back
from kitclinic.views.site_settings import setting_change, site_settings
from kitclinic.views.styleguide import styleguide
from kitclinic.views.tablets import pin, tablet_end, tablets
from kitclinic.views.welcome import welcome

urlpatterns = [
    path("", home, name="home"),
    path("account/", account, name="account"),
    path("account/codes-app/", codes_app, name="codes_app"),
    path("account/confirm/", account_confirm, name="account_confirm"),
    path("account/confirm/options/", confirm_options, name="confirm_options"),
    path("account/passkeys/add/", passkey_add, name="passkey_add"),
    path("account/passkeys/options/", passkey_new_options, name="passkey_new_options"),
    path("account/passkeys/<int:pk>/name/", passkey_name, name="passkey_name"),
    path("account/password/", account_password, name="account_password"),
    path("account/recovery-codes/", recovery_codes, name="recovery_codes"),
    path("account/sessions/end/", sessions_end, name="sessions_end"),
    path("account/sessions/<int:pk>/end/", session_end, name="session_end"),
    path("account/steps/<int:pk>/remove/", step_remove, name="step_remove"),
    path("clinic/", clinic, name="clinic"),
    path("clinic/changes/", history, name="changes"),
    path("healthz", healthz, name="healthz"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("lock/", lock, name="lock"),
    path("lock/open/", unlock, name="unlock"),
    path("lock/passkey/", lock_passkey, name="lock_passkey"),
    path("lock/touched/", touched, name="touched"),
    path("people/", people, name="people"),
    path("people/invite/", people_invite, name="people_invite"),
    path("people/<int:pk>/", person, name="person"),
    path("people/<int:pk>/close/", person_disable, name="person_disable"),
    path("people/<int:pk>/open/", person_enable, name="person_enable"),
    path("people/<int:pk>/link/", person_link, name="person_link"),
    path("people/<int:pk>/steps/", person_steps, name="person_steps"),
    path("people/<int:pk>/link/withdraw/", person_withdraw, name="person_withdraw"),
    path("clinic/settings/", site_settings, name="site_settings"),
    path("clinic/settings/<slug:name>/", setting_change, name="setting_change"),
    path("clinic/elsewhere/", members, name="members"),
    path("clinic/elsewhere/<int:pk>/change/", member_change, name="member_change"),
    path("clinic/elsewhere/<int:pk>/end/", member_end, name="member_end"),
    path("place/", place, name="place"),
    path("pin/", pin, name="pin"),
    path("records/audit/", audit, name="audit"),
    path("records/audit/trail.csv", audit_csv, name="audit_csv"),
    path("sign-in/", sign_in, name="login"),
    path("sign-in/", sign_in, name="account_login"),  # the name that django-allauth knows it by
    path("sign-in/second-step/", second_step, name="mfa_authenticate"),
    path("sign-in/passkey/", passkey_sign_in, name="passkey_sign_in"),
    path("sign-in/passkey/options/", passkey_options, name="passkey_options"),
    path("sign-in/with/<slug:key>/", single_sign_on, name="single_sign_on"),
    path("sign-in/with/<slug:key>/back/", single_sign_on_back, name="single_sign_on_back"),
    path("signed-in/", signed_in, name="signed_in"),
    path("sign-out/", sign_out, name="logout"),
    path("theme/", theme, name="theme"),
    path("styleguide/", styleguide, name="styleguide"),
    path("tablets/", tablets, name="tablets"),
    path("tablets/<int:pk>/end/", tablet_end, name="tablet_end"),
    path("welcome/", welcome, name="welcome"),
    path("", include("scheduling.urls")),
    path("", include("infusions.urls")),
    path("", include("outcomes.urls")),
]
