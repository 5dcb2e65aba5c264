"""The child process: `python -m signing.pdf.child OPERATION SECONDS`.

Reads one line of JSON options and the source from standard input, writes one
line of JSON and the resulting files to standard output.
"""

from __future__ import annotations

import sys

from verification.confinement import serve

# Looked up by name, so that a child loads only the parser it needs.
OPERATIONS = {
    "clean": ("signing.pdf.cleaning", "clean"),
    "draw": ("signing.pdf.drawing", "draw"),
    "stamp": ("signing.pdf.stamping", "stamp"),
    "merge": ("signing.pdf.stamping", "merge"),
    "bind": ("signing.pdf.stamping", "bind"),
    "logo": ("signing.pdf.pictures", "logo"),
    "examine": ("signing.pdf.examining", "examine"),
}

if __name__ == "__main__":
    sys.exit(serve(OPERATIONS))
