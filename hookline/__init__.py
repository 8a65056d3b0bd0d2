"""The ground of Hookline: words, small languages, the event bus and the one door to Kubernetes."""

__version__ = "0.1.0"
