"""The people, teams, products and words of the demo company."""

from dataclasses import dataclass

COMPANY = "Meridian Group"


@dataclass(frozen=True)
class Segment:
    """How a kind of customer buys. Annual value in company currency, cycle in days."""

    key: str
    per_rep: int
    win_rate: float
    mean_value: int
    median_cycle: int
    quota: int
    ramp_months: int
    contacts: tuple[int, int]
    touches: int
    employees: tuple[int, int]


SMALL = Segment("small", 130, 0.30, 11_000, 30, 500_000, 3, (1, 2), 3, (8, 90))
MID = Segment("mid", 60, 0.25, 45_000, 70, 800_000, 5, (2, 4), 6, (100, 900))
ENTERPRISE = Segment("enterprise", 30, 0.22, 140_000, 150, 1_100_000, 9, (3, 6), 12, (1_000, 24_000))
SEGMENTS = {segment.key: segment for segment in (SMALL, MID, ENTERPRISE)}
# What the company's own choices are called in Spanish and Italian.
WORDS = {
    "Small business": ("Pequeña empresa", "Piccola impresa"),
    "Mid-market": ("Mediana empresa", "Media impresa"),
    "Enterprise": ("Gran empresa", "Grande impresa"),
    "Manufacturing": ("Industria", "Manifattura"),
    "Logistics": ("Logística", "Logistica"),
    "Energy": ("Energía", "Energia"),
    "Food": ("Alimentación", "Alimentare"),
    "Pharma": ("Farmacia", "Farmaceutica"),
    "Retail": ("Comercio", "Commercio"),
    "Chemicals": ("Química", "Chimica"),
    "Health": ("Salud", "Sanità"),
    "Inbound request": ("Solicitud entrante", "Richiesta in entrata"),
    "Outbound": ("Prospección", "Ricerca attiva"),
    "Partner referral": ("Recomendación de socio", "Segnalazione di un partner"),
    "Event": ("Evento", "Evento"),
    "Edited or logged something": ("Editó o registró algo", "Ha modificato o registrato qualcosa"),
    "Recorded a customer call": ("Grabó una llamada con un cliente", "Ha registrato una chiamata con un cliente"),
    "Sent a sequence step": ("Envió un paso de una secuencia", "Ha inviato un passo di una sequenza"),
    "Sent a proposal": ("Envió una propuesta", "Ha inviato una proposta"),
}


def in_words(text: str) -> dict[str, str]:
    """The label of a choice in every language we know for it; names stay as they are."""
    es, it = WORDS.get(text, (text, text))
    return {"en": text, "es": es, "it": it}


SEGMENT_LABELS = {"small": "Small business", "mid": "Mid-market", "enterprise": "Enterprise"}


@dataclass(frozen=True)
class Place:
    """A country we sell in: currency, calendar, and some of its cities with region, postal code and coordinates."""

    country: str
    currency: str
    zone: str
    region: str
    plan_rate: str
    cities: tuple[tuple[str, str, str, float, float], ...]


PLACES = {
    "US": Place(
        "US",
        "USD",
        "America/New_York",
        "NY",
        "1",
        (
            ("New York", "NY", "10001", 40.75, -73.99),
            ("Chicago", "IL", "60601", 41.88, -87.62),
            ("Austin", "TX", "73301", 30.27, -97.74),
            ("Denver", "CO", "80202", 39.75, -104.99),
            ("Atlanta", "GA", "30303", 33.75, -84.39),
            ("Seattle", "WA", "98101", 47.61, -122.33),
        ),
    ),
    "ES": Place(
        "ES",
        "EUR",
        "Europe/Madrid",
        "MD",
        "1.08",
        (
            ("Madrid", "Madrid", "28001", 40.42, -3.69),
            ("Barcelona", "Cataluña", "08001", 41.38, 2.17),
            ("Valencia", "Comunidad Valenciana", "46001", 39.47, -0.38),
            ("Sevilla", "Andalucía", "41001", 37.39, -5.99),
        ),
    ),
    "IT": Place(
        "IT",
        "EUR",
        "Europe/Rome",
        "MI",
        "1.08",
        (
            ("Milano", "Lombardia", "20121", 45.47, 9.19),
            ("Torino", "Piemonte", "10121", 45.07, 7.68),
            ("Bologna", "Emilia-Romagna", "40121", 44.49, 11.34),
            ("Roma", "Lazio", "00184", 41.89, 12.49),
        ),
    ),
    "GB": Place(
        "GB",
        "GBP",
        "Europe/London",
        "ENG",
        "1.26",
        (
            ("London", "Greater London", "EC1A", 51.52, -0.10),
            ("Manchester", "Greater Manchester", "M1", 53.48, -2.24),
            ("Birmingham", "West Midlands", "B1", 52.48, -1.90),
        ),
    ),
    "DE": Place(
        "DE",
        "EUR",
        "Europe/Berlin",
        "BE",
        "1.08",
        (
            ("Berlin", "Berlin", "10115", 52.53, 13.38),
            ("München", "Bayern", "80331", 48.14, 11.57),
            ("Hamburg", "Hamburg", "20095", 53.55, 10.00),
        ),
    ),
}


