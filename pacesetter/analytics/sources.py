"""What analytics gives to numbers: targets, for coverage against plan."""

from typing import Any

from pacesetter.analytics.models import Target
from pacesetter.base.warehouse import source


@source("targets", scope=None, after="target")
def targets() -> Any:
    return Target.objects.filter(variant="")
