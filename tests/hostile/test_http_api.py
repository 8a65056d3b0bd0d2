"""The HTTP API under schemathesis: whatever is asked, the answers are those that it describes."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from hookline.metrics import Metrics
from server.api import create_api
from server.crew_api import create_crew_api
from server.health import Health


async def _nothing():
    """Have no gauges to read."""


API = create_api(Health(degraded=[lambda: ["a reason"]]), Metrics(), _nothing)
CREW = create_crew_api([])
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
ONE = schemathesis.openapi.from_asgi("/openapi.json", API)
MANY = schemathesis.openapi.from_asgi("/openapi.json", CREW)


@ONE.parametrize()
@QUICK
def test_the_api_of_a_process_answers_as_it_says(case):
    case.call_and_validate()


@MANY.parametrize()
@QUICK
def test_the_api_of_a_crew_without_members_answers_as_it_says(case):
    case.call_and_validate(excluded_checks=[not_a_server_error])