@dataclass(frozen=True)
class Seat:
    """A seller's seat. `since`/`until` are months before today; None is from before the first month, or until now."""

    name: str
    segment: str
    country: str
    team: str
    skill: float
    bias: float
    since: int | None = None
    until: int | None = None


SMB, MIDM, ENT, INBOUND, OPS = "Small business", "Mid-market", "Enterprise", "Inbound", "Sales operations"
SEATS = (
    Seat("Mei Tanaka", "small", "US", SMB, 1.25, 0.02),
    Seat("Liam Doyle", "small", "US", SMB, 1.05, 0.20),
    Seat("Noah Brandt", "small", "DE", SMB, 0.90, -0.18, since=9),
    Seat("Greta Vogel", "small", "DE", SMB, 0.95, 0.05, until=11),
    Seat("Elena Petrova", "small", "GB", SMB, 1.10, -0.05),
    Seat("Diego Fuentes", "small", "ES", SMB, 0.80, 0.28),
    Seat("Giulia Conte", "small", "IT", SMB, 1.00, -0.22, since=20),
    Seat("Ines Navarro", "mid", "ES", MIDM, 1.15, 0.03),
    Seat("Kavya Iyer", "mid", "US", MIDM, 1.20, -0.20),
    Seat("Grace Lindqvist", "mid", "GB", MIDM, 0.95, 0.18),
    Seat("Ben Castillo", "mid", "US", MIDM, 0.85, 0.26, since=14),
    Seat("Paul Adair", "mid", "US", MIDM, 0.90, 0.10, until=16),
    Seat("Hugo Marchetti", "mid", "IT", MIDM, 1.00, 0.00),
    Seat("Priya Nair", "mid", "GB", MIDM, 1.05, -0.16),
    Seat("Amara Okafor", "enterprise", "GB", ENT, 1.20, 0.04),
    Seat("Farid Haddad", "enterprise", "DE", ENT, 1.00, -0.24),
    Seat("Jonas Weber", "enterprise", "DE", ENT, 0.90, 0.22, since=19),
    Seat("Martin Keller", "enterprise", "DE", ENT, 0.95, 0.15, until=21),
    Seat("Sofia Ramos", "enterprise", "US", ENT, 1.05, 0.12),
)
MANAGERS = {SMB: "Clara Whitman", MIDM: "Daniel Hart", ENT: "Oscar Lindgren"}
SDRS = (("Ana Torres", "ES"), ("Jake Monroe", "US"), ("Lucia Ferri", "IT"), ("Owen Price", "GB"))
OPS_TEAM = (
    ("Chiara Romano", "vp_sales_ops", "VP Sales Operations"),
    ("Tomás Vidal", "sales_ops_manager", "Sales Ops Manager"),
    ("Yuki Sato", "analyst", "Sales Ops Analyst"),
    ("Sara Conti", "ops_representative", "Sales Ops Representative"),
)
VP_SALES = ("Helen Brooks", "executive", "Chief Revenue Officer")
ADMINISTRATOR = ("Ada Byrne", "administrator", "Systems administrator")

