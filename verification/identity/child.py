"""The child process that decodes pictures: `python -m verification.identity.child`.

The only place of the application where what a signer sent is decoded (T41).
"""

from __future__ import annotations

import os
import sys

from verification.confinement import MEBIBYTE, serve

# Address space: models and OpenCV map far more than they ever touch.
MEMORY = 3072 * MEBIBYTE
OPERATIONS = {
    "look": ("verification.identity.looking", "look"),
    "read": ("verification.identity.zones", "look_and_read"),
}

if __name__ == "__main__":
    # One core each: several pictures are read at once by several workers.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    sys.exit(serve(OPERATIONS, MEMORY))
