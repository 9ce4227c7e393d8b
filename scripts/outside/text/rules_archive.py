"""Keeps every text of the spelregels that was ever told: the proof of what somebody got, and what changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from outside.config.languages import TEMPLATES, languages, words_of
from outside.config.settings import Settings
from outside.console import say, warn
from outside.errors import Stop
from outside.files.atomic import own_folder, private_folder, remove_leftovers, stop_from, write_private
from outside.text.templates import rules_version
from roster.messages.rules_update import difference, read_rules
from roster.plan.steps import file_name

_FOLDER = "spelregels"


@dataclass(frozen=True, slots=True)
class ChangedRules:
    """A text that says something else than what was kept of the same version: the texts, and the language."""

    language: str
    kept: str
    now: str
    data: bytes


def keep_rules(settings: Settings, folder: Path = TEMPLATES) -> None:
    """Put the spelregels of today under state/spelregels/, by version and language.

    What was kept is never written over. Raises Stop where a text changed and its version did not, and where keeping
    fails.
    """
    stop = why_not_kept(settings, folder)
    if stop is not None:
        raise stop
    version = rules_version(folder)
    _warn_of_an_older(settings, version)
    try:
        remove_leftovers(settings.paths.state / _FOLDER)
        for language in languages(folder):
            if not _kept(settings, version, language).is_file():
                _keep(_kept(settings, version, language), _text(folder, language).read_bytes(), settings)
    except OSError as error:
        raise stop_from(error, settings.paths.state.name) from error


def why_not_kept(settings: Settings, folder: Path = TEMPLATES) -> Stop | None:
    """What is to be said where a text changed and its version did not; None where all is well. Writes nothing."""
    version = rules_version(folder)
    changed = [_spoken(one.language, folder) for one in _changed(settings, folder)]
    if not changed:
        return None
    return Stop(
        f"De tekst van de spelregels is veranderd ({' en '.join(changed)}), maar er staat nog Versie: {version} boven. "
        "Wie die versie al kreeg, zou van de verandering niets horen.",
        f"Zet in elke spelregels.md onder templates/ bovenaan Versie: {_next(settings, version)}, en typ: "
        "make rules-update\n"
        "Is alleen een tikfout verbeterd, en verandert er voor niemand iets? Typ: make rules-update TYPO=yes\n"
        f"De tekst zoals die was, staat in {settings.paths.state.name}/{_FOLDER}.",
    )


def tell_changed_rules(settings: Settings) -> bool:
    """Say in a dry run what will stop the round; True where there is something."""
    stop = why_not_kept(settings)
    if stop is not None:
        warn(stop.message, "bad")
        warn(stop.remedy, "plain")
    return stop is not None


def accept_typo(settings: Settings, folder: Path = TEMPLATES) -> int:
    """Remember that the text only lost a slip of the pen: its version stays, and nobody is mailed. The exit code.

    Both texts are kept. Raises Stop where a rule came or went: that is no slip of the pen.
    """
    version = rules_version(folder)
    changed = list(_changed(settings, folder))
    if not changed:
        say(f"De tekst van de spelregels is dezelfde als die van versie {version} was. Er is niets veranderd.")
        return 0
    for one in changed:
        old, new = read_rules(one.kept), read_rules(one.now)
        if len(old) != len(new):
            raise Stop(
                f"Er waren {len(old)} regels en nu zijn het er {len(new)} "
                f"({_spoken(one.language, folder)}). Dat is meer dan een tikfout.",
                f"Zet in elke spelregels.md onder templates/ bovenaan Versie: {_next(settings, version)}, en typ: "
                "make rules-update",
            )
    try:
        for one in changed:
            _keep(_free(settings, version, one.language), one.data, settings)
    except OSError as error:
        raise stop_from(error, settings.paths.state.name) from error
    for one in changed:
        say(f"Onthouden als verbeterde tikfout in versie {version} ({_spoken(one.language, folder)}):")
        rules = difference(read_rules(one.kept), read_rules(one.now))["changed"]
        for rule in rules if isinstance(rules, list) else []:
            say(f"  regel {rule['number']}: {rule['text']}")
    say("Niemand krijgt hier een mail over. De eerdere tekst blijft ook bewaard.")
    return 0


def kept_rules(settings: Settings) -> Callable[[str, str], Sequence[str] | None]:
    """The rules of a version in a language, in the default language where there are none in that one, or None.

    Of a version with mended slips of the pen the last text is taken: a slip is no news.
    """

    def rules(version: str, language: str) -> Sequence[str] | None:
        for wanted in (language, settings.language):
            kept = _every(settings, version, wanted)
            if kept:
                return read_rules(_plain(kept[-1].read_bytes())) or None
        return None

    return rules


def _changed(settings: Settings, folder: Path) -> Iterator[ChangedRules]:
    """Each language in which today's text is none of those that were kept of its version."""
    version = rules_version(folder)
    try:
        for language in languages(folder):
            kept = [_plain(one.read_bytes()) for one in _every(settings, version, language)]
            data = _text(folder, language).read_bytes()
            if kept and _plain(data) not in kept:
                yield ChangedRules(language, kept[-1], _plain(data), data)
    except OSError as error:
        raise stop_from(error, settings.paths.state.name) from error


def _warn_of_an_older(settings: Settings, version: str) -> None:
    """Whoever was told a later version hears nothing of the way back."""
    latest = max(_numbers(settings), default=0)
    if version.isdigit() and int(version) < latest:
        warn(
            f"Boven de spelregels staat Versie: {version}, terwijl er al een versie {latest} was. Wie die kreeg, hoort "
            f"niets van de weg terug. Wilt u dat wel? Zet er Versie: {latest + 1} boven, en typ: make rules-update"
        )


def _next(settings: Settings, version: str) -> str:
    """A version that nobody was ever told; of one that is no number, an example."""
    return str(max([*_numbers(settings), int(version)]) + 1) if version.isdigit() else f"{version}-2"


def _numbers(settings: Settings) -> list[int]:
    """Every version with a number of which a text was kept."""
    stems = (path.stem.split(".")[0].rpartition("-")[0] for path in (settings.paths.state / _FOLDER).glob("*.md"))
    return [int(stem) for stem in stems if stem.isdigit()]


def _plain(data: bytes) -> str:
    """A text as it is compared: not by its line ends, its spaces at the edge or the mark at its head."""
    text = data.decode("utf-8-sig", "replace")
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def _text(folder: Path, language: str) -> Path:
    return folder / language / "spelregels.md"


def _spoken(language: str, folder: Path) -> str:
    return words_of(language, folder).name or language


def _every(settings: Settings, version: str, language: str) -> list[Path]:
    """Every text that was kept of a version in a language, in order: as it was told first, and with slips mended."""
    first = _kept(settings, version, language)
    found = [first] if first.is_file() else []
    for number in range(2, 1000):
        later = first.with_name(f"{first.stem}.{number}.md")
        if not later.is_file():
            break
        found.append(later)
    return found


def _free(settings: Settings, version: str, language: str) -> Path:
    """Where the next text of a version is kept."""
    first = _kept(settings, version, language)
    return first.with_name(f"{first.stem}.{len(_every(settings, version, language)) + 1}.md")


def _keep(place: Path, data: bytes, settings: Settings) -> None:
    own_folder(settings.paths.state)
    private_folder(place.parent)
    write_private(place, data)


def _kept(settings: Settings, version: str, language: str) -> Path:
    return settings.paths.state / _FOLDER / f"{file_name(version)}-{file_name(language)}.md"
