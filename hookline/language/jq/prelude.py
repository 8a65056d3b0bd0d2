"""jq's functions that are best said in jq itself."""

from functools import cache

from hookline.language.jq import syntax
from hookline.language.jq.parser import parse

_DEFINITIONS = r"""
def not: . == null or . == false;
def in(xs): . as $key | xs | has($key);
def inside(xs): . as $part | xs | contains($part);
def map(f): [.[] | f];
def with_entries(f): to_entries | [.[] | f] | from_entries;
def recurse: recurse(.[]?);
def recurse(f; test): recurse(f | select(test));
def add(f): [f] | add;
def min_by(f): _min_by([.[] | [f]]);
def max_by(f): _max_by([.[] | [f]]);
def sort_by(f): _sort_by([.[] | [f]]);
def group_by(f): _group_by([.[] | [f]]);
def unique_by(f): _unique_by([.[] | [f]]);
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type == "array" or type == "object");
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def nulls: select(type == "null");
def values: select(type != "null");
def scalars: select(type != "array" and type != "object");
def finites: select(isfinite);
def normals: select(isnormal);
def combinations:
  if length == 0 then [] else .[0][] as $one | .[1:] | combinations | [$one] + . end;
def combinations($n): . as $all | [range($n) | $all] | combinations;
def walk(f):
  def down: if type == "array" then [.[] | down] elif type == "object" then .[] |= down end | f;
  down;
def first: .[0];
def last: .[-1];
def nth($n): .[$n];
def nth($n; f):
  if $n < 0 then error("nth doesn't support negative index") else first(skip($n; f)) end;
def isempty(f): first((f | false), true);
def all: all(.[]; .);
def all(test): all(.[]; test);
def all(f; test): isempty(f | select(test | not));
def any: any(.[]; .);
def any(test): any(.[]; test);
def any(f; test): isempty(f | select(test)) | not;
def truncate_stream(f):
  . as $n | null | f | if .[0] | length > $n then .[0] |= .[$n:] else empty end;
def fromstream(f):
  foreach f as $event (
    {};
    if .done then {} end
    | $event as [$path, $value]
    | if $event | length == 2 then
        setpath(["value"] + $path; $value) | .done = ($path | length == 0)
      else .done = ($path | length == 1) end;
    if .done then .value else empty end
  );
def tostream:
  . as $whole
  | path(def down: (.[]? | down), .; down) as $path
  | getpath($path)
  | reduce path(.[]?) as $last ([$path, .]; [$path + $last]);
def map_values(f): .[] |= f;
def del(f): delpaths([path(f)]);
def paths: path(..) | select(length > 0);
def paths(test): path(.. | select(test)) | select(length > 0);
def pick(f): . as $whole | reduce path(f) as $path (null; setpath($path; $whole | getpath($path)));
def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%S%z") | mktime;
def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdate: fromdateiso8601;
def todate: todateiso8601;
def match($re): match($re; null);
def match($re; $flags): _match($re; $flags)[];
def capture($re): capture($re; null);
def capture($re; $flags): match($re; $flags) | _capture;
def scan($re): scan($re; null);
def scan($re; $flags):
  match($re; $flags + "g") | if .captures == [] then .string else [.captures[].string] end;
def splits($re): splits($re; null);
def splits($re; $flags): split($re; $flags)[];
def sub($re; f): sub($re; f; null);
def gsub($re; f): sub($re; f; "g");
def gsub($re; f; $flags): sub($re; f; $flags + "g");
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] = $row);
def INDEX(f): INDEX(.[]; f);
def JOIN($index; f): [.[] | [., $index[f]]];
def JOIN($index; stream; f): stream | [., $index[f]];
def JOIN($index; stream; f; join): stream | [., $index[f]] | join;
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
.
"""


@cache
def definitions() -> dict[str, syntax.Define]:
    """Return the functions by name and number of parameters, `map/1`."""
    found: dict[str, syntax.Define] = {}
    node = parse(_DEFINITIONS)
    while isinstance(node, syntax.Define):
        found[f"{node.name}/{len(node.parameters)}"] = node
        node = node.rest
    return found
