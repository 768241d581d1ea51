"""Queries that are changed at random, token by token, to find what an engine reads and its guard does not."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from crosswalk.sparql_tokens import KEYWORDS, tokens

SEEDS = (
    "SELECT * { SERVICE <TRAP> { ?s ?p ?o } }",
    "SELECT * { { SERVICE SILENT <TRAP> { ?s ?p ?o } } UNION { ?s ?p 'x' } }",
    "PREFIX t: <TRAP> PREFIX : <TRAP#> SELECT * { SERVICE t: { ?s ?p ?o } FILTER(?o < 3 && ?o > 'b') }",
    "PREFIX e: <http://a:1> PREFIX u: <urn:> SELECT * { OPTIONAL { ?s ?p e:a.b.c , u:o } SERVICE <TRAP> {} }",
    "SELECT * { FILTER(?a<'x'&&?b>'y') SERVICE <TRAP> {} FILTER('z'=?x) }",
    "SELECT * { FILTER EXISTS { SERVICE <TRAP> { ?s ?p ?o } } ?s ?p ?o }",
    "SELECT * { VALUES ?x { '''a''b''' \"\"\"c\"\"\" 'd' \"e\" } SERVICE <TRAP> {} # ' \"\n }",
    "SELECT * { SERVICE <TRAP> {} # it's a comment\r ?s ?p 'o#' }",
    r"SELECT * { SERVICE <TRAP> {} FILTER(<http://a\u0041'b> != '\u0027\\' && REGEX('a', '\\.')) }",
    "SELECT * { OPTIONAL { ?x ?y <<(?s?p'>')>> } SERVICE <TRAP> { ?a ?b 'c' } }",
    "SELECT * { SERVICE <TRAP> {} << ?s ?p ?o ~ <urn:r> >> ?a ?b {| ?c 'd' |} . ?s ?p <<( ?s <urn:p> 1 )>> }",
    "BASE <http://a/b> PREFIX u: <urn:> SELECT ?s FROM <c> FROM u:g FROM NAMED u:g { GRAPH ?g { ?s ?p 1 } }",
    "PREFIX u: <urn:> SELECT * { {GRAPH u:g {?s ?p ?o}} UNION { ?s u:p/u:q*|^u:r ?o } LATERAL { ?s ?p ?o } }",
    "SELECT (NOW() AS ?n) (RAND() + 1 AS ?r) (STRUUID() AS ?u) { ?s ?p ?o } ORDER BY RAND() LIMIT 3 OFFSET 0",
    "SELECT (COUNT(DISTINCT *) AS ?n) (GROUP_CONCAT(?o; SEPARATOR='>') AS ?c) {?s ?p ?o} HAVING(1<2)",
    "VERSION '1.2' CONSTRUCT { ?s ?p [ ?q (1 2.5 .5e3 true) ] } { ?s ?p ?o MINUS { ?s a 'x'@en--ltr } }",
    "PREFIX u: <urn:> DESCRIBE u:s <urn:o> ?x FROM NAMED u:g WHERE { ?x ?p ?o BIND(IF(?o = 1, 2, 3) AS ?z) }",
    "ASK { FILTER(1 IN (?a, ?b<?c, '>') || NOT EXISTS { ?s ?p -1 }) { SELECT ?s { ?s ?p ?o } } }",
    "PREFIX u: <urn:> INSERT DATA { u:s u:p u:o } ; DELETE WHERE { ?s ?p ?o } ; CLEAR SILENT ALL",
    "LOAD SILENT <TRAP> INTO GRAPH <urn:x>",
    "PREFIX u: <urn:> WITH u:g DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } USING NAMED u:g WHERE { ?s ?p ?o }",
)
"""What is changed. TRAP stands for the address of the trap."""

PIECES = (
    *sorted(KEYWORDS), "SERVICE <TRAP> {}", "SERVICE SILENT <TRAP> {}", "SERVICE", "SERVICEu:", "SERVICE",
    "SILENT", *"{}()[]<>.,;*/|^+-!=&?~$@%`\\:_#'\"", "{|", "|}", "<<", ">>", "<<(", ")>>", "||", "&&", "^^",
    "<=", ">=", "!=", "#", "# '", "# x\r", "# x\n", "#\u2028", "\r", "\n", "\r\n", "\t", "\x0b", "\x0c",
    "\x85", "\xa0", "\u2028", "\ufeff", "\0", "\u200b", "\u200d", "\ud800", "\udfff", "\ufffd", "\ue000",
    "\U0001f600", "\u017f", "\u212a", "'", '"', "'''", '"""', "''", "'>'", "'>", "'<'", "'#'", "'a\\'b'",
    r"'\q'", r"\'", r"\\", r"\q", "'''a''''", r"\u0041", r"\U00000041", r"\u0027", r"\u005c", r"\u005C",
    r"\u000a", r"\u0023", r"\u003e", r"\u+041", r"\ud800", r"\uZZZZ", r"\U0011FFFF", r"S\u0045RVICE",
    r"'\u0027'", r"'\\u0041'", r"<urn:\u0061>", r"<urn:\u+61>", "<TRAP>", "<urn:s>", "<urn:p>", "<urn:g>",
    "<x>", "<>", "<#>", "<?x>", "<'>", "<'a'&&?b>", "<?b&&?c>", "<(>", "<a#b>", "<urn:a'b>", "<//a>",
    "<http://a:1>", "<a b>", "<a\rb>", "<<urn:s>", "<urn:x,y>", "<a;b>", "<(?s?p'>')>", "?s", "?p", "?o",
    "$x", "?SERVICE", "_:a", "_:a.b", "[]", "()", "u:s", "u:g", ":x", "e:SERVICE", "e:a.b.SERVICE",
    "u:o.x.y", r"u:a\.b", "u:%41", "t:", "e:", ":", "u:", "SERVICEt:", "FROMu:g", "NAMEDu:g", "ASKu:",
    "au:p", "GRAPHu:g", "u:\ufffdx", "e:SERVICE\ufffd:y", "1", "1.", ".5", "1.5", "1e5", "1e", "-1", "+1",
    "true", "false", "a", "UNDEF", "@en", "@en-GB", "@en--ltr", "@verylonglanguagetag", "BASE <http://b/>",
    "PREFIX u: <urn:>", "PREFIX t: <TRAP>", "PREFIX SERVICEt: <urn:x:>", "PREFIX e: <http://a:1>",
    "PREFIX : <urn:>", "VERSION '1.2'", "FROM <urn:g>", "FROM NAMED <urn:g>", "GRAPH <urn:g> {",
    "GRAPH ?g { ?s ?p ?o }", "ORDER BYRAND()", "NOW()", "UUID()", "BNODE()", "FILTER(", "BIND(",
    "VALUES ?x {", "VALUES (?x ?y) {", "OPTIONAL {", "UNION {", "MINUS {", "EXISTS {", "SELECT * {",
    "COALESCE(", "REGEX(", "u:f(", "<urn:f>(", "1 IN (", "?a<", "?a<?b", ">?c", "AS ?v)", "LATERAL {",
    "{ ?s ?p ?o }",
)  # fmt: skip
"""What is put in."""


