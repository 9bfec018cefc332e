"""Tables of imports: the import and its files, what the check found, and remembered mappings."""

from pacesetter.intake.models.findings import Finding, Fix, Refusal, Repair
from pacesetter.intake.models.imports import Import, ImportFile
from pacesetter.intake.models.mappings import Mapping

__all__ = ["Finding", "Fix", "Import", "ImportFile", "Mapping", "Refusal", "Repair"]
