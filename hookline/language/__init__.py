"""The small languages that users write: compiled once, bounded, no access to the process."""
