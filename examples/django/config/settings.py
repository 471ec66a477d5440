"""The settings that a receiver needs. Both secrets come from the environment, and it does not start without them."""

import os

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
WEBHOOK_SECRET = os.environ["WEBHOOK_SECRET"]
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Views with `webhook` are exempt: no sender has a token.
    "django.middleware.csrf.CsrfViewMiddleware",
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    # Refusals are logged at this level, with their code.
    "loggers": {"hookseal": {"handlers": ["console"], "level": "INFO"}},
}
