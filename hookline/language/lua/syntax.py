"""The syntax tree of Lua: what the parser makes and the compiler turns into closures."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Variable:
    """A local variable: its place in the frame, and whether an inner function keeps it alive."""

    slot: int
    captured: bool = False


@dataclass(slots=True)
class Constant:
    """nil, a boolean, a number or a text."""

    value: object


@dataclass(slots=True)
class Vararg:
    """`...`."""


@dataclass(slots=True)
class Local:
    """A local variable of the same function."""

    variable: Variable


@dataclass(slots=True)
class Upvalue:
    """A variable of an outer function, by its place among those that this one keeps."""

    index: int


@dataclass(slots=True)
class Global:
    """A global variable."""

    name: bytes
    line: int


@dataclass(slots=True)
class Index:
    """`object[key]`."""

    object: "Expr"
    key: "Expr"
    line: int


@dataclass(slots=True)
class Call:
    """A call; with `method` that member of `function`'s value is called with the value."""

    function: "Expr"
    method: bytes | None
    arguments: list["Expr"]
    line: int


@dataclass(slots=True)
class Binary:
    """Two operands and a sign; also `and`, `or`."""

    sign: str
    left: "Expr"
    right: "Expr"
    line: int


@dataclass(slots=True)
class Unary:
    """`not`, `-` or `#`."""

    sign: str
    operand: "Expr"
    line: int


@dataclass(slots=True)
class Paren:
    """`(…)`: one value, whatever is inside."""

    inside: "Expr"


@dataclass(slots=True)
class TableMaker:
    """`{…}`: fields in their order; an item of the array has no key."""

    fields: list[tuple["Expr | None", "Expr"]]
    line: int


@dataclass(slots=True)
class Body:
    """A function: how many parameters it takes, and which outer variables it keeps.

    Attributes:
        size: slots of its frame.
        kept: for each outer variable: it is a local of the enclosing function, or its upvalue.
    """

    parameters: list[Variable] = field(default_factory=list)
    vararg: bool = False
    block: "Block" = field(default_factory=lambda: Block([]))
    size: int = 0
    kept: list[Variable | int] = field(default_factory=list)


type Expr = (
    Constant
    | Vararg
    | Local
    | Upvalue
    | Global
    | Index
    | Call
    | Binary
    | Unary
    | Paren
    | TableMaker
    | Body
)


@dataclass(slots=True)
class Block:
    """Statements, and where among them labels stand."""

    statements: list["Statement"]
    labels: dict[bytes, int] = field(default_factory=dict)


@dataclass(slots=True)
class LocalVariables:
    """`local a, b = …`."""

    variables: list[Variable]
    values: list[Expr]


@dataclass(slots=True)
class LocalFunction:
    """`local function f() … end`."""

    variable: Variable
    body: Body


@dataclass(slots=True)
class Assign:
    """`a, b.c = …`."""

    targets: list[Expr]
    values: list[Expr]


@dataclass(slots=True)
class Do:
    """`do … end`."""

    block: Block


@dataclass(slots=True)
class While:
    """`while … do … end`."""

    condition: Expr
    block: Block


@dataclass(slots=True)
class Repeat:
    """`repeat … until …`."""

    block: Block
    condition: Expr


@dataclass(slots=True)
class If:
    """`if … elseif … else … end`."""

    branches: list[tuple[Expr, Block]]
    otherwise: Block | None


@dataclass(slots=True)
class NumericFor:
    """`for i = a, b, c do … end`."""

    variable: Variable
    bounds: list[Expr]
    block: Block
    line: int


@dataclass(slots=True)
class GenericFor:
    """`for k, v in … do … end`."""

    variables: list[Variable]
    values: list[Expr]
    block: Block
    line: int


@dataclass(slots=True)
class Return:
    """`return …`."""

    values: list[Expr]


@dataclass(slots=True)
class Break:
    """`break`."""


@dataclass(slots=True)
class Goto:
    """`goto label`."""

    label: bytes


type Statement = (
    LocalVariables
    | LocalFunction
    | Assign
    | Do
    | While
    | Repeat
    | If
    | NumericFor
    | GenericFor
    | Return
    | Break
    | Goto
    | Call
)
