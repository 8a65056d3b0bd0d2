"""ACTS: fills parameters, launches, retries, gives a verdict."""
