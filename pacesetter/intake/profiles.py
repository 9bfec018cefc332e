"""File layouts known by heart: which files belong together and what their columns mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pacesetter.core.registry import Registry


@dataclass(frozen=True)
class Layout:
    """One file: the target and the field of each column; `scale` for amounts given in thousands or millions."""

    target: str
    columns: Mapping[str, str]
    scale: Mapping[str, int] = field(default_factory=dict)
    ignored: str = ""

    def fits(self, names: list[str]) -> bool:
        return set(names) == set(self.columns)


@dataclass(frozen=True)
class Profile:
    """A system's files; `source` names the external ids that come from it."""

    source: str
    files: tuple[Layout, ...]


PROFILES: Registry[Profile] = Registry("import profile")
PROFILES.add(
    "maven",
    Profile(
        "maven",
        (
            Layout("user", {"sales_agent": "name", "manager": "manager", "regional_office": "team"}),
            Layout(
                "account",
                {
                    "account": "name",
                    "sector": "industry",
                    "year_established": "founded",
                    "revenue": "annual_revenue",
                    "employees": "employees",
                    "office_location": "country",
                    "subsidiary_of": "parent",
                },
                scale={"revenue": 1_000_000},
            ),
            Layout("product", {"product": "name", "series": "family", "sales_price": "price"}),
            Layout(
                "deal",
                {
                    "opportunity_id": "id",
                    "sales_agent": "owner",
                    "product": "product",
                    "account": "account",
                    "deal_stage": "stage",
                    "engage_date": "created_on",
                    "close_date": "close_date",
                    "close_value": "amount",
                },
            ),
            Layout("", {"Table": "", "Field": "", "Description": ""}, ignored="describes_columns"),
        ),
    ),
)


def recognise(names: list[str]) -> tuple[str, Layout] | None:
    """The profile and layout whose header this is."""
    for key, profile in PROFILES.items():
        for layout in profile.files:
            if layout.fits(names):
                return key, layout
    return None


def columns(layout: Layout, guessed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The guessed columns with the fields that the layout knows."""
    return [{**one, "field": layout.columns[one["name"]], "scale": layout.scale.get(one["name"], 1)} for one in guessed]