PRODUCTS = (
    ("Field mobility", "Platform", 9_000),
    ("Analytics suite", "Platform", 12_000),
    ("Platform rollout", "Platform", 24_000),
    ("Fleet upgrade", "Devices", 15_000),
    ("Line monitoring", "Devices", 18_000),
    ("Onboarding", "Services", 4_000),
)
INDUSTRIES = ("Manufacturing", "Logistics", "Energy", "Food", "Pharma", "Retail", "Chemicals", "Health")
MISSPELT = "Manufacturng"
FIRST = (
    "Aster",
    "Vantage",
    "Granite",
    "Lattice",
    "Cobalt",
    "Halcyon",
    "Quarry",
    "Summit",
    "Foxglove",
    "Keystone",
    "Timber",
    "Umbra",
    "Zephyr",
    "Palisade",
    "Sterling",
    "Redwood",
    "Fathom",
    "Crescent",
    "Ironwood",
    "Delta",
    "Ferro",
    "Kadmos",
    "Prairie",
    "Nordic",
    "Lindner",
    "Kessel",
    "Penrose",
    "Harrow",
    "Brightwater",
    "Bluff",
    "Alcor",
    "Tejada",
    "Sabbia",
    "Volpe",
    "Ortega",
    "Montes",
    "Adler",
    "Brenner",
    "Thorne",
    "Calder",
    "Marlow",
    "Pinnacle",
    "Solano",
    "Vega",
    "Orsini",
    "Beltran",
    "Hansa",
    "Rhein",
    "Tamar",
    "Avon",
)
SECOND = (
    "Robotics",
    "Foods",
    "Energy",
    "Logistics",
    "Metals",
    "Pharma",
    "Aerospace",
    "Textiles",
    "Chemical",
    "Dairy",
    "Motors",
    "Packaging",
    "Freight",
    "Systems",
    "Biotech",
    "Insurance",
    "Retail",
    "Health",
    "Tools",
    "Industries",
)
SUFFIX = {
    "US": ("Inc", "Group", "Holdings"),
    "ES": ("S.L.", "S.A."),
    "IT": ("S.r.l.", "S.p.A."),
    "GB": ("Ltd", "plc"),
    "DE": ("GmbH", "AG"),
}
GIVEN = {
    "US": ("Dana", "Tom", "Ruth", "Sam", "Irene", "Marcus", "Linda", "Kevin", "Paula", "Greg"),
    "ES": ("Pilar", "Jorge", "Lucía", "Pablo", "Marta", "Andrés", "Rocío", "Iván", "Nuria", "Álvaro"),
    "IT": ("Carlo", "Matteo", "Elisa", "Paolo", "Francesca", "Luca", "Chiara", "Davide", "Marta", "Andrea"),
    "GB": ("Hannah", "Tom", "Grace", "Elsa", "Ruth", "Simon", "Fiona", "Alan", "Judith", "Neil"),
    "DE": ("Julia", "Bruno", "Petra", "Stefan", "Anke", "Lars", "Heike", "Uwe", "Katrin", "Dirk"),
}
FAMILY = {
    "US": ("Whitfield", "Coleman", "Whitley", "Harmon", "Barnes", "Delgado", "Pratt", "Sutton", "Boyd", "Nash"),
    "ES": ("Ortega", "Salas", "Prado", "Serra", "Molina", "Rey", "Pastor", "Blanco", "Vidal", "Cano"),
    "IT": ("Benedetti", "Greco", "Ferri", "Galli", "Rinaldi", "Costa", "Fontana", "Riva", "Sala", "Moretti"),
    "GB": ("Ashworth", "Obi", "Norton", "Lowe", "Bishop", "Hale", "Kerr", "Dunn", "Frost", "Page"),
    "DE": ("Roth", "Keller", "Weiss", "Lindner", "Krause", "Brandt", "Vogt", "Engel", "Busch", "Sommer"),
}
TITLES = ("CFO", "Head of operations", "Plant manager", "IT director", "Procurement lead", "COO", "Engineer", "Buyer")
ROLES = ("decision_maker", "user", "champion", "economic_buyer", "influencer", "legal")
SOURCES = (
    ("inbound", "Inbound request", 0.42),
    ("outbound", "Outbound", 0.28),
    ("referral", "Partner referral", 0.16),
    ("event", "Event", 0.14),
)
COMPETITORS = ("Pulsar", "Northgate", "Kestrel")
NEXT_STEPS = (
    "Send revised pricing",
    "Security review with IT",
    "Demo for plant managers",
    "Procurement kickoff",
    "Map buying committee",
    "Reference call",
    "Mutual plan sign-off",
    "Legal redlines due",
    "Confirm success criteria",
)
LOST = (
    ("no_decision", 0.40),
    ("other", 0.25),
    ("price", 0.14),
    ("competitor", 0.12),
    ("missing_feature", 0.04),
    ("timing", 0.03),
    ("duplicate", 0.014),
    ("test", 0.006),
)
TOOLS = (
    ("Pacesetter", "Edited or logged something", 0.94, 0.94),
    ("Call recorder", "Recorded a customer call", 0.70, 0.70),
    ("Sequencer", "Sent a sequence step", 0.80, 0.60),
    ("Proposal builder", "Sent a proposal", 0.45, 0.74),
)
CAMPAIGNS = ("Plant safety webinar", "Spring trade fair", "Field service guide", "Partner roadshow")
SUBJECTS = {
    "call": ("Discovery call", "Follow-up call", "Pricing call", "Check-in"),
    "email": ("Sent summary", "Answer to questions", "Pricing attached", "Scheduling"),
    "meeting": ("Demo", "Workshop on site", "Security review", "Executive meeting"),
    "note": ("Note",),
}
