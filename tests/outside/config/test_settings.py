"""settings.toml is read whole, or refused whole with every problem at its line."""

from __future__ import annotations

import dataclasses
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CHECKOUT
from outside.config.languages import languages
from outside.config.settings import KEYS, Mail, Map, Paths, Privacy, Settings, WorkbookSettings, load_settings
from outside.config.source import lines_of
from outside.errors import Stop
from roster.terms import Bounds, Limits, Network, Terms
from support.sweeps import sweep

TODAY = date(2026, 3, 5)


def written(folder: Path, text: str | bytes, name: str = "settings.toml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def refusal(folder: Path, text: str | bytes) -> Stop:
    with pytest.raises(Stop) as stopped:
        load_settings(written(folder, text))
    assert stopped.value.code == 2
    assert stopped.value.remedy
    return stopped.value


def points(folder: Path, text: str) -> list[tuple[int, str]]:
    """(line, key) of every problem told."""
    told = refusal(folder, text).message.splitlines()[1:]
    heads = [line.removeprefix("  regel ").split(":")[0].split(", ", 1) for line in told]
    return [(int(line), name) for line, name in heads]


def test_an_empty_file_gives_the_defaults_of_the_house(tmp_path: Path) -> None:
    """All keys may be left out."""
    found = load_settings(written(tmp_path, ""))
    assert found == Settings(
        workbook=WorkbookSettings(
            path=tmp_path / "register.xlsx", credentials=tmp_path / "config/secrets/service-account.json"
        ),
        paths=Paths(out=tmp_path / "out", state=tmp_path / "state"),
        source=tmp_path / "settings.toml",
    )


def test_the_committed_file_holds_with_the_example_number_and_the_outbox() -> None:
    """What a newcomer gets can send nothing by accident, and puts everything in the checkout."""
    found = load_settings(None)
    assert (found.mail.transport, found.network.regiegroep_number) == ("outbox", "06-12345678")
    assert found.workbook.path == CHECKOUT / "register.xlsx"
    assert (found.paths.out, found.paths.state) == (CHECKOUT / "out", CHECKOUT / "state")


def test_the_committed_file_explains_every_key() -> None:
    """A Dutch comment stands above each key, and every key is there."""
    lines = (CHECKOUT / "config/settings.toml").read_text(encoding="utf-8").splitlines()
    missing = {(table, key) for table, keys in KEYS.items() for key in keys}
    table = ""
    for number, line in enumerate(lines):
        if line.startswith("["):
            table = line.strip("[]")
        key = line.removeprefix("# ").split(" = ")[0]
        if " = " in line and (table, key) in missing:
            missing.remove((table, key))
            neighbours = [near for near in lines[max(0, number - 4) : number] if near.startswith("# ")]
            assert neighbours, f"regel {number + 1} heeft geen uitleg"
    assert missing == set()


def test_settings_cannot_be_changed_once_read(tmp_path: Path) -> None:
    """A run is held to one set of terms."""
    found = load_settings(written(tmp_path, ""))
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.limits.group_size = 3  # type: ignore[misc]  # that is what is tried


def test_every_key_of_the_contract_is_read(tmp_path: Path) -> None:
    """Each value arrives under its own name, in its own type."""
    text = """
language = "en"
[workbook]
kind = "google"
path = "map/mijn register.xlsx"
spreadsheet = " https://docs.google.com/spreadsheets/d/abc "
credentials = "sleutel.json"
[network]
name = "Buurt"
short_name = "BB"
places = ["Hier", "Daar"]
regiegroep_number = "+31 6 23456789"
regiegroep_number_for = "admins"
coordinator = "C. Oördinator"
coordinator_email = "c@mail.example"
website = "https://www.buurt.example/start"
official_domains = ["Politie.NL"]
bounds = { south = 1, west = 2.5, north = 3, east = 4 }
municipality = "Hier"
municipality_number = "14 010"
[limits]
group_size = 1024
nearly_full = 1
minimum_admins = 2
signs = 3
per_streets = 7
sticker_days = 0
[mail]
transport = "smtp"
sender = "Buurt Één <c@mail.example>"
reply_to = "c@mail.example"
per_day = 2000
host = "localhost"
port = 2525
security = "none"
username = "c"
[map]
tiles = "https://kaart.example/{z}/{y}/{x}.png"
credit = "Kaart: Wij"
[paths]
out = "uit"
state = "../staat"
[privacy]
keep_log_days = 30
"""
    found = load_settings(written(tmp_path, text, "config/anders.toml"))
    assert found == Settings(
        "en",
        WorkbookSettings(
            "google",
            tmp_path / "map/mijn register.xlsx",
            "https://docs.google.com/spreadsheets/d/abc",
            tmp_path / "sleutel.json",
        ),
        Network(
            "Buurt",
            "BB",
            ("Hier", "Daar"),
            "+31 6 23456789",
            "admins",
            "C. Oördinator",
            "c@mail.example",
            "https://www.buurt.example/start",
            ("politie.nl",),
            Bounds(1, 2.5, 3, 4),
            "Hier",
            "14 010",
        ),
        Limits(1024, 1.0, 2, 3, 7, 0),
        Mail("smtp", "Buurt Één <c@mail.example>", "c@mail.example", 2000, "localhost", 2525, "none", "c"),
        Map("https://kaart.example/{z}/{y}/{x}.png", "Kaart: Wij"),
        Paths(tmp_path / "uit", tmp_path / "../staat"),
        Privacy(30),
        tmp_path / "config/anders.toml",
    )


def test_terms_carry_what_the_rules_are_held_to(tmp_path: Path) -> None:
    """Without a settings file of its own, the law's numbers are those of the model."""
    found = load_settings(written(tmp_path, "")).terms(TODAY)
    spoken = (found.languages, found.language_names)  # as many as there are folders of texts
    assert found == dataclasses.replace(Terms(TODAY), languages=spoken[0], language_names=spoken[1])
    assert set(found.languages) == set(languages()) and ("engels", "en") in found.language_names
    text = '[network]\nshort_name = "BB"\nplaces = ["Den Helder", "Hier"]\ncoordinator = "C"\n[limits]\nsigns = 4\ngroup_size = 9'
    terms = load_settings(written(tmp_path, text)).terms(TODAY)
    assert terms == Terms(
        TODAY,
        network=Network(places=("Den Helder", "Hier"), short_name="BB", coordinator="C"),
        limits=Limits(signs=4, group_size=9),
        languages=spoken[0],
        language_names=spoken[1],
    )


def test_a_relative_path_starts_above_config_or_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever one stands when pressing the button."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "", "config/settings.toml")
    written(tmp_path, "", "elders/settings.toml")
    assert load_settings(Path("config/settings.toml")).paths.out == tmp_path / "out"
    assert load_settings(Path("elders/settings.toml")).paths.out == tmp_path / "elders/out"


def test_an_absolute_path_and_a_tilde_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """~ is the home of whoever runs it."""
    monkeypatch.setenv("HOME", str(tmp_path / "thuis"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "thuis"))
    text = f"[workbook]\npath = '{tmp_path / 'r.xlsx'}'\n[paths]\nout = \"~/uit\""
    found = load_settings(written(tmp_path, text))
    assert (found.workbook.path, found.paths.out) == (tmp_path / "r.xlsx", tmp_path / "thuis" / "uit")


def test_tls_from_the_start_has_a_port_of_its_own(tmp_path: Path) -> None:
    """465 by itself; a port that is given is kept."""
    assert load_settings(written(tmp_path, '[mail]\nsecurity = "tls"')).mail.port == 465
    assert load_settings(written(tmp_path, '[mail]\nsecurity = "tls"\nport = 4650')).mail.port == 4650


@pytest.mark.parametrize(
    "line",
    [
        'language = "de"',
        'language = ["nl"]',
        "language = true",
        '[workbook]\nkind = "ods"',
        '[workbook]\npath = ""',
        "[workbook]\npath = 3",
        '[workbook]\npath = "a\\nb"',
        '[network]\nname = " "',
        "[network]\nplaces = []",
        *(f'[network]\n{key} = "{"x" * 201}"' for key in ("name", "short_name", "municipality", "coordinator")),
        f'[workbook]\npath = "{"a/" * 600}"',
        f'[paths]\nstate = "{"x" * 300}"',
        f'[paths]\nstate = "{"é" * 120}"',
        f"[limits]\ngroup_size = {'9' * 1900}",
        f"[network]\nbounds = {{ north = {'9' * 400} }}",
        f'[mail]\nsender = "{"(" * 1900}"',
        '[mail]\nsender = "é@zw.nl"',
        '[mail]\nreply_to = "Buurt <buurt@zéé.nl>"',
        '[network]\ncoordinator_email = "renée@mail.example"',
        '[network]\nplaces = "Den Helder"',
        '[network]\nplaces = ["Den Helder", ""]',
        '[network]\nplaces = ["Den Helder", 3]',
        '[network]\nplaces = ["Den Helder", "den  hélder"]',
        '[network]\nregiegroep_number = "0612"',
        '[network]\nregiegroep_number = "regie"',
        "[network]\nregiegroep_number = 612345678",
        '[network]\nregiegroep_number = "06-23456789 / 06-23456780"',
        '[network]\nregiegroep_number_for = "all"',
        '[network]\ncoordinator_email = "c@"',
        '[network]\ncoordinator_email = "c@mail.example, d@mail.example"',
        '[network]\nwebsite = "ftp://buurt.example"',
        '[network]\nwebsite = "geen"',
        '[map]\ntiles = "https://kaart.example/{z}/{x}.png"',
        '[map]\ntiles = "file:///kaart/{z}/{x}/{y}.png"',
        '[map]\ntiles = "https://wie:geheim@kaart.example/{z}/{x}/{y}.png"',
        '[network]\nofficial_domains = ["@politie.nl"]',
        '[network]\nofficial_domains = ["politie"]',
        '[network]\nofficial_domains = "politie.nl"',
        "[network]\nbounds = [52.86, 4.68, 52.98, 4.88]",
        "[network]\nbounds = { south = 53.5 }",
        "[network]\nbounds = { west = 4.9 }",
        "[network]\nbounds = { north = 91 }",
        "[network]\nbounds = { north = nan }",
        "[network]\nbounds = { north = true }",
        '[network]\nbounds = { north = "53" }',
        "[network]\nbounds = { noord = 53 }",
        "[limits]\ngroup_size = 1",
        "[limits]\ngroup_size = true",
        "[limits]\ngroup_size = 256.0",
        '[limits]\ngroup_size = "256"',
        "[limits]\nnearly_full = 1.01",
        "[limits]\nnearly_full = -0.1",
        "[limits]\nnearly_full = nan",
        "[limits]\nnearly_full = true",
        "[limits]\nminimum_admins = 0",
        "[limits]\nminimum_admins = 300",
        "[limits]\nsigns = 0",
        "[limits]\nper_streets = 0",
        "[limits]\nsticker_days = -1",
        '[mail]\ntransport = "SMTP"',
        '[mail]\ntransport = "smtp"',
        '[mail]\nsender = "buurt"',
        '[mail]\nsender = "a@mail.example, b@mail.example"',
        '[mail]\nsender = "Buurt <b@mail.example>\\nBcc: c@mail.example"',
        '[mail]\nreply_to = "<>"',
        "[mail]\nper_day = 0",
        "[mail]\nper_day = 2001",
        "[mail]\nper_day = 40.5",
        "[mail]\nport = 65536",
        '[mail]\nhost = ""',
        '[mail]\nsecurity = "ssl"',
        '[mail]\nsecurity = "none"',
        '[mail]\nhost = "smtp.mail.example"\nsecurity = "none"',
        '[mail]\npassword = "geheim"',
        '[paths]\nout = "state"',
        '[paths]\nstate = ""',
        '[workbook]\nkind = "google"',
        'sprache = "nl"',
        "[mial]\nper_day = 3",
        "mail = 3",
        "[[mail]]\nper_day = 3",
        "[limits]\nper_day = 3",
    ],
)
def test_an_impossible_value_is_refused_and_nothing_else(tmp_path: Path, line: str) -> None:
    """One wrong line, one point told."""
    assert len(points(tmp_path, line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "[limits]\nnearly_full = 0",
        "[limits]\ngroup_size = 2",
        "[limits]\nsticker_days = 0",
        "[mail]\nper_day = 1",
        '[network]\nregiegroep_number = ""',
        '[network]\nregiegroep_number = "0223 612345"',
        '[network]\nregiegroep_number = "+49 151 23456789"',
        '[network]\nregiegroep_number = "06 1234 5678"',
        '[network]\nwebsite = ""',
        '[map]\ntiles = ""\ncredit = ""',
        '[map]\ntiles = "http://127.0.0.1:8080/kaart/{z}/{y}/{x}.png?key=abc"',
        '[network]\nwebsite = "buurt.example"',
        "[network]\nofficial_domains = []",
        '[network]\nofficial_domains = ["xn--caf-dma.example"]',
        "[network]\nbounds = { north = 53 }",
        "[network.bounds]\nnorth = 53",
        "network.bounds.north = 53",
        '[mail]\nsender = "\\"Buurt, de\\" <b@mail.example>"',
        '[mail]\nhost = "127.0.0.1"\nsecurity = "none"',
        '[mail]\nsender = "Renée <renee@mail.example>"',
        '[network]\nmunicipality = ""',
        f'[workbook]\npath = "{"map/" * 100}r.xlsx"',
    ],
)
def test_an_unusual_value_that_can_be_is_taken(tmp_path: Path, line: str) -> None:
    """A refusal without need is a fault as well."""
    assert load_settings(written(tmp_path, line)).source == tmp_path / "settings.toml"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"[limits]\ngroup_size = {'9' * 5000}", 2),
        (f'\n[mail]\nsender = "{"(" * 20_000}"', 3),
        (f"{'a.' * 20_000}a = 1", 1),
        (f"[{'a.' * 20_000}a]", 1),
        (f"x = {'[' * 20_000}", 1),
    ],
)
def test_a_line_without_end_is_a_stop(tmp_path: Path, text: str, line: int) -> None:
    """Before anything tries to read it."""
    with pytest.raises(Stop, match=f"regel {line} is te lang"):
        load_settings(written(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        f"[{'a.' * 950}a]\n{'b.' * 950}b = 1",
        f"mail.{'b.' * 950}b = 1",
        "x = " + "[\n" * 20_000,
        f"x = {'9' * 1900}",
        "\n".join(f"a{'.a' * turn} = 1" for turn in range(200)),
    ],
)
def test_what_is_nested_without_sense_is_a_stop(tmp_path: Path, text: str) -> None:
    with pytest.raises(Stop):
        load_settings(written(tmp_path, text))


