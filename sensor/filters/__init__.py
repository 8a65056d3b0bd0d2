"""One kind of filter a file; the file name is the registry."""
