"""Where postal codes and cities lie, from tables that a company loads: no address ever leaves the house."""

from django.db import models

POSTAL_CODE, CITY = "postal_code", "city"


class Place(models.Model):
    """The middle of a postal code or a city of a country; `key` is the folded code without blanks, or the folded name."""

    country = models.CharField(max_length=2)
    kind = models.CharField(max_length=11)
    key = models.CharField(max_length=80)
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "kind", "key"], name="one_place_per_key"),
            models.CheckConstraint(condition=models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)), name="place_on_earth"),
        ]
