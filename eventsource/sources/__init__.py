"""One kind of event source a file; the file name is the registry."""
