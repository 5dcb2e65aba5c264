"""A company's colour: any hex in, a readable palette and its stylesheet out.

Arithmetic only. Lightness is changed in OKLCH, so that the hue a company knows
stays the hue it sees. Sources: Björn Ottosson, "A perceptual color space for
image processing" (2020), for OKLab; WCAG 2.2, "relative luminance", for contrast.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import atan2, cos, hypot, sin
from typing import NamedTuple

DEFAULT = "#27459f"
WHITE = "#ffffff"
NIGHT = "#0e1638"
# Text in the accent stands on each of these, so it must be readable on all.
LIGHT_GROUNDS = (WHITE, "#faf9f6", "#f5f4f0", "#f1efea")
DARK_SURFACE = "#1b1b19"
LIGHT_CONTRAST = 4.5
DARK_CONTRAST = 7.0
STEP = 0.004  # of OKLCH lightness: one 8-bit step is about 0.004


class Rgb(NamedTuple):
    """Linear light, 0 to 1 in each channel; outside of it when out of gamut."""

    red: float
    green: float
    blue: float


class Oklch(NamedTuple):
    lightness: float
    chroma: float
    hue: float


@dataclass(frozen=True)
class Theme:
    """The five tokens that a company's colour sets, as #rrggbb."""

    accent: str
    accent_hover: str
    on_accent: str
    soft: str
    accent_line: str


@dataclass(frozen=True)
class Palette:
    light: Theme
    dark: Theme


# The product's own blue was tuned by eye; tokens.css holds the same values.
OWN = Palette(
    light=Theme(DEFAULT, "#1f3884", WHITE, "#edf1fb", "#c5d0f0"),
    dark=Theme("#a3b6ff", "#bac8ff", NIGHT, "#232a44", "#3e4a78"),
)


def is_colour(text: str) -> bool:
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def palette(colour: str) -> Palette:
    """Return what a company's colour becomes in both themes.

    colour is #rrggbb; ValueError if it is not.
    """
    if not is_colour(colour):
        raise ValueError("A colour is written #rrggbb.")
    if colour.lower() == DEFAULT:
        return OWN
    return Palette(light=light_theme(colour), dark=dark_theme(colour))


def light_theme(colour: str) -> Theme:
    start = accent = to_oklch(parse(colour))
    while not is_readable_on_light(to_hex(accent)) and accent.lightness > 0:
        accent = start._replace(lightness=accent.lightness - STEP)
    hexed = colour.lower() if accent == start else to_hex(accent)
    return Theme(
        accent=hexed,
        accent_hover=to_hex(accent._replace(lightness=accent.lightness * 0.88)),
        on_accent=better_on(hexed),
        soft=mix(hexed, WHITE, 0.08),
        accent_line=mix(hexed, WHITE, 0.27),
    )


def dark_theme(colour: str) -> Theme:
    start = accent = to_oklch(parse(colour))
    while not is_readable_on_dark(to_hex(accent)) and accent.lightness < 1:
        accent = start._replace(lightness=accent.lightness + STEP)
    hexed = colour.lower() if accent == start else to_hex(accent)
    hover = min(1.0, accent.lightness + 0.05)
    return Theme(
        accent=hexed,
        accent_hover=to_hex(accent._replace(lightness=hover)),
        on_accent=better_on(hexed),
        soft=mix(hexed, DARK_SURFACE, 0.2),
        accent_line=mix(hexed, DARK_SURFACE, 0.4),
    )


def is_readable_on_light(accent: str) -> bool:
    grounds = (*LIGHT_GROUNDS, mix(accent, WHITE, 0.08))
    return all(contrast(accent, ground) >= LIGHT_CONTRAST for ground in grounds)


def is_readable_on_dark(accent: str) -> bool:
    soft = mix(accent, DARK_SURFACE, 0.2)
    return (
        contrast(accent, DARK_SURFACE) >= DARK_CONTRAST
        and contrast(accent, soft) >= LIGHT_CONTRAST
    )


def better_on(accent: str) -> str:
    return max(WHITE, NIGHT, key=lambda text: contrast(text, accent))


def stylesheet(colours: Palette) -> str:
    """Return the CSS that sets a palette, in the three places of tokens.css."""
    light, dark = declarations(colours.light), declarations(colours.dark)
    paper = (
        f"--paper-accent: {colours.light.accent}; --paper-soft: {colours.light.soft};"
    )
    return (
        f":root {{ {light} {paper} }}\n"
        "@media (prefers-color-scheme: dark) "
        f'{{ :root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f':root[data-theme="dark"] {{ {dark} }}\n'
    )


def declarations(theme: Theme) -> str:
    return (
        f"--accent: {theme.accent}; --accent-h: {theme.accent_hover}; "
        f"--on-accent: {theme.on_accent}; --soft: {theme.soft}; "
        f"--accent-line: {theme.accent_line};"
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = parse(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(colour: str, ground: str, share: float) -> str:
    """Return what colour looks like at that opacity over ground, as browsers do."""
    pairs = zip(channels(colour), channels(ground), strict=True)
    mixed = (round(top * share + below * (1 - share)) for top, below in pairs)
    return "#" + "".join(f"{value:02x}" for value in mixed)


def channels(colour: str) -> tuple[int, int, int]:
    value = int(colour[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255


def parse(colour: str) -> Rgb:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = channels(colour)
    return Rgb(linear(red), linear(green), linear(blue))


def to_oklch(colour: Rgb) -> Oklch:
    red, green, blue = colour
    long = 0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue
    medium = 0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue
    short = 0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue
    x, y, z = long ** (1 / 3), medium ** (1 / 3), short ** (1 / 3)
    lightness = 0.2104542553 * x + 0.7936177850 * y - 0.0040720468 * z
    a = 1.9779984951 * x - 2.4285922050 * y + 0.4505937099 * z
    b = 0.0259040371 * x + 0.7827717662 * y - 0.8086757660 * z
    return Oklch(lightness, hypot(a, b), atan2(b, a))


def to_rgb(colour: Oklch) -> Rgb:
    lightness, chroma, hue = colour
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return Rgb(
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def to_hex(colour: Oklch) -> str:
    """Return #rrggbb, with as much of the chroma as the screen can show."""
    kept = colour
    while not is_showable(to_rgb(kept)) and kept.chroma > 0:
        kept = kept._replace(chroma=max(0.0, kept.chroma - 0.002))
    return "#" + "".join(f"{encode(channel):02x}" for channel in to_rgb(kept))


def is_showable(colour: Rgb) -> bool:
    return all(-0.001 <= channel <= 1.001 for channel in colour)


def encode(linear: float) -> int:
    kept = min(1.0, max(0.0, linear))
    share = 12.92 * kept if kept <= 0.0031308 else 1.055 * kept ** (1 / 2.4) - 0.055
    return round(share * 255)
