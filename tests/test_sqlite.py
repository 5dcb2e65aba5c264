from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Where the two databases are asked differently, and where locks and conditional
# updates are. Pages, mails, pictures, the admin and the API doors go the same ways.
CORE = [
    "tests/verification",
    "tests/signing/test_acting.py",
    "tests/signing/test_correcting.py",
    "tests/signing/test_drafts.py",
    "tests/signing/test_gate.py",
    "tests/signing/test_identity_kept.py",
    "tests/signing/test_launching.py",
    "tests/signing/test_noting.py",
    "tests/signing/test_reminding.py",
    "tests/signing/test_resending.py",
    "tests/signing/test_sealing.py",
    "tests/signing/test_search_text.py",
    "tests/signing/test_securing.py",
    "tests/signing/test_sending.py",
    "tests/signing/test_templates.py",
    "tests/workspace/test_keys.py",
    "tests/workspace/test_listing.py",
    "tests/workspace/test_webhooks.py",
]
THE_SAME = [
    "tests/verification/identity/test_hosted.py",
    "tests/verification/identity/test_picturing.py",
    "tests/verification/test_passkeys.py",
]


@pytest.mark.slow
def test_the_core_passes_on_sqlite(tmp_path):
    if "sqlite" in os.environ["DATABASE_URL"]:
        pytest.skip("This is that run.")
    database_url = f"sqlite:///{tmp_path / 'unused.sqlite3'}"
    command = [sys.executable, "-m", "pytest", "-q", "-o", f"cache_dir={tmp_path}"]
    command += ["-m", "not browser and not race and not slow", "--only-database"]
    command += [f"--ignore={path}" for path in THE_SAME]
    command += CORE
    environment = os.environ | {"DATABASE_URL": database_url}
    for name in ("PYTEST_XDIST_WORKER", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    run = subprocess.run(  # noqa: S603 -- pytest itself
        command, env=environment, check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
