"""Names and paths of users and files as text that is safe to show."""


def printable(text: str, keep: str = "") -> str:
    """Return the text with every character that does not print, but those to `keep`, as an escape.

    Control characters could move a terminal's cursor, others turn its direction around: they become `\\x1b`, `\\u202e`.
    Bytes of a path that are no UTF-8, which Python holds as lone surrogates, become `\\xff`.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _escape(char) for char in text)


def _escape(char: str) -> str:
    byte = ord(char) - 0xDC00  # PEP 383
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else char.encode("unicode_escape").decode()
