"""Every setting, read from the environment through env.py (README: settings)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.read_str("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DEMO = env.read_bool("DEMO")
DEBUG = env.read_bool("DEBUG")
if DEMO:
    env.make_own_secrets(DATA_DIR / "keys.json")

# Secrets. CODE_KEYS derive one-time codes, LINK_KEYS the emailed links,
# STORAGE_KEYS encrypt what must be read back (seal keys, TOTP keys).
SECRET_KEY = env.read_strong_secret("SECRET_KEY")
CODE_KEYS = env.read_keyring("CODE_KEYS")
LINK_KEYS = env.read_keyring("LINK_KEYS")
STORAGE_KEYS = env.read_keyring("STORAGE_KEYS")

# Where the world reaches us: every link and callback is built from it, never
# from the Host header (threat T36).
_default_url = f"http://127.0.0.1:{env.read_int('PORT', 8000)}" if DEMO else None
PUBLIC_URL = env.read_str("PUBLIC_URL", _default_url).rstrip("/")
_public = urlsplit(PUBLIC_URL)
IS_HTTPS = _public.scheme == "https"
ALLOWED_HOSTS = env.read_list("ALLOWED_HOSTS", _public.hostname or "")
if DEMO:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
TRUSTED_PROXIES = env.read_int("TRUSTED_PROXIES", 0)
USE_X_FORWARDED_HOST = False
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "workspace.apps.WorkspaceConfig",
    "signing.apps.SigningConfig",
    "verification.apps.VerificationConfig",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "phonenumber_field",
    "template_partials",
    "django_htmx",
    "axes",
    "csp",
    "anymail",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "verification.middleware.NoStoreMiddleware",
    "verification.middleware.PermissionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "verification.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data. Persistent connections: without them a code's journey costs 2.5 to 3
# times the CPU. SQLite needs WAL and IMMEDIATE, else "database is locked".
DATABASES = {
    "default": dj_database_url.parse(
        env.read_str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'countersign.sqlite3'}"),
        conn_max_age=None,
        conn_health_checks=True,
    )
}
if "sqlite3" in str(DATABASES["default"]["ENGINE"]):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
    }
else:
    # Statements are planned once for each connection: a fifth of a journey's
    # time. A pool that changes connections between statements (PgBouncer in
    # transaction mode) needs this off.
    _prepares = env.read_bool("PREPARED_STATEMENTS", default=True)
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        server_side_binding=_prepares, prepare_threshold=2 if _prepares else None
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.read_secret("REDIS_URL", "")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
    }
FILES_DIR = DATA_DIR / "files"
STORAGES = {
    # Documents. Never under a URL: every byte leaves through the gate.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": FILES_DIR,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "config.static.StaticFiles"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Celery: a hint that work exists. The rows are the truth and the sweeper finds
# what no hint announced, so publishing may fail but must never hang.
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
_broker_dir = DATA_DIR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 0.2,
        "socket_connect_timeout": 0.2,
        "max_retries": 0,
    }
    if REDIS_URL
    else {
        "data_folder_in": str(_broker_dir / "queue"),
        "data_folder_out": str(_broker_dir / "queue"),
        "processed_folder": str(_broker_dir / "processed"),
        "control_folder": str(_broker_dir / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = bool(REDIS_URL)
CELERY_TASK_REJECT_ON_WORKER_LOST = bool(REDIS_URL)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_DB_REUSE_MAX = 1000
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "codes"
CELERY_TASK_ROUTES = {
    "signing.tasks.*": {"queue": "pages"},
    "signing.tasks.watch_seals": {"queue": "codes"},
    "verification.tasks.call_webhook": {"queue": "pages"},
    "verification.tasks.attend_identity": {"queue": "pages"},
    "verification.tasks.erase_identities": {"queue": "pages"},
    "verification.tasks.read_picture": {"queue": "pages"},
    "verification.tasks.judge_identity": {"queue": "pages"},
    "verification.tasks.pick_up_identities": {"queue": "pages"},
    "workspace.demo.tasks.*": {"queue": "pages"},
}
CELERY_INCLUDE = ["workspace.demo.tasks"] if DEMO else []
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": every, "options": {"expires": expires}}
    for name, task, every, expires in (
        ("tidy", "verification.tasks.tidy", timedelta(minutes=5), 240),
        ("expire", "signing.tasks.expire", timedelta(minutes=1), 50),
        ("remind", "signing.tasks.remind", timedelta(minutes=10), 540),
        ("digests", "workspace.tasks.send_digests", timedelta(minutes=10), 540),
        # Days are counted, but in batches: one that was too large goes on soon.
        ("erase", "verification.tasks.erase_identities", timedelta(hours=1), 3500),
        (
            "pick-up-identities",
            "verification.tasks.pick_up_identities",
            timedelta(seconds=10),
            9,
        ),
        ("watch-seals", "signing.tasks.watch_seals", timedelta(minutes=1), 50),
        ("finish", "signing.tasks.pick_up", timedelta(seconds=10), 9),
    )
}

# People
AUTH_USER_MODEL = "verification.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"django.contrib.auth.password_validation.{name}",
        "OPTIONS": options,
    }
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
    }.items()
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
LOGIN_URL = "workspace:sign-in"
LOGIN_REDIRECT_URL = "workspace:requests"
LOGOUT_REDIRECT_URL = "workspace:sign-in"
# The operator asks a second step of everybody who enters the admin; without it
# the companies do that do so of their members (TWO_STEP_VERIFICATION).
ADMIN_SECOND_STEP = env.read_bool("ADMIN_SECOND_STEP", default=False)
OTP_TOTP_ISSUER = "Countersign"
OTP_TOTP_THROTTLE_FACTOR = 1
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_CLIENT_IP_CALLABLE = "verification.addresses.client_ip"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]  # never kept
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "workspace.views.accounts.locked_out"

# Languages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "templates" / "locale"]
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "E164"
PHONENUMBER_DEFAULT_REGION = env.read_str("DEFAULT_COUNTRY", "US")

# Browsers
SECURE_REFERRER_POLICY = "same-origin"  # no-referrer breaks POST over HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS and env.read_bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.read_int("SECURE_HSTS_SECONDS", 31_536_000) * IS_HTTPS
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "__Host-member" if IS_HTTPS else "member"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "verification.views.csrf_failure"
SESSION_COOKIE_AGE = 12 * 60 * 60
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = [
    "verification.bodies.BodyLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Delivery
SMS_CHANNEL = env.read_str("SMS_CHANNEL", "demo" if DEMO else "twilio")
VOICE_CHANNEL = env.read_str("VOICE_CHANNEL", "demo" if DEMO else "twilio")
EMAIL_CHANNEL = env.read_str("EMAIL_CHANNEL", "demo" if DEMO else "django")
TWILIO_ACCOUNT_SID = env.read_str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.read_secret("TWILIO_AUTH_TOKEN", "")
TWILIO_API_KEY_SID = env.read_str("TWILIO_API_KEY_SID", "")
TWILIO_API_KEY_SECRET = env.read_secret("TWILIO_API_KEY_SECRET", "")
TWILIO_MESSAGING_SERVICE_SID = env.read_str("TWILIO_MESSAGING_SERVICE_SID", "")
TWILIO_FROM_NUMBER = env.read_str("TWILIO_FROM_NUMBER", "")
TWILIO_VOICE_FROM_NUMBER = env.read_str("TWILIO_VOICE_FROM_NUMBER", TWILIO_FROM_NUMBER)
TWILIO_API_URL = env.read_str("TWILIO_API_URL", "")
# Stripe Identity. Several webhook secrets, separated by commas, while one is
# being replaced. In Stripe's test mode everybody passes.
STRIPE_SECRET_KEY = env.read_secret("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRETS = [
    one for one in env.read_secret("STRIPE_WEBHOOK_SECRET", "").split(",") if one
]
STRIPE_API_BASE = env.read_str("STRIPE_API_BASE", "").rstrip("/")
STRIPE_TEST_MODE = env.read_bool("STRIPE_TEST_MODE", default=DEMO)
EMAIL_BACKEND = env.read_str(
    "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST = env.read_str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.read_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.read_str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.read_secret("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.read_bool("EMAIL_USE_TLS")
EMAIL_USE_SSL = env.read_bool("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.read_str(
    "DEFAULT_FROM_EMAIL", f"countersign@{_public.hostname or 'localhost'}"
)
# Mail services report bounces: ANYMAIL_WEBHOOK_SECRET, ANYMAIL_POSTMARK_... and so on.
ANYMAIL = env.read_prefixed("ANYMAIL_")
SENDING_ON = env.read_bool("SENDING_ON", default=True)  # the operator's kill switch
LIMIT_FACTOR = env.read_int("LIMIT_FACTOR", 100 if DEMO else 1)
# Lets webhooks go to private addresses, and over plain http.
WEBHOOKS_TO_PRIVATE = env.read_bool("WEBHOOKS_TO_PRIVATE", default=False)
# Requests of one API key in an hour.
API_REQUESTS_PER_HOUR = env.read_int("API_REQUESTS_PER_HOUR", 2000)

# Documents
MAX_UPLOAD_BYTES = env.read_int("MAX_UPLOAD_BYTES", 25 * 1024 * 1024)
MAX_UPLOAD_PAGES = env.read_int("MAX_UPLOAD_PAGES", 500)
TSA_URL = env.read_str("TSA_URL", "")
SEAL_PKCS12_FILE = env.read_str("SEAL_PKCS12_FILE", "")
SEAL_PKCS12_PASSPHRASE = env.read_secret("SEAL_PKCS12_PASSPHRASE", "")

# Gates: how long a proof holds. Design: 30 idle minutes, four hours at most.
GRANT_IDLE = timedelta(minutes=env.read_int("GRANT_IDLE_MINUTES", 30))
GRANT_LIFETIME = timedelta(minutes=env.read_int("GRANT_LIFETIME_MINUTES", 240))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "verification.scrub.ScrubFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["scrub"],
        }
    },
    "root": {"handlers": ["console"], "level": env.read_str("LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"level": "WARNING"}},
}