def test_all_problems_are_told_at_once_each_at_its_own_line(tmp_path: Path) -> None:
    """Also when a value runs over several lines, or stands in a dotted key."""
    text = """# uitleg
language = "de"

[network]
# plaatsen
places = [
  "Hier", # [limits]
  "hier",
]
website = '''geen
'''
[limits]
signs = 0
[mial]
per_day = 1
[mail]
per_day = 0
"""
    assert points(tmp_path, text) == [
        (2, "language"),
        (6, "[network] places"),
        (10, "[network] website"),
        (13, "[limits] signs"),
        (14, "[mial]"),
        (17, "[mail] per_day"),
    ]
    assert points(tmp_path, "\n\nmail.per_day = 0") == [(3, "[mail] per_day")]


def test_what_is_missing_is_told_at_its_heading(tmp_path: Path) -> None:
    """There is no line of its own to point at."""
    assert points(tmp_path, '\n[mail]\ntransport = "smtp"\n') == [(2, "[mail] sender")]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("[mial]\nper_day = 3", "Bedoelde u [mail]?"),
        ("[limits]\ngroup_sise = 3", "Bedoelde u group_size?"),
        ("[limits]\nqqq = 3", "Hier kan: group_size, nearly_full"),
        ('[workbook]\nkind = "gogle"', 'Bedoelde u "google"?'),
        ("[limits]\nper_day = 3", "onder het kopje [mail]"),
        ('[mail]\nlanguage = "nl"', "bovenaan het bestand"),
        ("[bounds]\nnorth = 53", "onder het kopje [network]"),
        ('[mail]\npassword = "x"', "een wachtwoord hoort niet in dit bestand"),
        ("[limits]\nnearly_full = 90", "0.9 is 90 procent"),
    ],
)
def test_a_problem_comes_with_a_hint(tmp_path: Path, line: str, hint: str) -> None:
    """What to write instead."""
    assert hint in refusal(tmp_path, line).message


