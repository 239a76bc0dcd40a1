"""All settings, in one file. The environment is read strictly; DEBUG is off unless asked for."""

import secrets
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from kitclinic import embedded
from kitclinic.environment import Environment, database, mail_server
from kitclinic.openid_providers import providers
from kitclinic.roles import Role

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment.of_this_process()
VAR = Path(env.text("KITCLINIC_VAR", str(BASE_DIR / "var")))

DEBUG = env.flag("KITCLINIC_DEBUG")
EMBEDDED = not env.text("DATABASE_URL")
DEMO = env.flag("KITCLINIC_DEMO")
if DEMO and not DEBUG and not EMBEDDED:
    raise ImproperlyConfigured(
        "DATABASE_URL is set: the demonstration (KITCLINIC_DEMO) runs only on its own database. Unset one of them."
    )
LOCAL = DEBUG or EMBEDDED  # one machine, no TLS in front

# -- secrets and hosts --------------------------------------------------------------------------------


def _local_secret() -> str:
    """A secret of this checkout, made once, readable by its owner only."""
    path = VAR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = env.text("KITCLINIC_SECRET_KEY") or (_local_secret() if LOCAL else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set KITCLINIC_SECRET_KEY to at least 50 random characters.")
ALLOWED_HOSTS = env.words("KITCLINIC_HOSTS", ["localhost", "[::1]", "testserver"] if LOCAL else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set KITCLINIC_HOSTS to the names this clinic is reached by, with commas.")
BASE_URL = env.text("KITCLINIC_BASE_URL", "http://localhost:8000" if LOCAL else f"https://{ALLOWED_HOSTS[0]}")
# Tokens for other engines of adaptive tests; a remote engine names its variable, and the token stands only here.
ENGINE_TOKENS = {name: value.strip() for name, value in env.values.items() if name.startswith("ENGINE_TOKEN_")}
ALLOWED_HOSTS.append("127.0.0.1")  # health checks from the machine itself
HTTPS = env.flag("KITCLINIC_HTTPS", default=not LOCAL)

# -- applications -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "kitclinic",
    "scheduling",
    "infusions",
    "outcomes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "kitclinic.headers.HeadersMiddleware",
    "kitclinic.http.MethodsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # inside of what writes headers: static files have them too
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kitclinic.site_rows.SiteRowsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kitclinic.places.PlaceMiddleware",
    "kitclinic.shift.ShiftMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kitclinic.bodies.BodyMiddleware",
    "kitclinic.locking.LockMiddleware",
    "kitclinic.history.HistoryMiddleware",
    "kitclinic.page_requests.PageRequestMiddleware",
    "kitclinic.shift.SecondStepMiddleware",
    "kitclinic.pace.PaceMiddleware",  # counts, so it stands outside of what lets nothing write
    "kitclinic.looks.LookMiddleware",  # before the next: a line in the audit trail is the one write of a GET
    "kitclinic.http.ReadOnlyGetMiddleware",
    "kitclinic.http.RefusalMiddleware",
]
ROOT_URLCONF = "kitclinic.urls"
WSGI_APPLICATION = "kitclinic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kitclinic.context.clinic",
                "infusions.context.to_call",
                "infusions.context.kept_aside",
                "infusions.context.to_sign",
            ],
            "builtins": ["kitclinic.templatetags.kc"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- database: the application's role by default, the owner's for migrations --------------------------


def _embedded_database(role: str) -> dict[str, object]:
    return {
        "ENGINE": "kitclinic.embedded",
        "NAME": embedded.DATABASE,
        "USER": role,
        "OPTIONS": {"embedded_data": str(VAR / "postgres")},
    }


if EMBEDDED:
    DATABASES = {
        "default": _embedded_database(embedded.APP_ROLE),
        "owner": _embedded_database(embedded.OWNER_ROLE),
    }
else:
    DATABASES = {"default": database(env.text("DATABASE_URL"), name="DATABASE_URL")}
    if env.text("OWNER_DATABASE_URL"):
        DATABASES["owner"] = database(env.text("OWNER_DATABASE_URL"), name="OWNER_DATABASE_URL")
    if env.text("READING_DATABASE_URL"):
        DATABASES["reading"] = database(env.text("READING_DATABASE_URL"), name="READING_DATABASE_URL")
# Outcomes are read here: a read replica where one is named, else the one database.
READING_DATABASE = "reading" if "reading" in DATABASES else "default"
for _settings in DATABASES.values():
    _settings |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
APP_DATABASE_ROLE = str(DATABASES["default"]["USER"])
DATABASE_ROUTERS = ["kitclinic.db.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- history of reference data: triggers come by migrations only, never at run time ---------------------

PGTRIGGER_INSTALL_ON_MIGRATE = False
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = False
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"

# -- sign-in ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "kitclinic.StaffUser"
AUTHENTICATION_BACKENDS = ["kitclinic.sessions.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "kitclinic.passwords.BreachedPasswordValidator"},
]
BREACHED_PASSWORDS = env.text("KITCLINIC_BREACHED_PASSWORDS")  # file of SHA-1 digests, sorted; "" for none
# Who needs a second step to sign in, by role; a demonstration clinic never asks for it. "none" for nobody.
SECOND_STEP_ROLES = frozenset(env.words("KITCLINIC_SECOND_STEP", list(Role.values))) - {"none"}
if SECOND_STEP_ROLES - set(Role.values):
    raise ImproperlyConfigured(f"KITCLINIC_SECOND_STEP names roles: {', '.join(Role.values)}, or none.")
OWN_DEVICES_LOCK = env.flag("KITCLINIC_OWN_DEVICES_LOCK", default=not DEMO)  # after 5 minutes' rest, as tablets do
PROXIES = env.number("KITCLINIC_PROXIES", default=1 if not LOCAL else 0)  # that add to X-Forwarded-For
SINGLE_SIGN_ON = providers(env)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
ACCOUNT_ADAPTER = "kitclinic.adapters.StaffAccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # staff have a user name; nobody signs up
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # they live in a cache; ours are rows (kitclinic.throttle)
MFA_ADAPTER = "kitclinic.adapters.StaffMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers allow it on localhost only
MFA_TOTP_TOLERANCE = 1  # steps of 30 s before and after, SIN-06
MFA_RECOVERY_CODE_COUNT, MFA_RECOVERY_CODE_DIGITS = 10, 10
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 12 * 60 * 60  # one shift, seconds
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "kitclinic_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "kitclinic_csrf"
TABLET_COOKIE_NAME = "__Host-tablet" if HTTPS else "kitclinic_tablet"
MESSAGES_COOKIE_NAME = "__Host-messages" if HTTPS else "kitclinic_messages"
MESSAGE_STORAGE = "kitclinic.message_cookie.SealedCookieStorage"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # scripts read the token in the page, not the cookie
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"  # with no-referrer browsers send "Origin: null" and no form passes
X_FRAME_OPTIONS = "DENY"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # bytes of any request but the imports (WEB-03)
SEARCHES_A_MINUTE = env.limit("KITCLINIC_SEARCHES_A_MINUTE", 60)  # of one person (WEB-05)
EXPORTS_AN_HOUR = env.limit("KITCLINIC_EXPORTS_AN_HOUR", 20)  # of one person (WEB-05)
SECURITY_CONTACT = env.address("KITCLINIC_SECURITY_CONTACT")  # where problems are reported, in security.txt
CSRF_FAILURE_VIEW = "kitclinic.views.errors.csrf"
SILENCED_SYSTEM_CHECKS: list[str] = []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# -- language, time, static files ---------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # the clinic's own zone is on its Site row
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("KITCLINIC_STATIC_ROOT", str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # the product stores no uploads
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# -- worker and scheduler: delivery only, nothing clinical waits for them -----------------------------

REDIS_URL = env.text("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{embedded.valkey_socket(VAR / 'valkey')}"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "visibility_timeout": 600,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "seal-audit": {"task": "kitclinic.seal_audit", "schedule": timedelta(minutes=1)},
    "forget-sign-ins": {"task": "kitclinic.forget_sign_ins", "schedule": timedelta(hours=24)},
    "ship-heads": {"task": "kitclinic.ship_heads", "schedule": timedelta(hours=1)},
    "verify-chains": {"task": "kitclinic.verify_chains", "schedule": timedelta(hours=24)},
    "retention": {"task": "kitclinic.retention", "schedule": timedelta(hours=24)},
    "deliver-outbox": {"task": "kitclinic.deliver_outbox", "schedule": timedelta(seconds=30)},
    "remind-of-visits": {"task": "scheduling.remind_of_visits", "schedule": timedelta(minutes=1)},
    "import-referral-files": {"task": "scheduling.import_referral_files", "schedule": timedelta(seconds=5)},
    "retime-weeks": {"task": "scheduling.retime_weeks", "schedule": timedelta(hours=24)},
    "release-holds": {"task": "scheduling.release_holds", "schedule": timedelta(seconds=30)},
    "offer-places": {"task": "scheduling.offer_places", "schedule": timedelta(seconds=30)},
    "find-better-plans": {"task": "scheduling.find_better_plans", "schedule": timedelta(seconds=5)},
    "extend-series": {"task": "scheduling.extend_series", "schedule": timedelta(hours=6)},
    "plan-asks": {"task": "outcomes.plan_asks", "schedule": timedelta(minutes=15)},
    "take-steps": {"task": "outcomes.take_steps", "schedule": timedelta(minutes=5)},
    "remind-of-questionnaires": {
        "task": "outcomes.remind_of_questionnaires",
        "schedule": timedelta(minutes=1),
    },
    "fit-models": {"task": "outcomes.fit_models", "schedule": timedelta(seconds=5)},
    "escalate-unsigned": {"task": "infusions.escalate_unsigned", "schedule": timedelta(minutes=1)},
    "expire-orders": {"task": "infusions.expire_orders", "schedule": timedelta(minutes=10)},
    "expire-questionnaires": {"task": "outcomes.expire_questionnaires", "schedule": timedelta(minutes=1)},
    "escalate-safety-tasks": {"task": "outcomes.escalate_safety_tasks", "schedule": timedelta(minutes=1)},
}
DELIVERY = env.choice("KITCLINIC_DELIVERY", {"file", "console", "email"}, "file")
OUTBOX_DELIVERY = f"kitclinic.delivery.to_{DELIVERY}"
DEFAULT_FROM_EMAIL = f"appointments@{ALLOWED_HOSTS[0].strip('[]:').replace('::1', 'localhost')}"
if DELIVERY == "email" or env.text("KITCLINIC_EMAIL_URL"):
    _mail = mail_server(env.text("KITCLINIC_EMAIL_URL"), name="KITCLINIC_EMAIL_URL")
    EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
    EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = _mail.starttls, _mail.tls, 10
    DEFAULT_FROM_EMAIL = _mail.sender
OUTBOX_FILE = VAR / "outbox.log"

# -- heads of the audit chains, to be kept off this machine ---------------------------------------------

CHAIN_STORE = env.text("KITCLINIC_CHAIN_STORE") or str(VAR / "chain-heads.jsonl")
CHAIN_KEY = env.text("KITCLINIC_CHAIN_KEY") or SECRET_KEY

# -- facts from apps to the right that a gate to their left needs --------------------------------------

ON_SHIFT = ["scheduling.queries.floor.people_today"]  # each (site, at) -> keys of staff, for the lock screen
LOOKS = {name: f"{name}.looks.LOOKS" for name in ("scheduling", "infusions", "outcomes")}  # what each page shows
BREAK_GLASS = "scheduling.queries.break_glass"  # module with open_glass and waiting_number
PATIENT_NUMBERS = "scheduling.queries.record_numbers"  # module with numbers_of and key_of, for the audit trail
KEEPS_ASIDE = "infusions.aside"  # module with keep_aside: what was typed and not stored
READINESS_CHECKS = ["outcomes.readiness.problems"]  # each (patient, at) -> list of problems
CHAIR_MARKS = ["outcomes.queries.safety_places.board_marks"]  # each (site, at) -> words by chair, on the board
PATIENT_FACTS = ["infusions.patient_facts", "outcomes.patient_facts"]  # readiness strip and timeline
KETAMINE_TRAINING = (
    "scheduling.actions.set_ketamine_training"  # (nurse, trained, by, at), refused where counted on
)
WHEN_STAFF_LEAVE = ["scheduling.actions.let_go"]  # each called with person, by and at
LEFT_OPEN = [  # each (person, at) -> sentences: what waits for somebody who leaves
    "scheduling.queries.left_open.sentences",
    "infusions.queries.left_open.sentences",
    "outcomes.queries.left_open.sentences",
]
DUE_FOR_REVIEW = ["scheduling.queries.keeping.number_due"]  # each (site, at) -> charts whose time is over
LAST_CONTACTS = ["outcomes.queries.contacts.last_contacts"]  # each (site) -> last day by key of patient
PATIENT_RECORD = [  # modules with PARTS: what a copy of everything about a patient holds
    "scheduling.patient_record",
    "infusions.patient_record",
    "outcomes.patient_record",
]
OUTBOX_CHECKS = [  # each (message, at) -> Standing, before it leaves
    "kitclinic.people.standing",
    "scheduling.queries.reminders.standing",
    "infusions.queries.escalation.standing",
    "outcomes.queries.steps.message_standing",
]
SITE_SETTINGS = [  # each a list of settings, for the page of all of them
    "scheduling.site_settings.SOURCE",
    "infusions.site_settings.SOURCE",
    "outcomes.site_settings.SOURCE",
]
CLINIC_NEEDS = [  # each (site, at) -> what a new clinic has and lacks
    "scheduling.queries.clinic_needs.needs",
    "infusions.queries.clinic_needs.needs",
]
WHEN_CLINIC_OPENS = [  # each called with site and at
    "scheduling.actions.begin_with_consent_text",
    "infusions.actions.begin_with_products",
]
HEALTHZ_TIMEOUT = 0.5  # seconds

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "kitclinic.logs.QuietFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"kitclinic": {"level": "INFO"}},
}
