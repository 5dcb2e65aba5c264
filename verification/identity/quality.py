"""Whether a person could read a picture: light, sharpness, glare, a face.

Plain measures with OpenCV, in the child only. Thresholds are for a picture
whose longer side is SIDE, whatever it was taken with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from verification.identity.decoding import Pixels

SIDE = 1000
TILES = 6
# Below these a picture is refused. Measured on specimens: see the tests.
LEAST_SHARP = 100.0
LEAST_SHARP_FACE = 12.0
LEAST_LIGHT = 70.0
MOST_GLARE = 0.006
BLOWN_OUT = 250
PAPER = 232  # a picture whose middle grey is lighter is of white paper
SOFT = 30.0  # a reflection fades out; what is printed ends sharply
FACE_SIDE = 480
LEAST_OF_FACE = 0.22  # of the shorter side
CASCADES_DIR = Path(cv2.__file__).parent / "data"
CASCADES = ("haarcascade_frontalface_alt2.xml", "haarcascade_frontalface_default.xml")
BLURRED, GLARE, TOO_DARK, NO_FACE = "blurred", "glare", "too_dark", "no_face"

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Quality:
    """light: how bright the brighter parts are, 0 to 255. sharpness: variance of
    the Laplacian where the picture shows most. glare: part of the picture that
    is blown out. faces: None when nobody looked."""

    light: float
    sharpness: float
    glare: float
    faces: int | None = None

    @property
    def flaw(self) -> str:
        """Return the plainest base.Reason against this picture, "" for none."""
        if self.light < LEAST_LIGHT:
            return TOO_DARK
        is_selfie = self.faces is not None
        if self.sharpness < (LEAST_SHARP_FACE if is_selfie else LEAST_SHARP):
            return BLURRED
        if is_selfie:
            return NO_FACE if self.faces == 0 else ""
        return GLARE if self.glare > MOST_GLARE else ""


def measure(pixels: Pixels, *, is_selfie: bool) -> Quality:
    """Measure one picture; faces are counted in selfies alone, glare in documents."""
    grey = _grey(pixels, SIDE)
    return Quality(
        light=float(np.percentile(grey, 90)),
        sharpness=_sharpness(grey),
        glare=0.0 if is_selfie else _glare(grey),
        faces=count_faces(pixels) if is_selfie else None,
    )


def count_faces(pixels: Pixels) -> int:
    """Return how many faces look into the camera: two cascades have to agree."""
    grey = _grey(pixels, FACE_SIDE)
    return _count(grey) or _count(np.asarray(cv2.equalizeHist(grey), np.uint8))


def _count(grey: Grey) -> int:
    least = round(min(grey.shape) * LEAST_OF_FACE)
    first, second = (
        cv2.CascadeClassifier(str(CASCADES_DIR / name)).detectMultiScale(
            grey, 1.1, 5, minSize=(least, least)
        )
        for name in CASCADES
    )
    return sum(any(_overlap(one, other) for other in second) for one in first)


def _grey(pixels: Pixels, side: int) -> Grey:
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    part = side / max(grey.shape)
    size = (round(grey.shape[1] * part), round(grey.shape[0] * part))
    how = cv2.INTER_AREA if part < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=how), dtype=np.uint8)


def _sharpness(grey: Grey) -> float:
    """Judge by the tiles that show most: a bare table around is no blur."""
    edges = cv2.Laplacian(grey, cv2.CV_64F)
    tiles = [
        float(tile.var())
        for row in np.array_split(edges, TILES)
        for tile in np.array_split(row, TILES, axis=1)
    ]
    return float(np.mean(sorted(tiles)[-TILES:]))


def _glare(grey: Grey) -> float:
    """Return the part of the picture in blown-out spots that fade out around."""
    if np.median(grey) > PAPER:
        return 0.0
    white = np.asarray(grey >= BLOWN_OUT, dtype=np.uint8)
    solid = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    count, labels, spots, _middles = cv2.connectedComponentsWithStats(solid)
    lost = 0
    for label in range(1, count):
        left, top, wide, high, area = spots[label]
        is_inside = left > 0 and top > 0
        is_inside &= left + wide < grey.shape[1] and top + high < grey.shape[0]
        if is_inside and area > 200 and _fades(grey, labels == label):
            lost += int(area)
    return lost / grey.size


def _fades(grey: Grey, spot: NDArray[np.bool_]) -> bool:
    mask = spot.astype(np.uint8)
    wider = cv2.dilate(mask, np.ones((9, 9), np.uint8)) - mask
    return float(255 - grey[wider > 0].mean()) < SOFT


def _overlap(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether the middle of one lies within the other."""
    x, y = one[0] + one[2] / 2, one[1] + one[3] / 2
    left, top, wide, high = other
    return bool(left < x < left + wide and top < y < top + high)