def test_a_refusal_tells_nobodys_address_number_or_password(tmp_path: Path) -> None:
    """What is wrong may be shown to anybody; whose it is may not."""
    text = (
        '[network]\nregiegroep_number = "0623456"\ncoordinator_email = "els@mail"\ncoordinator = "Els\\nJansen"\n'
        '[mail]\npassword = "hunter2"\nsender = "els@mail"'
    )
    stop = refusal(tmp_path, text)
    assert len(stop.message.splitlines()) == 6
    assert not any(word in stop.message.lower() for word in ("0623456", "els", "jansen", "hunter2"))


@pytest.mark.parametrize(
    ("broken", "hint"),
    [
        ("name = “Buurt”", "rechte"),
        ("name = Buurt", "aanhalingstekens"),
        ('name = "Buurt', "aanhalingsteken"),
        ('name = "Buurt" x', "aanhalingsteken"),
        ("nearly = 0,9", "met een punt"),
        ("name =", 'Niets schrijft u als ""'),
        ("name", "een naam, een = en een waarde"),
        ("[limits", "rechte haken"),
        ('path = "C:\\Users\\register.xlsx"', "schuine streep"),
        ('path = "D:\\Buurt\\"', "schuine streep"),
        ("yes = True", "true en false"),
        ("yes = ja", "true en false"),
        ('places = ["Hier", "Daar"', "haak"),
        ('places = ["Hier" "Daar"]', "haak"),
        ("language = 'en'", "twee keer"),
        ("deep = " + "[" * 900 + "]" * 900, "haak"),
    ],
)
def test_broken_toml_is_told_with_its_line_and_what_such_a_line_lacks(tmp_path: Path, broken: str, hint: str) -> None:
    """The line where it went wrong, not where the parser gave up."""
    if broken.startswith("deep") and not _is_too_deep(broken):
        pytest.skip("this Python reads lists as deep as that")
    told = refusal(tmp_path, f'language = "nl"\n\n# uitleg\n{broken}\n# meer\n[mail]\nper_day = 3\n').message
    assert "regel 4." in told
    assert hint in told


