"""Reads settings.toml as text: what cannot be read, why, and in which line everything stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from outside.stop import Stop

LARGEST = 50_000
"""Bytes. Ours has 4,000; whoever names something larger means another file."""

AGAIN = "Verander dit in het bestand, bewaar het, en probeer het opnieuw."


def read_text(source: Path) -> str:
    """The file's text, without a byte order mark and with one kind of line end. Raises Stop."""
    try:
        with source.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise Stop(
            f"Het instellingenbestand {source} is er niet.",
            "Controleer de naam en de map. Zonder SETTINGS leest Buurtbeheer config/settings.toml.",
        ) from None
    except OSError:
        what = "is een map, geen bestand" if source.is_dir() else "is niet te openen"
        raise Stop(f"Het instellingenbestand {source} {what}.", "Controleer de naam, en of u het mag openen.") from None
    if len(data) > LARGEST or data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
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
    return text.replace("\r\n", "\n")


def parse(text: str, source: Path) -> dict[str, Any]:
    """What the TOML says. Raises Stop with the line that broke it and what such a line mostly lacks."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line, statement = _first_unreadable(text)
        why = _why(statement, error)
        raise Stop(f"Het instellingenbestand {source} is niet te lezen: regel {line}. {why}", AGAIN) from None


def lines_of(text: str, keys: Sequence[tuple[str, str]]) -> list[int]:
    """The line at which each key is set (1 = first); that of its table, or the last line, for one that is not there.

    `text` is sound TOML. A key is ("table", "key"), with "" for the top of the file or for the table itself.
    """
    statements = list(_statements(text))
    last = max(1, len(text.splitlines()))

    def first_with(table: str, key: str) -> int | None:
        for line, content in statements:
            inside = content.get(table) if table else content
            if inside is not None and (not key or (isinstance(inside, dict) and key in inside)):
                return line
        return None

    return [first_with(table, key) or (first_with(table, "") if table else None) or last for table, key in keys]


def _statements(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Where each statement begins, and all that the file says up to and with it.

    The beginning of a TOML file is sound exactly where a statement ends, so the parser itself tells
    them apart, whatever brackets and quotation marks they hold.
    """
    lines = text.split("\n")
    begin = 0
    for end in range(1, len(lines) + 1):
        if begin == end - 1 and _is_remark(lines[begin]):
            begin = end
            continue
        try:
            content = tomllib.loads("\n".join(lines[:end]))
        except (tomllib.TOMLDecodeError, RecursionError):
            continue
        yield begin + 1, content
        begin = end


def _first_unreadable(text: str) -> tuple[int, str]:
    """The line where the first statement that cannot be read begins, and that line."""
    lines = text.split("\n")
    begin = 0
    for end in range(1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[:end]))
        except (tomllib.TOMLDecodeError, RecursionError):
            continue
        begin = end
    while begin < len(lines) - 1 and _is_remark(lines[begin]):
        begin += 1
    return begin + 1, lines[begin] if begin < len(lines) else ""


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
    return next((told for found, told in causes if found), 'Tekst staat tussen rechte aanhalingstekens: "zo".')
