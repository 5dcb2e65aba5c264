"""Who plays in the demo: two companies, their members, and one transaction for
each factor and combination. Nothing but facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from signing.flows.identity_rules import IdentityDetails
from verification.models import Factor
from workspace.models import Membership

Kind = Factor.Kind
Stage = Factor.Stage
PASSWORD, PHONE, EMAIL = Kind.ACCESS_CODE, Kind.PHONE, Kind.EMAIL
IDENTITY, PASSKEY, APP = Kind.IDENTITY, Kind.PASSKEY, Kind.TOTP
VIEW, SIGN = Stage.VIEW, Stage.SIGN

LEASE, AGREEMENT, JAPANESE_LEASE = "lease", "agreement", "japanese lease"


@dataclass(frozen=True)
class Account:
    name: str
    email: str
    password: str
    role: Membership.Role


@dataclass(frozen=True)
class Part:
    """One signer. access_code is what the publisher would tell them, identity what
    an identity check must show."""

    name: str
    email: str
    phone: str = ""
    factors: Mapping[Factor.Kind, Factor.Stage] = field(default_factory=dict)
    access_code: str = ""
    language: str = "en"
    identity: IdentityDetails = IdentityDetails()
    frequency: Factor.Frequency = Factor.Frequency.EVERY_ACCESS

    @property
    def shows_id(self) -> bool:
        return IDENTITY in self.factors


@dataclass(frozen=True)
class Scenario:
    """One transaction to try; shows says what it demonstrates.

    Where the paper has no lines to sign on, the signature block is appended.
    """

    title: str
    shows: str | Promise
    parts: tuple[Part, ...]
    paper: str = AGREEMENT
    is_ordered: bool = False
    has_lines: bool = True
    message: str = ""


@dataclass(frozen=True)
class Cast:
    """A company of the demo. The first account is the one that sends."""

    company: str
    language: str
    time_zone: str
    colour: str
    contact_phone: str
    issues_codes: bool
    accounts: tuple[Account, ...]
    scenarios: tuple[Scenario, ...]


MESSAGE = (
    "Please read it through and sign when it suits you. Call me if anything is unclear."
)

# By themselves first: who takes the first signer with certain factors gets one
# who can sign at once, and alone.
ALONE = (
    Scenario(
        "Beneficiary change",
        _("A code by text or by call, before the document is shown."),
        (
            Part(
                "Omar Castillo",
                "omar@example.com",
                "+14155550151",
                factors={PHONE: VIEW},
            ),
        ),
        message=MESSAGE,
    ),
    Scenario(
        "Power of attorney",
        _("A password that the sender tells the signer; it is never sent."),
        (
            Part(
                "Jo Park",
                "jo@example.com",
                factors={PASSWORD: VIEW},
                access_code="maple-4827",
            ),
        ),
    ),
    Scenario(
        "Account opening form",
        _("A code by email."),
        (Part("Mina Otani", "mina@example.com", factors={EMAIL: VIEW}),),
        message=MESSAGE,
    ),
    Scenario(
        "Advisory agreement",
        _("First the password, then a code by text or call."),
        (
            Part(
                "Noor Haddad",
                "noor@example.com",
                "+14155550172",
                factors={PASSWORD: VIEW, PHONE: VIEW},
                access_code="cedar-9153",
            ),
        ),
    ),
    Scenario(
        "Rollover request",
        _("First the password, then a code by email."),
        (
            Part(
                "Greta Nilsson",
                "greta@example.com",
                factors={PASSWORD: VIEW, EMAIL: VIEW},
                access_code="birch-3368",
            ),
        ),
    ),
    Scenario(
        "Transfer of assets",
        _("Two codes: one to the phone, one to the mailbox."),
        (
            Part(
                "Ines Ferro",
                "ines@example.com",
                "+14155550163",
                factors={PHONE: VIEW, EMAIL: VIEW},
            ),
        ),
    ),
    Scenario(
        "Custody agreement",
        _("All three: the password, the phone, the mailbox."),
        (
            Part(
                "Dan Wu",
                "dan@example.com",
                "+14155550127",
                factors={PASSWORD: VIEW, PHONE: VIEW, EMAIL: VIEW},
                access_code="aspen-7540",
            ),
        ),
    ),
    Scenario(
        "Fee agreement",
        _("Read freely; the phone code is asked for before the signature."),
        (
            Part(
                "Tess Byrne", "tess@example.com", "+14155550118", factors={PHONE: SIGN}
            ),
        ),
    ),
    Scenario(
        "Loan agreement",
        _("A password before reading, a phone code before signing."),
        (
            Part(
                "Eva Voss",
                "eva@example.com",
                "+14155550139",
                factors={PASSWORD: VIEW, PHONE: SIGN},
                access_code="rowan-2619",
            ),
        ),
    ),
    Scenario(
        "Visitor agreement",
        _("Nothing to prove but the link itself."),
        (Part("Sam Okoro", "sam@example.com"),),
        has_lines=False,
    ),
)

PROVING = (
    Scenario(
        "Brokerage account",
        _("An ID and a selfie; a person of the company compares them."),
        (
            Part(
                "Nadia Frost",
                "nadia@example.com",
                factors={IDENTITY: VIEW},
                identity=IdentityDetails(needs_selfie=True, name_match="moderate"),
            ),
        ),
        message=MESSAGE,
    ),
    Scenario(
        "Wire instructions",
        _("A code, then a passport held into the camera, once for this document."),
        (
            Part(
                "Leo Tanner",
                "leo@example.com",
                "+14155550181",
                factors={PHONE: VIEW, IDENTITY: VIEW},
                identity=IdentityDetails(
                    needs_live_capture=True, document_types=("passport",)
                ),
                frequency=Factor.Frequency.ONCE_PER_DOCUMENT,
            ),
        ),
    ),
    Scenario(
        "Trust amendment",
        _("A password before reading, an ID before signing."),
        (
            Part(
                "Asta Lindqvist",
                "asta@example.com",
                factors={PASSWORD: VIEW, IDENTITY: SIGN},
                access_code="larch-5093",
                identity=IdentityDetails(name_match="lenient"),
            ),
        ),
    ),
    Scenario(
        "Loan application",
        _("A code by email, then an ID; the signer waits while fields are filled in."),
        (
            Part(
                "Ravi Sethi",
                "ravi@example.com",
                factors={EMAIL: VIEW, IDENTITY: VIEW},
                identity=IdentityDetails(holds_for_prefill=True),
                frequency=Factor.Frequency.UNTIL_SIGN_COMPLETED,
            ),
        ),
    ),
    Scenario(
        "Annual review",
        _("A code by text or call, and a passkey that is set up the first time."),
        (
            Part(
                "Priya Shah",
                "priya@example.com",
                "+14155550142",
                factors={PHONE: VIEW, PASSKEY: VIEW},
            ),
        ),
    ),
    Scenario(
        "Trading limits",
        _("A code by email, and an authenticator app that is set up the first time."),
        (
            Part(
                "Otis Grant",
                "otis@example.com",
                factors={EMAIL: VIEW, APP: VIEW},
            ),
        ),
    ),
    Scenario(
        "Safe deposit box",
        _("Everything that there is, one after the other."),
        (
            Part(
                "Cora Winter",
                "cora@example.com",
                "+14155550195",
                factors={
                    PASSWORD: VIEW,
                    PHONE: VIEW,
                    EMAIL: VIEW,
                    APP: VIEW,
                    PASSKEY: VIEW,
                    IDENTITY: VIEW,
                },
                access_code="cypress-7716",
                identity=IdentityDetails(needs_selfie=True),
            ),
        ),
    ),
)

TOGETHER = (
    Scenario(
        "Joint account",
        _("Two signers with one phone: each code opens for its own signer only."),
        (
            Part("Lena Brandt", "lena@example.com", "+14155550145", {PHONE: VIEW}),
            Part("Karl Brandt", "karl@example.com", "+14155550145", {PHONE: VIEW}),
        ),
    ),
    Scenario(
        "Lease 2026",
        _("Two signers in order, with fields on the pages."),
        (
            Part("Ada Lane", "ada@example.com", "+14155550190", {PHONE: VIEW}),
            Part(
                "Robert Lane",
                "robert@example.com",
                "+14155550134",
                factors={PASSWORD: VIEW, PHONE: VIEW},
                access_code="willow-8046",
            ),
        ),
        paper=LEASE,
        is_ordered=True,
        message=(
            "Ada, here is the lease as we talked about it. Please look at clauses 4 and"
            " 8 again. Robert gets it after you."
        ),
    ),
)

ACME = Cast(
    company="Acme Advisors",
    language="en",
    time_zone="America/Los_Angeles",
    colour="#27459F",
    contact_phone="(415) 555-0100",
    issues_codes=True,
    accounts=(
        Account(
            "Pat Reyes",
            "pat@example.com",
            "harbor-sunrise-41",
            Membership.Role.PUBLISHER,
        ),
        Account(
            "Dana Whitfield",
            "dana@example.com",
            "granite-meadow-72",
            Membership.Role.COMPANY_ADMIN,
        ),
    ),
    scenarios=ALONE + TOGETHER + PROVING,
)

HARBOR = Cast(
    company="Harbor & Lane",
    language="ja",
    time_zone="Asia/Tokyo",
    colour="#0E6B5C",
    contact_phone="(415) 555-0110",
    issues_codes=False,
    accounts=(
        Account(
            "Kenji Mori",
            "kenji@example.com",
            "lantern-river-58",
            Membership.Role.PUBLISHER,
        ),
        Account(
            "Yui Tanaka",
            "yui@example.com",
            "paper-crane-93",
            Membership.Role.COMPANY_ADMIN,
        ),
    ),
    scenarios=(
        Scenario(
            "賃貸借契約書",
            _("Everything in Japanese, with a code by text or call."),
            (
                Part(
                    "佐藤 花子",
                    "hanako@example.com",
                    "+14155550186",
                    factors={PHONE: VIEW},
                    language="ja",
                ),
            ),
            paper=JAPANESE_LEASE,
            message="内容をご確認のうえ、ご署名をお願いいたします。",
        ),
    ),
)

CASTS = (ACME, HARBOR)
