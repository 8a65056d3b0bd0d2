"""The commands of `hookline`, one a file."""
