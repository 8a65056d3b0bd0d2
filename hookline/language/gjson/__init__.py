"""gjson paths, read from raw JSON text: `body.items.0.name`, `items.#(id>3)#.name|@reverse`.

They find what Go's gjson (1.18) finds. Number digits and the spacing of blocks survive.
"""

from hookline.language.gjson.found import Found
from hookline.language.gjson.lint import compile_here
from hookline.language.gjson.path import MAX_LENGTH, GjsonPath, compile_path

__all__ = ["MAX_LENGTH", "Found", "GjsonPath", "compile_here", "compile_path"]