def _is_too_deep(broken: str) -> bool:
    try:
        tomllib.loads(broken)
    except RecursionError:
        return True
    return False


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    """As Notepad saves it."""
    file = written(tmp_path, b'\xef\xbb\xbflanguage = "en"\r\n[mail]\r\nper_day = 7\r\n')
    assert (load_settings(file).language, load_settings(file).mail.per_day) == ("en", 7)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ('x = 1\nname = "Coördinator"'.encode("cp1252"), "regel 2"),
        ('language = "nl"'.encode("utf-16"), "UTF-8"),
        ('language = "nl"'.encode("utf-16-le"), "UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00", "geen instellingenbestand"),
        (b"#" * 60_000, "geen instellingenbestand"),
    ],
)
def test_a_file_that_is_no_utf_8_text_is_told(tmp_path: Path, data: bytes, word: str) -> None:
    """Windows-1252, UTF-16, and the register given by mistake."""
    assert word in refusal(tmp_path, data).message


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    """With the name that was looked for."""
    for path, word in ((tmp_path / "weg.toml", "weg.toml is er niet"), (tmp_path, "is een map")):
        with pytest.raises(Stop, match=word):
            load_settings(path)


VALUES = st.one_of(
    st.booleans().map(lambda value: str(value).lower()),
    st.integers(-3, 3000).map(str),
    st.floats(-2, 60, allow_nan=False).map(repr),
    st.text(st.characters(codec="utf-8", exclude_characters="'\n\r", exclude_categories=("Cc",)), max_size=12).map(
        lambda value: f"'{value}'"
    ),
    st.just("[]"),
    st.just("{}"),
    st.just("2026-03-05"),
)


