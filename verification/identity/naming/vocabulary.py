"""Words around a name that are not the name itself, without accents, in capitals."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Dropped under moderate in front of, or inside, a surname.
PARTICLES = _words(
    """
    VAN VON DER DEN DEM DE DEL DELLA DELLE DELLO DEI DEGLI DELL DALL DI DA DAL DALLA
    DO DOS DAS DU DES D L LA LE LES LO LOS LAS EL AL UL BIN BINTI BINT BTE IBN BEN
    TER TEN TE T S HET ZU ZUM ZUR VOM UND Y E I AF AV AP AB VANDER VANDEN VANDE DELA
    """
)

# Between two surnames, in capitals too: ORTEGA Y GASSET.
JOINING = _words("Y E I")

# At the beginning only, and only where two words are left.
TITLES = _words(
    """
    MR MRS MS MX MISS MSTR DR DRA PROF PROFESSOR DOCTOR SIR DAME HERR FRAU DIPL SR SRA
    SRTA SENOR SENORA SENHOR SENHORA DOTT DOTTSSA SIGNOR SIGNORA MME MLLE MONSIEUR
    MADAME MADEMOISELLE MEVR DHR MEVROUW DRS PHDR MUDR JUDR RNDR SHRI SMT DATUK DATO
    ENGR ATTY HAJI HAJJI HAJAH ГОСПОДИН ГОСПОЖА ΚΥΡΙΟΣ ΚΥΡΙΑ
    """
)
# Without the dot they are people's names.
DOTTED_TITLES = _words(
    """
    M ING MAG LIC SIG SIGRA MGR BC IR REV HON CAPT FR INZ HRN H C
    MED DENT VET JUR IUR PHIL RER NAT POL OEC THEOL
    """
)

# At the end only; none that is a surname, too, as MA or KC.
ADDITIONS = _words(
    """
    PHD MD DDS DVM ESQ ESQUIRE CPA JD LLM LLB MBA MSC BSC RN QC OBE MBE CBE CSC DPHIL
    MENG BENG MPHIL EDD CFA PMP 様 さん 氏 殿 先生 女士 님 씨
    """
)
# Written with dots between the letters, too.
DOTTED = _words("PHD MD DDS DVM MSC BSC MBA LLM LLB JD")

# What tells people of one name apart: they must not contradict each other.
GENERATIONS = {
    **dict.fromkeys(("JR", "JNR", "JUNIOR"), "JR"),
    **dict.fromkeys(("SR", "SNR", "SENIOR"), "SR"),
    **dict.fromkeys(("II", "2ND"), "II"),
    **dict.fromkeys(("III", "3RD"), "III"),
    **dict.fromkeys(("IV", "4TH"), "IV"),
    **{sign: sign for sign in ("V", "VI", "VII", "VIII")},
}
# These are nothing else wherever they stand after the first word; the others may be
# initials unless they stand last.
FIRM_GENERATIONS = _words("JR JNR SR SNR JUNIOR SENIOR II III IV 2ND 3RD 4TH")

# What follows is another surname, of before.
BORN_AS = _words("NEE GEB GEBORENE GEBOREN URODZ ROZENA")

AROUND = TITLES | ADDITIONS | BORN_AS | frozenset(GENERATIONS)

# In place of a name that a document does not have: "first name unknown" and so on.
NO_NAME = _words("FNU LNU NFN NLN XXX XXXX")

# Ends of Slavic fathers' names, in the letters of a machine-readable zone too.
PATRONYMICS = tuple(
    _words(
        """
        OVICH EVICH OVNA EVNA ICHNA ILICH MICH UZICH OVYCH EVYCH IVNA
        ОВИЧ ЕВИЧ ОВНА ЕВНА ИЧНА ИЛЬИЧ МИЧ ЙОВИЧ ІВНА ЇВНА
        """
    )
)


def generation(word: str, *, is_last: bool) -> str:
    """Return which of several people of one name is meant, empty when none."""
    if is_last or word in FIRM_GENERATIONS:
        return GENERATIONS.get(word, "")
    return ""
