"""One kind of action a file; the file name is the registry."""
