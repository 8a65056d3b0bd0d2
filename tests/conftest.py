"""What every test can use: the fixtures of `tests/plugins`, loaded by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "plugins"))

pytest_plugins = [
    "clusters",
    "faulty_api",
    "holding_proxy",
    "hookline_processes",
    "nats_servers",
    "kafka_servers",
    "pull_desk",
    "real_kube",
    "sandbox_kube",
    "stage",
    "chart",
]
