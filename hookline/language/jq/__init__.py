"""jq as gojq runs it: what the `jq` of a transform is written in."""
