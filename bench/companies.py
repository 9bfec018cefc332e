"""Files of an invented company, as large as wished, for the measurements of imports."""

import csv
import datetime as dt
import pathlib
import random

HEAD = (
    "Deal ID",
    "Deal Name",
    "Stage",
    "Amount",
    "Close Date",
    "Created Date",
    "Deal Owner",
    "Account Name",
    "Product",
    "Deal Type",
    "Next Step",
)
STAGES = ("Discovery", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Won", "Closed Lost")
WORDS = ("Renewal", "Rollout", "Pilot", "Expansion", "Licences", "Support", "Migration", "Platform", "Audit", "Training")


def write_deals(path: pathlib.Path, rows: int, seed: int = 7) -> pathlib.Path:
    """Deals of 5,000 accounts and 60 sellers; one row in a hundred is broken in one of four ways."""
    dice = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for number in range(1, rows + 1):
            out.writerow(_broken(dice, _deal(dice, number)) if number % 100 == 0 else _deal(dice, number))
    return path


def _deal(dice: random.Random, number: int) -> list[str]:
    created = dt.date(2021, 1, 1) + dt.timedelta(days=dice.randrange(1700))
    closing = created + dt.timedelta(days=dice.randrange(10, 250))
    account, name = dice.randrange(5_000), f"{dice.choice(WORDS)} {dice.choice(WORDS).lower()} {number}"
    amount = "" if dice.random() < 0.05 else f"{dice.randrange(50_000, 9_000_000) / 100:.2f}"
    kind, step = dice.choice(("New business", "Renewal", "Upsell")), dice.choice(("Call back", "Send the offer", "Meet the board", ""))
    people = [f"Seller {dice.randrange(60):02}", f"Account {account:04} Ltd", f"Product {account % 12}"]
    return [f"D-{number:07}", name, dice.choice(STAGES), amount, str(closing), str(created), *people, kind, step]


def _broken(dice: random.Random, row: list[str]) -> list[str]:
    column, text = dice.choice(((3, "a lot"), (4, "2026-02-31"), (5, "some day"), (0, "D-0000001")))
    row[column] = text
    return row
