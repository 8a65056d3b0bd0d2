"""What sprig's functions and Go's own take and give, in Go's types.

`any` is an `interface {}`, `value` a reflect.Value (a missing one stays missing), `map` a
`map[string]interface {}`, `time` a time.Time.
"""

SIGNATURES = """
not: value -> bool
eq: value value... -> bool
ne lt le gt ge: value value -> bool
len: value -> int
index: value value... -> value
call: value value... -> value
print println html js urlquery: any... -> string
printf: string any... -> string
hello: -> string
now: -> time
ago htmlDate duration durationRound: any -> string
date: string any -> string
dateInZone date_in_zone: string any string -> string
htmlDateInZone: any string -> string
dateModify date_modify mustDateModify must_date_modify: string time -> time
toDate mustToDate: string string -> time
unixEpoch: time -> string
abbrev trunc repeat indent nindent wrap: int string -> string
abbrevboth: int int string -> string
substr: int int string -> string
wrapWith: int string string -> string
trim upper lower title untitle nospace initials swapcase shuffle: string -> string
snakecase camelcase kebabcase: string -> string
trimall trimAll trimSuffix trimPrefix: string string -> string
contains hasPrefix hasSuffix: string string -> bool
quote squote cat: any... -> string
replace: string string string -> string
plural: string string int -> string
sha1sum sha256sum sha512sum adler32sum: string -> string
derivePassword: int string string string string -> string
randAlphaNum randAlpha randAscii randNumeric randBytes: int -> string
uuidv4: -> string
toString: any -> string
atoi: string -> int
int: any -> int
int64 toDecimal add1: any -> int64
float64 floor ceil add1f: any -> float64
seq: int... -> string
split: string string -> map[string]string
splitn: string int string -> map[string]string
splitList: string string -> []string
toStrings: any -> []string
until: int -> []int
untilStep: int int int -> []int
add: any... -> int64
sub div mod: any any -> int64
mul max biggest min: any any... -> int64
randInt: int int -> int
addf: any... -> float64
subf divf mulf maxf minf: any any... -> float64
round: any int float64... -> float64
join: string any -> string
sortAlpha: any -> []string
default: any any... -> any
empty: any -> bool
coalesce: any... -> any
all any: any... -> bool
fromJson mustFromJson: string -> any
toJson toPrettyJson toRawJson mustToJson mustToPrettyJson mustToRawJson: any -> string
ternary: any any bool -> any
deepCopy mustDeepCopy: any -> any
typeOf kindOf: any -> string
typeIs typeIsLike kindIs: string any -> bool
deepEqual: any any -> bool
base dir clean ext osBase osClean osDir osExt: string -> string
isAbs osIsAbs: string -> bool
b64enc b64dec b32enc b32dec: string -> string
list tuple: any... -> list
dict: any... -> map
get: map string -> any
set: map string any -> map
unset: map string -> map
hasKey: map string -> bool
pluck: string map... -> list
keys: map... -> []string
values: map -> list
pick omit: map string... -> map
merge mergeOverwrite mustMerge mustMergeOverwrite: map map... -> any
append push prepend mustAppend mustPush mustPrepend: any any -> list
first last mustFirst mustLast: any -> any
rest initial reverse uniq compact mustRest mustInitial mustReverse mustUniq mustCompact: any -> list
without mustWithout: any any... -> list
has mustHas: any any -> bool
slice mustSlice: any any... -> any
concat: any... -> any
dig: any... -> any
chunk mustChunk: int any -> lists
semver: string -> any
semverCompare: string string -> bool
fail: string -> string
regexMatch mustRegexMatch: string string -> bool
regexFind mustRegexFind: string string -> string
regexFindAll mustRegexFindAll regexSplit mustRegexSplit: string string int -> []string
regexReplaceAll mustRegexReplaceAll: string string string -> string
regexReplaceAllLiteral mustRegexReplaceAllLiteral: string string string -> string
regexQuoteMeta: string -> string
urlParse: string -> map
urlJoin: map -> string
"""
# These walk through lists and maps, however deep.
_DEEP = """
print println printf html js urlquery quote squote cat toString toStrings join sortAlpha
toJson toPrettyJson toRawJson mustToJson mustToPrettyJson mustToRawJson toDecimal eq ne
deepCopy mustDeepCopy deepEqual dict merge mergeOverwrite mustMerge mustMergeOverwrite
"""
DEEP = frozenset(_DEEP.split())
_LETTER_BY_LETTER = """
snakecase kebabcase camelcase swapcase title untitle initials nospace shuffle upper lower
b64dec b32dec date dateInZone date_in_zone htmlDateInZone toDate mustToDate semver semverCompare
urlParse urlJoin js html trim
"""
# These look at every character in turn, in Python.
LETTER_BY_LETTER = frozenset(_LETTER_BY_LETTER.split())
SLOW = frozenset({"derivePassword"})
