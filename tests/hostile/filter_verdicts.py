"""Says of each dependency on stdin whether the event passes; for `test_expressions.py`.

A line of JSON `[dependency, data]` in, a line `passed`, `refused`, `error` or `mistake` out.
"""

import json
import sys

from hookline.event import Event
from hookline.manifest import Document
from sensor.spec import read_sensor


def verdict(settings, data):
    entry = {"name": "a", "eventSourceName": "s", "eventName": "a"} | settings
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Sensor",
        "metadata": {"name": "s"},
        "spec": {
            "dependencies": [entry],
            "triggers": [{"template": {"name": "t", "log": {}}}],
        },
    }
    mistakes = []
    sensor = read_sensor(Document("f", 1, body), mistakes)
    if sensor is None:
        return "mistake"
    (dependency,) = sensor.dependencies.values()
    event = Event("1", "s", "a", "webhook", "2026-01-01T00:00:00Z", data.encode())
    judgement = dependency.examine(event).judgement
    if judgement.error:
        return "mistake" if mistakes else "error"  # found by lint, or only with the event
    return "passed" if judgement.passed else "refused"


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(verdict(*json.loads(line)) + "\n")
        sys.stdout.flush()
