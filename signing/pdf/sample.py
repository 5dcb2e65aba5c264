"""The demo's documents: real PDFs, drawn once and always the same."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import fonts

WIDTH, HEIGHT = 612.0, 792.0  # US Letter, as the lease is American
LEFT, RIGHT = 61.2, 550.8
SIZE, LEADING = 11.2, 17.3
INK = HexColor(0x1C1B18)
SECOND = HexColor(0x55524A)
TITLE = "Residential Lease Agreement"

CLAUSES = (
    (
        "Parties",
        "This lease is made between Acme Advisors, acting for the owner (the “Landlord”), "
        "and Ada Lane and Robert Lane (together the “Tenant”). Both tenants owe everything "
        "in this lease together and each for the whole. What one of them declares to the "
        "Landlord about the apartment counts for both, except a notice that ends the lease: that "
        "one needs both signatures.",
    ),
    (
        "Premises",
        "The Landlord lets to the Tenant the apartment on the second floor of 12 Harbor "
        "Street, Apartment 2B, with three rooms, kitchen, bathroom, one cellar room and one "
        "parking space. The furniture is listed in the record of handover, which both parties "
        "sign on the first day. Three sets of keys are handed over: three for the front door, "
        "three for the apartment, one for the mailbox and one for the cellar.",
    ),
    (
        "Term",
        "The lease begins on June 1, 2026, and runs for twelve months. It goes on from month "
        "to month after that, unless one party ends it as clause 13 says. If the apartment cannot "
        "be handed over on the first day, no rent is due until it is, and after thirty days of "
        "waiting the Tenant may withdraw from the lease and gets everything back.",
    ),
    (
        "Rent",
        "The rent is $2,150 a month, due on the first day of each month by bank transfer to "
        "the account that the Landlord names in writing. A payment that arrives after the "
        "fifth day carries a late fee of $50. The rent stays the same for the first twelve months. "
        "After that the Landlord may raise it once a year by what the consumer price index has "
        "risen, with a notice of two months.",
    ),
    (
        "Deposit",
        "The Tenant pays a deposit of $2,150 before the keys are handed over. The Landlord "
        "keeps it apart from other money and owes the interest that the law fixes. It may not be "
        "used for rent while the lease runs. If the Landlord sells the house, the deposit goes to "
        "the buyer, and the Landlord tells the Tenant so in writing.",
    ),
    (
        "Utilities",
        "The Tenant pays for electricity, gas and internet. Water, heating and waste are part "
        "of the rent. The meters are read together on the day of handover and on the last day. "
        "If the heating or the water fails for more than 48 hours, the rent falls by one "
        "thirtieth for each further day.",
    ),
    (
        "Use",
        "The apartment is let for living. Not more than four people may live there for longer "
        "than four weeks. Working from home without visitors or employees is living. The Tenant may "
        "let a room to someone else only with the Landlord’s consent, and short lets to "
        "travelers are not allowed. Walls may be painted in light colors.",
    ),
    (
        "Pets",
        "Cats and small animals may be kept. A dog needs the Landlord’s consent, which is "
        "given unless a reason in the animal or the house speaks against it. Damage that an animal "
        "does is the Tenant’s to pay for, and complaints of neighbors are answered within a week.",
    ),
    (
        "Quiet enjoyment",
        "The Landlord shall allow the Tenant to occupy the premises peacefully and without "
        "interruption for the whole term, as long as the Tenant keeps to this agreement.",
    ),
    (
        "Repairs",
        "The Landlord keeps the structure, the roof, the plumbing and the heating in good "
        "order. The Tenant reports any damage in writing within seven days and keeps the "
        "rooms clean. Small repairs of up to $80 are carried by the Tenant.",
    ),
    (
        "Access",
        "The Landlord may enter the premises after giving notice of at least 24 hours, at a "
        "reasonable time of day, to inspect, to repair or to show the premises. In an "
        "emergency no notice is needed.",
    ),
    (
        "Notices",
        "Notices are valid when they are sent in writing to the address of the other party "
        "that is named on page 1, or to the email address that each party has given for this "
        "purpose.",
    ),
    (
        "End of the lease",
        "Either party may end this lease with a notice of two months to the end of a month. "
        "The deposit is returned within 30 days after the keys are handed over, less the cost "
        "of damage beyond ordinary wear.",
    ),
    (
        "Whole agreement",
        "This document holds everything that the parties have agreed. Changes must be in "
        "writing and signed by both parties. If one clause is void, the others stand.",
    ),
)
PAGES = ((1, 4), (5, 8), (9, 14))  # clauses on pages 1 to 3
WITNESS = (
    "In witness of the above, the parties sign this lease on the dates written below."
)
HOUSE_RULES = (
    "Quiet hours are from 10 in the evening to 7 in the morning.",
    "Bicycles stand in the rack behind the house, strollers under the stairs.",
    "The laundry room is open from 8 to 20; the list at its door says who is next.",
    "Waste is sorted: paper in the blue, packaging in the yellow, the rest in the grey bin.",
    "No smoking in the staircase, the cellar and the laundry room.",
    "The front door is locked after 10 in the evening. Please do not let strangers in.",
    "Grills that burn wood or coal are not allowed on the balconies.",
    "A lost key is reported at once; a new one costs $35.",
)
FEES = (
    ("First hour of advice", "$180"),
    ("Each further hour, begun quarters counted", "$160"),
    ("Drafting of a lease", "$420"),
    ("Review of a lease drawn up by others", "$240"),
    ("Record of handover, on site", "$150"),
    ("Certified copy, each", "$12"),
    ("Search in the land register", "$35"),
    ("Travel beyond 20 miles, a mile", "$0.67"),
)


@dataclass(frozen=True)
class Place:
    """Where a field goes: page from 0, fractions from the top left."""

    page: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Sample:
    """A document and its named places: "Ada Lane signature", "Ada Lane date"…"""

    name: str
    pdf: bytes
    places: dict[str, Place]


class Sheet:
    """A page of the lease that is being written; y is the next baseline."""

    def __init__(self, canvas: Canvas, pages: int) -> None:
        self.canvas = canvas
        self.pages = pages
        self.number = 0
        self.y = HEIGHT

    def begin(self, title: str, running: str) -> None:
        self.number += 1
        self.canvas.setFillColor(INK)
        self.centred(title, "serif-bold", 17, HEIGHT - 74)
        self.canvas.setFillColor(SECOND)
        words = f"{running} · Page {self.number} of {self.pages}"
        self.centred(words, "serif", 9.5, HEIGHT - 94)
        self.canvas.setFillColor(INK)
        self.y = HEIGHT - 128

    def centred(self, text: str, family: str, size: float, y: float) -> None:
        x = (WIDTH - fonts.width(text, family, size)) / 2
        fonts.draw(self.canvas, x, y, text, family, size)

    def paragraph(self, text: str, lead: str = "") -> None:
        """Write text, broken to the width, after a bold lead."""
        indent = fonts.width(f"{lead} ", "serif-bold", SIZE) if lead else 0
        fonts.draw(self.canvas, LEFT, self.y, lead, "serif-bold", SIZE)
        for line in broken(text.split(" "), indent):
            start = LEFT + indent
            fonts.draw(self.canvas, start, self.y, line, "serif", SIZE)
            self.y -= LEADING
            indent = 0
        self.y -= LEADING * 0.5

    def end(self) -> None:
        self.canvas.showPage()


def broken(words: Iterable[str], indent: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in words:
        longer = f"{line} {word}".lstrip()
        room = RIGHT - LEFT - (indent if not lines else 0)
        if line and fonts.width(longer, "serif", SIZE) > room:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def lease(
    tenants: tuple[str, str] = ("Ada Lane", "Robert Lane"), running: str = "Lease 2026"
) -> Sample:
    """Return the lease of four pages, with lines for two tenants on page 3."""
    out = io.BytesIO()
    canvas = new_canvas(out, TITLE)
    sheet = Sheet(canvas, pages=4)
    places: dict[str, Place] = {}
    for first, last in PAGES:
        sheet.begin(TITLE, running)
        for number in range(first, last + 1):
            name, text = CLAUSES[number - 1]
            sheet.paragraph(text, f"{number}. {name}.")
        if last == len(CLAUSES):
            sheet.paragraph(WITNESS)
            places |= sign_lines(sheet, [(name, "Tenant") for name in tenants])
        places |= initial_places(sheet, tenants)
        sheet.end()
    sheet.begin("House Rules", running)
    for number, rule in enumerate(HOUSE_RULES, 1):
        sheet.paragraph(rule, f"{number}.")
    places |= initial_places(sheet, tenants)
    sheet.end()
    canvas.save()
    return Sample("Lease 2026.pdf", out.getvalue(), places)


def new_canvas(out: io.BytesIO, title: str) -> Canvas:
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(title)
    canvas.setAuthor("Acme Advisors")
    return canvas


def sign_lines(sheet: Sheet, parties: list[tuple[str, str]]) -> dict[str, Place]:
    """Draw a line for the signature and one for the date of each (name, role)."""
    places = {}
    page = sheet.number - 1
    for row, (name, role) in enumerate(parties):
        line = 152.0 - 81 * row
        for kind, start, label in (
            ("signature", LEFT, f"{role}: {name}"),
            ("date", 321.0, "Date"),
        ):
            sheet.canvas.setStrokeColor(INK)
            sheet.canvas.setLineWidth(0.75)
            sheet.canvas.line(start, line, start + 229.5, line)
            sheet.canvas.setFillColor(SECOND)
            fonts.draw(sheet.canvas, start, line - 12, label, "text", 8)
            places[f"{name} {kind}"] = place(page, start, line + 4, 229.5, 34)
    return places


def initial_places(sheet: Sheet, tenants: tuple[str, ...]) -> dict[str, Place]:
    """Return the corners where each tenant may put initials."""
    page = sheet.number - 1
    return {
        f"{tenant} initials {page + 1}": place(page, 500 - 52 * row, 24, 46, 26)
        for row, tenant in enumerate(tenants)
    }


def place(page: int, x: float, bottom: float, width: float, height: float) -> Place:
    top = (HEIGHT - bottom - height) / HEIGHT
    return Place(page, x / WIDTH, top, width / WIDTH, height / HEIGHT)


def fee_schedule() -> Sample:
    """Return one page with a table of fees and one line to sign."""
    out = io.BytesIO()
    canvas = new_canvas(out, "Fee Schedule")
    sheet = Sheet(canvas, pages=1)
    sheet.begin("Fee Schedule", "Fees 2026")
    sheet.paragraph(
        "These fees hold from January 1, 2026, for all work of Acme Advisors that no other "
        "agreement covers. Taxes come on top where the law asks for them."
    )
    for label, fee in FEES:
        fonts.draw(canvas, LEFT, sheet.y, label, "serif", SIZE)
        across = fonts.width(fee, "serif", SIZE)
        fonts.draw(canvas, RIGHT - across, sheet.y, fee, "serif", SIZE)
        canvas.setStrokeColor(HexColor(0xCFCBC2))
        canvas.setLineWidth(0.5)
        canvas.line(LEFT, sheet.y - 7, RIGHT, sheet.y - 7)
        sheet.y -= LEADING * 1.5
    sheet.y -= LEADING
    sheet.paragraph("By signing, the client agrees to these fees.")
    places = sign_lines(sheet, [("Ada Lane", "Client")])
    sheet.end()
    canvas.save()
    return Sample("Fee schedule.pdf", out.getvalue(), places)
