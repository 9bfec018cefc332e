"""Event logs (XES, IEEE 1849) as they are unfolded: cases are deals, their events stages, outcomes and tasks that were done."""

from pacesetter.intake.profiles.layouts import PROFILES, Layout, Profile

PROFILES.add(
    "xes",
    Profile(
        "xes",
        "XES",
        (
            Layout("pipeline", {"xes:pipeline": "id", "xes:name": "name", "xes:position": "position"}),
            Layout(
                "stage",
                {
                    "xes:stage": "id",
                    "xes:pipeline": "pipeline",
                    "xes:name": "name",
                    "xes:position": "position",
                    "xes:won": "won",
                    "xes:closed": "closed",
                },
            ),
            Layout(
                "deal",
                {
                    "xes:case": "id",
                    "xes:title": "name",
                    "xes:pipeline": "pipeline",
                    "xes:stage": "stage",
                    "xes:amount": "amount",
                    "xes:begun": "created_on",
                    "xes:ended": "closed_on",
                    "xes:close": "close_date",
                },
            ),
            Layout("deal_history", {"xes:case": "deal", "xes:at": "at", "xes:stage": "stage"}),
            Layout(
                "activity",
                {"xes:event": "id", "xes:case": "deal", "xes:activity": "subject", "xes:at": "happened_at", "xes:done": "done"},
                fixed={"kind": "task"},
            ),
        ),
    ),
)