@given(st.lists(st.tuples(st.sampled_from([(t, k) for t in KEYS for k in KEYS[t]]), VALUES), unique_by=lambda x: x[0]))
def test_whatever_stands_in_the_file_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[tuple[str, str], str]]
) -> None:
    """No value of any kind under any key is a bug, and each line is told of at most once."""
    lines = [f"{table}.{key} = {value}".lstrip(".") for (table, key), value in pairs]
    file = written(tmp_path_factory.getbasetemp(), "\n".join(lines), "any.toml")
    try:
        assert load_settings(file).source == file
    except Stop as stop:
        told = [int(line.removeprefix("  regel ").split(",")[0]) for line in stop.message.splitlines()[1:]]
        assert told == sorted(told)
        assert set(told) <= set(range(1, len(lines) + 1))


@pytest.mark.parametrize("keys", ['municipality = "Elders"', 'places = ["Elders", "Verderop"]'])
def test_another_town_gets_nothing_of_the_one_that_comes_with_us(tmp_path: Path, keys: str) -> None:
    """What its file does not say follows from what it says, or bars nothing."""
    network = load_settings(written(tmp_path, f"[network]\n{keys}")).network
    assert (network.municipality, network.municipality_number, network.places[0]) == ("Elders", "", "Elders")
    assert network.name == "BuurtPreventieApp Elders" and network.official_domains == ("politie.nl",)
    assert network.bounds.hold(51.5, 3.6) and network.bounds.hold(53.2, 6.6)


