"""Find the machine-readable zone in a picture and read it. In the child only.

RapidOCR finds lines of text in a small copy; only the long ones, as a zone's
are, are read, from the full picture. Its models lie in its wheel: nothing is
fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rapidocr
from numpy.typing import NDArray

from verification.confinement import Result
from verification.identity import decoding, looking, mrz, quality
from verification.identity.decoding import Pixels

MODELS = Path(rapidocr.__file__).parent / "models"
FOUND_AT = 960  # longer side of the picture in which lines are looked for
LONGEST_FEW = 5
LEAST_LINES = 2
LEAST_RATIO = 8.0  # a zone's line is 15 to 25 times as long as it is high
HIGH = 64  # of a line that is read
PADDING, WIDER = 0.08, 0.2  # around a line, parts of its height

Box = NDArray[np.float32]


def look_and_read(source: bytes, options: dict[str, Any]) -> Result:
    """As looking.look; also lines, the zone's, and is_sure, see read."""
    side = str(options["side"])
    try:
        pixels = decoding.decode(source, side)
    except decoding.RefusedError as refused:
        return Result({"reason": str(refused)})
    data = looking.describe(pixels, side)
    zone, is_sure = Reader().read(pixels)
    data |= {"lines": zone.lines if zone else (), "is_sure": is_sure}
    if zone is not None and zone.is_valid and data["reason"] == quality.BLURRED:
        data["reason"] = ""  # what a machine can read is sharp enough
    return Result(data, (decoding.encode(pixels),))


class Reader:
    """The two models, loaded once."""

    def __init__(self) -> None:
        # What it returns depends on its arguments, which its types cannot say.
        self.engine: Any = rapidocr.RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": decoding.LONG_SIDE,
                "Det.limit_side_len": FOUND_AT,
                "Det.limit_type": "max",
                "Det.model_path": str(MODELS / "PP-OCRv6_det_small.onnx"),
                "Rec.model_path": str(MODELS / "PP-OCRv6_rec_small.onnx"),
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, pixels: Pixels) -> tuple[mrz.Zone | None, bool]:
        """Return the zone, and whether two readings agree on every letter.

        Names have no check digit: only a second look tells a misread one.
        """
        for turned, boxes in self._turns(pixels):
            if len(boxes) < LEAST_LINES:
                return None, False
            first = self._read_lines(turned, boxes)
            if first is None:
                continue
            second = self._read_lines(_clearer(turned), boxes)
            if second == first:
                return first, True
            third = self._read_lines(turned, boxes, WIDER)
            return _agreed([first, second, third])
        return None, False

    def _turns(self, pixels: Pixels) -> Iterator[tuple[Pixels, list[Box]]]:
        """The picture and its lines as they are and, when these stand, turned;
        then on its head."""
        boxes = self._find(pixels)
        if sum(map(_is_standing, boxes)) * 2 > len(boxes):
            pixels = _turned(pixels, cv2.ROTATE_90_CLOCKWISE)
            boxes = self._find(pixels)
        yield pixels, boxes
        if len(boxes) >= LEAST_LINES:
            turned = _turned(pixels, cv2.ROTATE_180)
            yield turned, self._find(turned)

    def _find(self, pixels: Pixels) -> list[Box]:
        """Return the corners of the longest lines, from top to bottom."""
        found = self.engine(pixels, use_det=True, use_cls=False, use_rec=False)
        boxes = [] if found.boxes is None else list(found.boxes)
        long = [box for box in boxes if _ratio(box) > LEAST_RATIO]
        longest = sorted(long, key=_length)[-LONGEST_FEW:]
        return sorted(longest, key=lambda box: float(box[:, 1].mean()))

    def _read_lines(
        self, pixels: Pixels, boxes: Sequence[Box], padding: float = PADDING
    ) -> mrz.Zone | None:
        texts: list[str] = []
        for box in boxes:
            strip = _cut(pixels, box, padding)
            read = self.engine(strip, use_det=False, use_cls=False, use_rec=True)
            texts += read.txts or ()
        return mrz.find(texts)


def _agreed(read: Sequence[mrz.Zone | None]) -> tuple[mrz.Zone | None, bool]:
    """Return what was read twice, else what check digits speak for."""
    zones = [zone for zone in read if zone is not None]
    for zone in sorted(zones, key=lambda one: -one.right):
        if zones.count(zone) > 1:
            return zone, True
    return max(zones, key=lambda one: one.right), False


def _cut(pixels: Pixels, box: Box, padding: float) -> Pixels:
    """Return a line as a level strip of height HIGH, with a little around it."""
    high = (_side(box, 0, 3) + _side(box, 1, 2)) / 2
    wide = (_side(box, 0, 1) + _side(box, 3, 2)) / 2
    size = (max(HIGH, round(wide * HIGH / high)), HIGH)
    corners = np.array(
        [[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32
    )
    outer = _widened(box, padding * high)
    plane = cv2.getPerspectiveTransform(outer.astype(np.float32), corners)
    strip = cv2.warpPerspective(pixels, plane, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(strip, dtype=np.uint8)


def _widened(box: Box, by: float) -> Box:
    middle = box.mean(axis=0)
    outward = np.sign(box - middle)
    return np.asarray(box + outward * by, dtype=np.float32)


def _clearer(pixels: Pixels) -> Pixels:
    """The same picture with its contrast evened out: a second, other look."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    even = cv2.createCLAHE(2.0, (8, 8)).apply(grey)
    return np.asarray(cv2.cvtColor(even, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def _turned(pixels: Pixels, how: int) -> Pixels:
    return np.asarray(cv2.rotate(pixels, how), dtype=np.uint8)


def _is_standing(box: Box) -> bool:
    wide, high = np.ptp(box[:, 0]), np.ptp(box[:, 1])
    return bool(high > wide)


def _ratio(box: Box) -> float:
    along, across = _side(box, 0, 1), _side(box, 0, 3)
    return max(along, across) / max(1.0, min(along, across))


def _length(box: Box) -> float:
    return max(_side(box, 0, 1), _side(box, 0, 3))


def _side(box: Box, one: int, other: int) -> float:
    return float(np.linalg.norm(box[one] - box[other]))
