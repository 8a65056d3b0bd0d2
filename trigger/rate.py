"""How often a trigger may fire: `rateLimit`."""

from typing import Literal

from pydantic import Field

from hookline.block import Block

_SECONDS = {"Second": 1.0, "Minute": 60.0, "Hour": 3600.0}


class RateLimit(Block):
    """At most so many attempts in a unit of time, evenly spaced; for each process."""

    unit: Literal["Second", "Minute", "Hour"] = Field("Second", description="Unit of time.")
    requests_per_unit: int = Field(gt=0, description="Attempts in it, retries included.")

    @property
    def interval(self) -> float:
        """Seconds between two attempts."""
        return _SECONDS[self.unit] / self.requests_per_unit