def mutant(random: Random, trap: str) -> str:
    """Returns a query that has been changed in some places."""
    parts = list(_parts(random.choice(SEEDS)))
    for _ in range(random.choice((1, 1, 2, 2, 3, 4, 6, 9))):
        _change(parts, random)
    return "".join(parts).replace("TRAP", trap)


def _parts(text: str) -> Iterator[str]:
    return (token.text for token in tokens(text, frozenset()))


def _change(parts: list[str], random: Random) -> None:
    at = random.randrange(len(parts) + 1)
    beyond = min(len(parts), at + random.choice((1, 1, 1, 2, 3, 5)))
    match random.randrange(9):
        case 0 | 1 | 2:  # between tokens, without space or with it
            around = random.choice(("", "", " "))
            parts[at:at] = [around, random.choice(PIECES), around]
        case 3:
            parts[at:beyond] = [random.choice(PIECES)]
        case 4:
            del parts[at:beyond]
        case 5:
            parts[at:at] = parts[at:beyond]
        case 6:
            other = list(_parts(random.choice(SEEDS)))
            start = random.randrange(len(other))
            parts[at:at] = other[start : start + random.randrange(1, 8)]
        case 7 if at < len(parts) and len(parts[at]) > 1:  # within a token
            inside = random.randrange(1, len(parts[at]))
            put = random.choice((random.choice(PIECES), "", " "))
            parts[at : at + 1] = [parts[at][:inside], put, parts[at][inside:]]
        case _ if at < len(parts):
            letter = random.randrange(len(parts[at])) if parts[at] else 0
            escape = "".join(rf"\u{ord(char):04x}" for char in parts[at][letter : letter + 1])
            parts[at] = parts[at][:letter] + escape + parts[at][letter + 1 :]


def smallest(text: str, fails) -> str:
    """Returns a text that still fails, from which no token and no character can be taken."""
    for cut in (_parts, iter):
        parts, at = list(cut(text)), 0
        while at < len(parts):
            rest = parts[:at] + parts[at + 1 :]
            if fails("".join(rest)):
                parts = rest
            else:
                at += 1
        text = "".join(parts)
    return text
