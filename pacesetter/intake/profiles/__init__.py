"""Systems known by heart, one file each: which files they export, what their columns mean, how they write ids and blanks."""

from pacesetter.intake.profiles import hubspot, maven, pipedrive, salesforce, xes, zoho
from pacesetter.intake.profiles.layouts import PROFILES, Layout, Profile, Recognised, of_source, recognise

__all__ = [
    "PROFILES",
    "Layout",
    "Profile",
    "Recognised",
    "hubspot",
    "maven",
    "of_source",
    "pipedrive",
    "recognise",
    "salesforce",
    "xes",
    "zoho",
]
