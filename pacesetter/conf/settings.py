"""Django's settings, read once from the environment (see boot.py for every variable)."""

from pathlib import Path

from pacesetter.conf.boot import boot, data_folder, database, secret_key

PACKAGE = Path(__file__).resolve().parent.parent
PACESETTER_DATA = data_folder()

SECRET_KEY = secret_key(PACESETTER_DATA)
DEBUG = boot("PACESETTER_DEBUG", "", "1 shows errors in the browser; for development only.") == "1"
ALLOWED_HOSTS = boot("PACESETTER_HOSTS", "localhost,127.0.0.1,[::1]", "Host names under which the web is reached, comma separated.").split(
    ","
)
PACESETTER_URL = boot("PACESETTER_URL", "", "Public address, for links in invitations, such as https://sales.example.com.")
BEHIND_HTTPS = (
    boot("PACESETTER_HTTPS", "", "1 when a proxy in front speaks HTTPS: secure cookies, HSTS, X-Forwarded-Proto is believed.") == "1"
)
WEB_PROCESSES = int(
    boot("PACESETTER_WEB_PROCESSES", "", "Web processes that `pacesetter up` starts; empty means two where there are two cores, else one.")
    or 0
)
API_RATE = int(boot("PACESETTER_API_RATE", "1200", "API calls that one person may make in a minute."))
UPLOAD_BYTES = 1_000_000 * int(boot("PACESETTER_UPLOAD_MB", "500", "Largest upload in megabytes; larger files are refused unread."))
LOG_FORMAT = boot("PACESETTER_LOG", "text", "text or json: the format of log lines.")

INSTALLED_APPS = [
    "pacesetter.base",
    "pacesetter.crm",
    "pacesetter.intake",
    "pacesetter.analytics",
    "pacesetter.planning",
    "pacesetter.enablement",
    "pacesetter.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "lucide",
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "pacesetter.web.middleware.request_id",
    "pacesetter.api.pace.say_pace",
    "pacesetter.web.uploads.limit",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pacesetter.web.middleware.security_policy",
    "pacesetter.web.middleware.viewer",
    "pacesetter.web.security.demand",
    "pacesetter.web.middleware.refusals",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pacesetter.web.context.shell",
            ],
        },
    }
]

ROOT_URLCONF = "pacesetter.conf.urls"
WSGI_APPLICATION = "pacesetter.conf.wsgi.application"
DATABASES = {"default": database(PACESETTER_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# Signing in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "base.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("name", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "pacesetter.web.signin.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
SIGNIN_WAIT = 300  # seconds after five wrong passwords or codes
ACCOUNT_RATE_LIMITS = {"login_failed": f"10/m/ip,5/{SIGNIN_WAIT}s/key", "second_factor": f"20/m/ip,5/{SIGNIN_WAIT}s/key"}
SESSION_COOKIE_AGE = 14 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # a page view never writes to the database
CACHES = {"default": {"BACKEND": "pacesetter.base.shared.SharedCache", "LOCATION": PACESETTER_DATA / "shared.sqlite3"}}

EMAIL_HOST = boot("PACESETTER_EMAIL_HOST", "", "Mail server for invitations and resets; without it links are shown to copy.")
EMAIL_PORT = int(boot("PACESETTER_EMAIL_PORT", "587", "Port of the mail server."))
EMAIL_HOST_USER = boot("PACESETTER_EMAIL_USER", "", "User name at the mail server.")
EMAIL_HOST_PASSWORD = boot("PACESETTER_EMAIL_PASSWORD", "", "Password at the mail server.")
EMAIL_USE_TLS = EMAIL_PORT == 587
DEFAULT_FROM_EMAIL = boot("PACESETTER_EMAIL_FROM", "pacesetter@localhost", "Sender of mails.")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.dummy.EmailBackend"

# Language and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("it", "Italiano")]
LOCALE_PATHS = [PACESETTER_DATA / "locale", PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = PACESETTER_DATA / "static"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# Behind HTTPS ----------------------------------------------------------------------------------
if BEHIND_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [PACESETTER_URL] if PACESETTER_URL else []
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_HANDLERS = ["pacesetter.web.uploads.Limited"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "pacesetter.base.logs.RequestId"}},
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {"()": "pacesetter.base.logs.JsonLines"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"}},
}
