"""Reads settings.toml as text: what cannot be read, why, and in which line everything stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from outside.errors import Stop

_LARGEST = 50_000
"""Bytes. Ours has 4,000; whoever names something larger means another file."""

_LONGEST = 400
"""Lines of one statement, a list of places for one; a longer one has lost its last bracket."""

WIDEST = 2_000
"""Characters of one line: ours have 130, and what is nested deeper or written longer says nothing to us."""

AGAIN = "Verander dit in het bestand, bewaar het, en probeer het opnieuw."


def read_text(source: Path) -> str:
    """The file's text, without a byte order mark and with one kind of line end. Raises Stop."""
    try:
        with source.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise Stop(
            f"Het instellingenbestand {source} is er niet.",
            "Controleer de naam en de map. Zonder SETTINGS leest Buurtbeheer config/settings.toml.",
        ) from None
    except OSError:
        what = "is een map, geen bestand" if source.is_dir() else "is niet te openen"
        raise Stop(f"Het instellingenbestand {source} {what}.", "Controleer de naam, en of u het mag openen.") from None
    if len(data) > _LARGEST or data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Stop(
            f"{source} is geen instellingenbestand.",
            "Geef het bestand op dat lijkt op config/settings.toml. Het register zelf noemt u daarin, bij path.",
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise Stop(
            f"Het instellingenbestand {source} is niet als UTF-8 bewaard.",
            'Open het in Kladblok, kies "Opslaan als", en kies onderaan bij codering: UTF-8.',
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Stop(
            f"Het instellingenbestand {source} is niet als UTF-8 bewaard: in regel {line} staat een teken uit een "
            "oudere codering (Windows-1252).",
            'Open het in Kladblok, kies "Opslaan als", en kies onderaan bij codering: UTF-8.',
        ) from None
    text = text.replace("\r\n", "\n")
    for line, written in enumerate(text.split("\n"), 1):
        if len(written) > WIDEST:
            raise Stop(
                f"Het instellingenbestand {source} is niet te lezen: regel {line} is te lang.",
                f"Een regel heeft hoogstens {WIDEST} tekens. {AGAIN}",
            )
    return text


def parse(text: str, source: Path) -> dict[str, Any]:
    """What the TOML says. Raises Stop with the line that broke it and what such a line mostly lacks."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        line, statement = _first_unreadable(text)
        why = _why(statement, error)
        raise Stop(f"Het instellingenbestand {source} is niet te lezen: regel {line}. {why}", AGAIN) from None


def lines_of(text: str, keys: Sequence[tuple[str, str]]) -> list[int]:
    """The line at which each key is set (1 = first); that of its table, or the last line, for one that is not there.

    `text` is sound TOML. A key is ("table", "key"), with "" for the top of the file or for the table itself.
    """
    last = max(1, len(text.splitlines()))
    first: dict[tuple[str, str], int] = {}
    current: tuple[str, ...] = ()
    for line, statement in _statements(text):
        content = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            current = _path_of(content)
            found = [("", current[0]), *((current[0], key) for key in ("", *current[1:2]))]
        elif current:
            found = [(current[0], key) for key in (current[1:2] or content)]
        else:
            found = [("", key) for key in content]
            found += [(key, below) for key, inside in content.items() for below in ("", *_keys_of(inside))]
        for key in found:
            first.setdefault(key, line)
    return [first.get((table, key)) or (first.get((table, "")) if table else None) or last for table, key in keys]


def _path_of(content: dict[str, Any]) -> tuple[str, ...]:
    """The names in a heading: [one.two] -> ("one", "two")."""
    path: list[str] = []
    inside: Any = content
    while inside:
        if isinstance(inside, list):
            inside = inside[-1]
            continue
        name, inside = next(iter(inside.items()))
        path.append(name)
    return tuple(path)


def _keys_of(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Where each statement begins (1 = first line), and the statement, as long as each can be read by itself.

    A statement ends with the first line up to which it is sound, so the parser itself tells them apart, whatever
    brackets and quotation marks they hold. Each is read by itself, or a long file would be read anew at every line.
    """
    lines = text.split("\n")
    begin = 0
    for end in range(1, len(lines) + 1):
        if begin == end - 1 and _is_remark(lines[begin]):
            begin = end
            continue
        if end - begin > _LONGEST:
            return
        statement = "\n".join(lines[begin:end])
        try:
            tomllib.loads(statement)
        except (ValueError, RecursionError):
            continue
        yield begin + 1, statement
        begin = end


def _first_unreadable(text: str) -> tuple[int, str]:
    """The line where the first statement that cannot be read begins, and that line.

    It cannot be read by itself, or else not behind those before it, as where something is said twice.
    """
    lines = text.split("\n")
    starts = [line - 1 for line, _statement in _statements(text)]
    ends = [*starts[1:], _end_of_statement(lines, starts[-1])] if starts else []
    low, high = 0, len(starts)  # the first `low` statements are sound together, more than `high` are not
    while low < high:
        middle = (low + high + 1) // 2
        if _is_sound("\n".join(lines[: ends[middle - 1]])):
            low = middle
        else:
            high = middle - 1
    begin = _end_of_statement(lines, starts[low - 1]) if low else 0
    while begin < len(lines) - 1 and _is_remark(lines[begin]):
        begin += 1
    return begin + 1, lines[begin] if begin < len(lines) else ""


def _end_of_statement(lines: list[str], begin: int) -> int:
    """The line behind the statement that begins here, which is a sound one."""
    return next((end for end in range(begin + 1, len(lines) + 1) if _is_sound("\n".join(lines[begin:end]))), len(lines))


def _is_sound(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_remark(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _why(statement: str, error: Exception) -> str:
    """What is most likely wrong with a line, judged by the line first and the parser's words second."""
    _, equals, value = statement.partition("=")
    value = value.strip()
    said = str(error)
    folders = "scape" in said or (value.startswith('"') and "\\" in value)
    yes_no = r"(?i)(true|false|ja|nee|waar|onwaar)\b"
    causes = (
        (re.search("[“”„‘’]", statement), 'Er staan gekrulde aanhalingstekens. Gebruik de rechte: "zo".'),
        ("Cannot" in said or "already" in said, "Dit staat er twee keer. Laat er één staan."),
        (folders, 'Schrijf mappen met een gewone schuine streep: "C:/Buurt/register.xlsx".'),
        (statement.strip().startswith("["), "Een kopje staat tussen rechte haken, alleen op zijn regel: [mail]."),
        (not equals, 'Een instelling is een naam, een = en een waarde: language = "nl".'),
        (not value, 'Achter de = staat niets. Niets schrijft u als "".'),
        (re.match(r"[-+]?\d+,\d", value), "Een kommagetal schrijft u met een punt: 0.9."),
        (re.match(yes_no, value), "Ja en nee schrijft u als true en false, zonder hoofdletter."),
        (value[0:1] in {"[", "{"}, "Er ontbreekt een haak of een komma, of een aanhalingsteken in de lijst."),
        (value[0:1] in {'"', "'"}, "Er ontbreekt een aanhalingsteken, of er staat iets achter het laatste."),
    )
    return next((cause for found, cause in causes if found), 'Tekst staat tussen rechte aanhalingstekens: "zo".')
