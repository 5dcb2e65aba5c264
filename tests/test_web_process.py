"""What decodes pictures is loaded by workers' children, never by what serves pages."""

from __future__ import annotations

import os
import subprocess
import sys

SERVE = """
import sys
from django.urls import get_resolver
from config.wsgi import application
from config.celery import app
app.loader.import_default_modules()
get_resolver().url_patterns
heavy = ("cv2", "numpy", "onnxruntime", "rapidocr", "shapely", "omegaconf")
print([name for name in heavy if name in sys.modules])
"""


def test_neither_web_nor_worker_process_loads_ocr_or_opencv():
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", SERVE],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