def test_a_place_more_is_still_the_same_town(tmp_path: Path) -> None:
    """Its own places need not be the ones that come with us."""
    network = load_settings(written(tmp_path, '[network]\nplaces = ["Den Helder", "De Kooy"]')).network
    assert (network.municipality, network.municipality_number) == ("Den Helder", "14 0223")


@pytest.mark.parametrize("number", ["14 0223", "0800-1234", "(0113) 21 23 45", "+31 113 212345", ""])
def test_a_municipality_has_a_number_that_can_be_called(tmp_path: Path, number: str) -> None:
    """Also one that no person can have."""
    assert (
        load_settings(written(tmp_path, f'[network]\nmunicipality_number = "{number}"')).network.municipality_number
        == number
    )


@pytest.mark.parametrize("number", ["bel ons", "1", "14-x"])
def test_what_is_no_number_is_told(tmp_path: Path, number: str) -> None:
    with pytest.raises(Stop, match="municipality_number"):
        load_settings(written(tmp_path, f'[network]\nmunicipality_number = "{number}"'))


MANY = {
    "unknown keys": "".join(f"k{number} = 1\n" for number in range(4_500)),
    "unknown headings": "".join(f"[k{number}]\n" for number in range(4_500)),
    "unknown keys under a heading of ours": "[mail]\n" + "".join(f"k{number} = 1\n" for number in range(4_500)),
    "keys that are said twice": "".join(f"k{number} = 1\n" for number in range(3_000)) + "k7 = 2\n",
    "a list that never ends": "places = [\n" + "'a',\n" * 8_000,
    "a text that never ends": "name = '''\n" + "a\n" * 20_000,
    "brackets in brackets": "a = " + "[" * 20_000,
    "a very long name": "a" * 45_000 + " = 1\n",
}


@pytest.mark.parametrize("case", sweep(MANY, quick=(1, 2, 5, 6, 7)))
def test_a_file_of_another_kind_is_told_at_once(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much is read is counted: each line at most a few times, however many of them there are."""
    path = tmp_path / "settings.toml"
    path.write_text(MANY[case], encoding="utf-8")
    real, read = tomllib.loads, []

    def counted(text: str) -> dict[str, object]:
        read.append(len(text))
        return real(text)

    monkeypatch.setattr(tomllib, "loads", counted)
    with pytest.raises(Stop) as stop:
        load_settings(path)
    assert sum(read) < 60 * len(MANY[case]) + 1_000_000
    assert len(stop.value.message) < 12_000 and 1 <= stop.value.message.count("regel") <= 60


def test_lines_are_found_in_every_spelling() -> None:
    """Inline tables, dotted names, headings of headings, lists over lines, remarks and texts that look like headings."""
    text = (
        '# a\nlanguage = "nl"\nplaces = [\n  "[mail]",  # b\n  "x"\n]\nmail = { host = "a" }\nnetwork.name = """\n[limits]\n"""\n'
        "[limits]\n\ngroup_size = 3\n[paths.more]\nout = 1\n[[workbook]]\nkind = 2\n"
    )
    keys = {
        ("", "language"): 2,
        ("", "places"): 3,
        ("mail", "host"): 7,
        ("network", "name"): 8,
        ("limits", ""): 11,
        ("limits", "group_size"): 13,
        ("limits", "signs"): 11,
        ("paths", "more"): 14,
        ("workbook", "kind"): 17,
        ("", "workbook"): 16,
        ("nothing", ""): 17,
    }
    assert lines_of(text, list(keys)) == list(keys.values())
