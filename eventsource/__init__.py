"""LISTENS: turns happenings outside into events on the bus."""
