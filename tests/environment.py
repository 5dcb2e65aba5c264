"""The environment variables under which settings load in tests and checks.

    python -m tests.environment {tests,production} COMMAND...

runs COMMAND with them.  Secrets are made anew each time; nothing is shared
between two runs on one machine.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import subprocess
import sys
import tempfile

from tests.services.ports import free_port

# What a developer's shell may hold and a test must not see.
UNWANTED = (
    "DEBUG",
    "DEMO",
    "EMAIL_BACKEND",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
    "LIMIT_FACTOR",
    "SEAL_PKCS12_FILE",
    "SENDING_ON",
    "STRIPE_API_BASE",
    "STRIPE_SECRET_KEY",
    "STRIPE_TEST_MODE",
    "STRIPE_WEBHOOK_SECRET",
    "TSA_URL",
    "TWILIO_API_KEY_SECRET",
    "TWILIO_API_KEY_SID",
    "TWILIO_API_URL",
    "TWILIO_MESSAGING_SERVICE_SID",
)


def make_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CODE_KEYS": f"c1:{secrets.token_hex(32)}",
        "LINK_KEYS": f"l1:{secrets.token_hex(32)}",
        "STORAGE_KEYS": f"s1:{secrets.token_hex(32)}",
    }


def make_data_dir() -> str:
    """Return a folder that is removed when this process ends."""
    folder = tempfile.mkdtemp(prefix="countersign-data-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def redis_of_its_own() -> dict[str, str]:
    """Return a Redis database per worker of pytest-xdist, else their tasks mix."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    url = os.environ.get("REDIS_URL", "")
    if not worker or not url:
        return {}
    base, _, _ = url.rpartition("/")
    return {"REDIS_URL": f"{base}/{int(worker) + 1}"}


def for_tests() -> dict[str, str]:
    """Return what a test process needs: own ports, own folder, memory channels."""
    live_server = f"127.0.0.1:{free_port()}"
    return (
        make_secrets()
        | redis_of_its_own()
        | {
            "DATA_DIR": make_data_dir(),
            "DJANGO_LIVE_TEST_SERVER_ADDRESS": live_server,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            # Playwright's sync API runs an event loop in the test's thread.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
            "EMAIL_CHANNEL": "memory",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(free_port()),
            "LOG_LEVEL": "INFO",
            "PUBLIC_URL": f"http://{live_server}",
            "SMS_CHANNEL": "memory",
            "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "TWILIO_FROM_NUMBER": "+15005550006",
            "VOICE_CHANNEL": "memory",
        }
    )


def for_production() -> dict[str, str]:
    """Return what an operator would set; `check --deploy` must find no fault."""
    return make_secrets() | {
        "DATA_DIR": make_data_dir(),
        "DATABASE_URL": "postgresql://countersign@127.0.0.1:5432/countersign",
        "DEFAULT_FROM_EMAIL": "sign@countersign.example.com",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_USE_TLS": "yes",
        "PUBLIC_URL": "https://sign.example.com",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "TRUSTED_PROXIES": "1",
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_FROM_NUMBER": "+15005550006",
    }


def install(variables: dict[str, str]) -> None:
    for name in UNWANTED:
        os.environ.pop(name, None)
    os.environ.update(variables)


def main() -> int:
    kinds = {"tests": for_tests, "production": for_production}
    if len(sys.argv) < 3 or sys.argv[1] not in kinds:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    install(kinds[sys.argv[1]]())
    command = sys.argv[2:]
    return subprocess.call(command)  # noqa: S603 -- the caller's own command


if __name__ == "__main__":
    sys.exit(main())
