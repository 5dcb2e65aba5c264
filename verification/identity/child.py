"""The child process that decodes pictures: `python -m verification.identity.child`.

The only place of the application where what a signer sent is decoded (T41).
"""

from __future__ import annotations

import os
import sys

from verification.confinement import MEBIBYTE, serve

# Models and OpenCV map 0.6 GB; 25 megapixels with transparency take another 0.5.
MEMORY = 1536 * MEBIBYTE
OPERATIONS = {
    "look": ("verification.identity.looking", "look"),
    "read": ("verification.identity.zones", "look_and_read"),
}

if __name__ == "__main__":
    # One core each: several pictures are read at once. And each thread more maps
    # memory, of which a machine with many cores would soon have too little here.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
        os.environ[name] = "1"
    sys.exit(serve(OPERATIONS, MEMORY))
