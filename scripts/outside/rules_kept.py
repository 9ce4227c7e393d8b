"""Keeps every version of the spelregels that was ever told, so that the difference can be told later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from outside.files import private_folder, sweep, trouble, write_private
from outside.settings import Settings
from outside.templates import TEMPLATES, rules_version
from roster.plan import file_name
from roster.rules_update import read_rules

FOLDER = "spelregels"


def keep_rules(settings: Settings, folder: Path = TEMPLATES) -> None:
    """Put the spelregels of today under state/spelregels/, by version and language. Raises Stop where that fails."""
    version = rules_version(folder)
    try:
        sweep(settings.paths.state / FOLDER)
        for path in sorted((folder / FOLDER).glob("*.md")):
            kept = _kept(settings, version, path.stem)
            data = path.read_bytes()
            if not kept.is_file() or kept.read_bytes() != data:
                private_folder(settings.paths.state)
                private_folder(kept.parent)
                write_private(kept, data)
    except OSError as error:
        raise trouble(error, settings.paths.state.name) from error


def kept_rules(settings: Settings) -> Callable[[str, str], Sequence[str] | None]:
    """The rules of a version in a language, in the default language where there are none in that one, or None."""

    def rules(version: str, language: str) -> Sequence[str] | None:
        for wanted in (language, settings.language):
            kept = _kept(settings, version, wanted)
            if kept.is_file():
                return read_rules(kept.read_text(encoding="utf-8-sig")) or None
        return None

    return rules


def _kept(settings: Settings, version: str, language: str) -> Path:
    return settings.paths.state / FOLDER / f"{file_name(version)}-{file_name(language)}.md"
