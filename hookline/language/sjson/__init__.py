"""sjson destinations: where a value is written in a tree of dicts and lists.

`a.2` fills an array up with null, `a.-1` appends, `a.:2` is the key "2", a backslash escapes a dot;
`a.#(name=="x").b`, `a.#.b` and `a*` write where gjson finds something, and nowhere else.
"""

from hookline.language.sjson.destination import Destination, Order, compile_destination
from hookline.language.sjson.text import MAX_PADDING

__all__ = ["MAX_PADDING", "Destination", "Order", "compile_destination"]
