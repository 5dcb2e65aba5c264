from __future__ import annotations

from signing.pdf import intake, pages, sample


def test_lease_has_its_clauses_and_lines_where_it_says():
    lease = sample.lease()
    taken = intake.check(lease.pdf, max_bytes=10**7, max_pages=10)
    drawn = pages.render(taken.cleaned, range(4), width=300)
    assert len(taken.page_sizes) == 4
    text = " ".join(page.text for page in drawn).replace("\r", "").replace("\n", " ")
    for number, (name, _words) in enumerate(sample.CLAUSES, 1):
        assert f"{number}. {name}." in text
    assert lease.places["Ada Lane signature"].page == 2
    assert lease.places["Robert Lane date"].page == 2
    assert lease.places["Ada Lane initials 1"].page == 0


def test_places_lie_on_the_page_and_apart():
    places = list(sample.lease().places.values())
    assert all(p.x >= 0 and p.x + p.width <= 1 for p in places)
    assert all(p.y >= 0 and p.y + p.height <= 1 for p in places)
    for one in places:
        for other in places:
            if one is not other and one.page == other.page:
                apart = one.x + one.width <= other.x or other.x + other.width <= one.x
                above = one.y + one.height <= other.y or other.y + other.height <= one.y
                assert apart or above


def test_samples_are_always_the_same_bytes():
    assert sample.lease().pdf == sample.lease().pdf
    assert sample.fee_schedule().pdf == sample.fee_schedule().pdf
