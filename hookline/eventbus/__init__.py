"""What events travel on: JetStream, and what Hookline keeps there."""
