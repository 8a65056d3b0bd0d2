"""The one door to Kubernetes: a handful of verbs on plain dicts."""
