"""Where a manifest comes from: one kind of artifact a file; the file name is the registry."""
