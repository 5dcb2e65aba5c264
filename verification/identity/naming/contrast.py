"""What two names that are taken apart do not have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from verification.identity.naming import scripts
from verification.identity.naming.alignment import (
    GIVEN,
    is_abbreviation,
    is_same,
    nearly,
)
from verification.identity.naming.differences import Difference, Kind
from verification.identity.naming.parsing import Word, Written, numbered


def surroundings(ours: Written, theirs: Written) -> tuple[Difference, ...]:
    """Return what stands before and after only one of the names."""
    return (
        *_only(Kind.PREFIX, ours.titles, theirs.titles),
        *_only(Kind.SUFFIX, ours.additions, theirs.additions),
        *_only(Kind.SUFFIX, ours.generations, theirs.generations),
        *_only(Kind.ASIDE, ours.asides, theirs.asides),
        *_only(Kind.TRANSLITERATION, ours.others, theirs.others),
    )


def _only(
    kind: Kind, ours: tuple[str, ...], theirs: tuple[str, ...]
) -> tuple[Difference, ...]:
    if sorted(map(str.upper, ours)) == sorted(map(str.upper, theirs)):
        return ()
    return (Difference(kind, " ".join(ours), " ".join(theirs)),)


def contradicts(ours: Written, theirs: Written) -> bool:
    """Father and son: both names say which of them is meant, and not the same."""
    one, other = set(ours.generations), set(theirs.generations)
    return bool(one and other and one != other)


def in_script_of(ours: Written, theirs: Written) -> Written | None:
    """Return of ours, written twice in two scripts, the words in theirs' one.

    None where ours is in one script only, or has no two words in that of theirs.
    """
    wanted = _scripts(theirs)
    kept = [word for word in ours.words if scripts.of(word.capital) <= wanted]
    if len(kept) < 2 or len(kept) == len(ours.words):
        return None
    others = tuple(word.text for word in ours.words if word not in kept)
    return replace(ours, words=numbered(kept), boundary=0, others=others)


def _scripts(name: Written) -> frozenset[str]:
    return frozenset().union(*(scripts.of(word.capital) for word in name.words))


def apart(ours: Written, theirs: Written) -> tuple[Difference, ...]:
    """Return what keeps two names apart that match at no level."""
    if contradicts(ours, theirs):
        told = " ".join(ours.generations), " ".join(theirs.generations)
        return (Difference(Kind.OTHER_SUFFIX, *told),)
    xs, ys = _without_same(list(ours.words), list(theirs.words))
    is_all = len(xs) == len(ours.words) and len(ys) == len(theirs.words)
    if is_all and _scripts(ours).isdisjoint(_scripts(theirs)):
        return (Difference(Kind.OTHER_SCRIPT, str(ours), str(theirs)),)
    if not xs and not ys:
        return (Difference(Kind.ORDER, str(ours), str(theirs)),)
    return tuple(_pairs(xs, ys))


def _without_same(xs: list[Word], ys: list[Word]) -> tuple[list[Word], list[Word]]:
    left = []
    for x in xs:
        twin = next((y for y in ys if is_same((x,), (y,))), None)
        if twin is None:
            left.append(x)
        else:
            ys = [y for y in ys if y is not twin]
    return left, ys


def _pairs(xs: list[Word], ys: list[Word]) -> Iterator[Difference]:
    """Set those words beside each other first that are something to each other."""
    for x in list(xs):
        for y in ys:
            kind = _relation(x, y)
            if kind:
                yield Difference(kind, x.text, y.text)
                xs, ys = [w for w in xs if w is not x], [w for w in ys if w is not y]
                break
    for place in range(max(len(xs), len(ys))):
        ours, theirs = (w[place].text if place < len(w) else "" for w in (xs, ys))
        yield Difference(Kind.OTHER_WORD, ours, theirs)


def _relation(x: Word, y: Word) -> str:
    if is_abbreviation(x, y):
        return Kind.INITIAL
    near = nearly(x, y, GIVEN)
    return near.differences[0].kind if near else ""
