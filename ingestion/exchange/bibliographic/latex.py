"""LaTeX in a BibTeX value → plain text: accents joined to their letters, symbols, braces and markup gone.

One walk from left to right without recursion: twenty thousand nested braces are as cheap as two.
"""

from __future__ import annotations

import re
import unicodedata

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323", "b": "\u0331", "r": "\u030a",
    "k": "\u0328", "t": "\u0361", "U": "\u030e", "G": "\u030f", "h": "\u0309",
}  # fmt: skip
SYMBOLS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "SS": "ẞ",
    "textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“",
    "textquotedblright": "”", "textquotesingle": "'", "textquotedbl": '"', "guillemotleft": "«", "guillemotright": "»",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_", "textdegree": "°",
    "degree": "°", "textmu": "µ", "texttimes": "×", "textperiodcentered": "·", "textbullet": "•", "textregistered": "®",
    "textcopyright": "©", "copyright": "©", "texttrademark": "™", "pounds": "£", "S": "§", "P": "¶", "dag": "†", "ddag": "‡",
    "ldots": "…", "dots": "…", "textellipsis": "…", "slash": "/", "textless": "<", "textgreater": ">", "textbar": "|",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "times": "×", "pm": "±", "mp": "∓", "cdot": "·", "circ": "°", "sim": "~", "approx": "≈", "leq": "≤",
    "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "infty": "∞", "rightarrow": "→", "to": "→", "leftarrow": "←",
    "leftrightarrow": "↔", "partial": "∂", "nabla": "∇", "sum": "∑", "int": "∫", "in": "∈", "subset": "⊂", "cup": "∪",
    "cap": "∩", "ell": "ℓ", "prime": "′", "langle": "⟨", "rangle": "⟩", "ast": "*", "star": "⋆", "bullet": "•", "quad": " ",
    "qquad": " ", "space": " ", "newline": " ", "par": " ", "linebreak": " ", "textsf": "", "LaTeX": "LaTeX", "TeX": "TeX",
    "BibTeX": "BibTeX",
}  # fmt: skip
MARKUP = frozenset(
    "textit textbf texttt textrm textsc textup textsl textmd textnormal emph it bf rm sf tt sc em uppercase lowercase MakeUppercase "
    "MakeLowercase mathrm mathit mathbf mathcal mathbb mathsf mathfrak mathscr boldsymbol bm text mbox hbox url path href "
    "textsuperscript textsubscript ensuremath underline overline operatorname left right small large normalsize bfseries itshape "
    "scshape upshape rmfamily protect relax noopsort enquote foreignlanguage textcolor ce hspace vspace limits nolimits displaystyle".split()
)
_PIECE = re.compile(r"\\(?:[A-Za-z]+\*?[ \t\n]*|.|$)|[{}$~]|-{2,3}|``|''|[^\\{}$~`'-]+|[`'-]", re.S)
_LETTER = re.compile(r"[ \t\n{]*(\\[ij](?![A-Za-z])|[^\W\d_])")


def text(value: str) -> str:
    """The value without LaTeX. What no rule knows (``\\foo``) stays as typed, for a person to see."""
    if not re.search(r"[\\{}$~]|--|``|''", value):
        return value
    out: list[str] = []
    at = 0
    paired = (value.count("$") - value.count("\\$")) % 2 == 0  # a lone sign is money
    math = False
    while at < len(value):
        match = _PIECE.match(value, at)
        if match is None:  # pragma: no cover - the last branch of the pattern takes any character
            break
        piece, at = match[0], match.end()
        if piece in "{}":
            continue
        if piece == "$":
            math = paired and not math
            out.append("" if paired else piece)
        elif piece == "~":
            out.append(" ")
        elif piece.startswith("\\"):
            at = _command(value, piece, at, out)
        elif piece in ("--", "---"):
            out.append("–" if len(piece) == 2 else "—")
        elif piece in ("``", "''"):
            out.append("“" if piece == "``" else "”")
        else:
            out.append(_math(piece) if math else piece)
    return "".join(out)


def _command(value: str, piece: str, at: int, out: list[str]) -> int:
    """One command that begins with a backslash; the place where reading goes on."""
    name = piece[1:].rstrip("* \t\n")
    if name in ACCENTS and not (name.isalpha() and value[at : at + 1] not in ("{", "\\") and piece == "\\" + name):
        letter = _LETTER.match(value, at)
        if letter:
            base = letter[1].lstrip("\\")
            out.append(unicodedata.normalize("NFC", base + ACCENTS[name]))
            return letter.end()
        return at
    if name in SYMBOLS:
        out.append(SYMBOLS[name])
    elif name in MARKUP or name == "":
        out.append("" if name else " ")
    elif not name.isalpha():
        out.append({"-": "", "/": "", ",": " ", ";": " ", ":": " ", "!": "", "\\": " ", "(": "", ")": "", "[": "", "]": ""}.get(name, name))
    else:
        out.append(piece)
    return at


def _math(piece: str) -> str:
    """Superscript and subscript signs only say how the rest is set."""
    return piece.replace("^", "").replace("_", "")
