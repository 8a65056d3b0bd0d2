"""Lua 5.1 as gopher-lua runs it: what the `script` of a filter and of a transform is written in."""
