"""The walls of the house, read from the code itself: who may know whom, and what stands nowhere."""

from __future__ import annotations

import ast
import graphlib
import io
import re
import sys
import tokenize
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from conftest import CHECKOUT, SCRIPTS, files_of_the_house

DOORS = sorted(SCRIPTS.glob("*.py"))
ROSTER = sorted((SCRIPTS / "roster").rglob("*.py"))
OUTSIDE = sorted((SCRIPTS / "outside").rglob("*.py"))
OURS = [*DOORS, *ROSTER, *OUTSIDE]
ALL_PYTHON = [file for file in files_of_the_house() if file.suffix == ".py"]

PURE = {
    "__future__",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "hmac",
    "html",
    "itertools",
    "json",
    "math",
    "operator",
    "random",
    "re",
    "string",
    "textwrap",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "email_validator",
    "jinja2",
    "markdown_it",
    "phonenumbers",
    "rapidfuzz",
}  # random: an example register is drawn from a seed
"""What roster/ may import: nothing here can reach a clock, a file or a network by itself."""

OF_ROSTER = {
    "sheet": set(),
    "finding": {"sheet"},
    "logbook": {"sheet"},
    "terms": set(),
    "model": {"sheet", "finding", "logbook"},
    "cells": {"sheet", "model", "terms"},
    "streets": {"sheet", "model", "cells"},
    "plan": {"sheet", "finding", "logbook", "model", "terms", "cells"},
    "reading": {"sheet", "finding", "logbook", "model", "terms", "cells", "plan"},
    "rules": {"sheet", "finding", "model", "terms", "cells", "plan", "streets", "reading"},
    "vcard": {"model", "terms", "plan"},
    "messages": {"sheet", "logbook", "model", "terms", "cells", "plan", "vcard"},
    "planners": {
        *("sheet", "finding", "logbook", "model", "terms", "plan", "reading", "streets", "vcard", "messages"),
    },
    "example": {"sheet", "terms", "cells"},
    "compare": {"sheet", "model", "cells", "plan", "vcard"},
}
OF_OUTSIDE = {
    "launcher": set(),
    "errors": set(),
    "console": set(),
    "files": {"errors"},
    "config": {"errors"},
    "workbook": set(),
    "front_tab": {"errors"},
    "xlsx": {"errors"},
    "excel": {"errors", "console", "files", "config", "workbook", "front_tab", "xlsx"},
    "google": {"errors", "console", "files", "config", "workbook", "front_tab", "xlsx"},
    "google_setup": {"errors", "config", "workbook", "front_tab", "xlsx", "excel", "google"},
    "backends": {"config", "workbook", "excel", "google_setup"},
    "timers": {"errors", "files"},
    "text": {"errors", "console", "files", "config"},
    "mail": {"errors", "files", "config", "text"},
    "smtp": {"errors", "config", "mail"},
    "ledger": {"errors", "files", "config", "mail"},
    "inbox": {"errors", "config", "mail", "smtp", "ledger"},
    "run": {
        *("errors", "console", "files", "config", "workbook", "excel", "backends"),
        *("text", "mail", "smtp", "ledger"),
    },
    "commands": {
        *("errors", "console", "files", "config", "workbook", "front_tab", "excel", "backends"),
        *("text", "mail", "smtp", "inbox", "ledger", "run", "timers"),
    },
}
ROSTER_FOR = {
    "config": {"sheet", "terms"},
    "workbook": {"sheet", "plan"},
    "front_tab": {"sheet"},
    "xlsx": {"sheet"},
    "excel": {"sheet", "finding", "terms", "plan", "reading"},
    "google": {"sheet", "plan", "reading"},
    "google_setup": {"sheet", "terms", "cells"},
    "text": {"sheet", "messages", "plan"},
    "mail": {"cells", "messages", "plan"},
    "smtp": {"plan"},
    "ledger": {"plan", "reading", "logbook", "sheet"},
    "run": {
        *("sheet", "finding", "logbook", "cells", "model", "terms"),
        *("plan", "reading", "rules", "messages", "planners"),
    },
    "commands": {
        *("sheet", "logbook", "cells", "model", "terms"),
        *("plan", "reading", "messages", "planners", "example", "compare"),
    },
}
MAY_IMPORT = {
    **{f"roster.{name}": {f"roster.{one}" for one in others} for name, others in OF_ROSTER.items()},
    **{
        f"outside.{name}": {
            *(f"outside.{one}" for one in others),
            *(f"roster.{one}" for one in ROSTER_FOR.get(name, ())),
        }
        for name, others in OF_OUTSIDE.items()
    },
}
"""What each package, or module beside the packages, may import of the house. What has no line of ROSTER_FOR knows
nothing of the register."""

DISTRIBUTION = {
    "flufl": "flufl-bounce",
    "google": "google-auth",
    "jinja2": "jinja2",
    "markdown_it": "markdown-it-py",
    "phonenumbers": "phonenumberslite",
    "python_calamine": "python-calamine",
}
"""What a package is called at the index, where that is not its import name with dashes."""


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


@cache
def nodes(file: Path) -> list[ast.AST]:
    return list(ast.walk(tree(file)))


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of every import, also of those inside functions."""
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{shown(file)}:{node.lineno} imports by dots"
            yield node.lineno, node.module or ""


@cache
def calls(file: Path) -> list[tuple[int, str]]:
    """(line, dotted name) of everything that is called: "open", "date.today", "sys.stdout.write"."""
    return [(node.lineno, ast.unparse(node.func)) for node in nodes(file) if isinstance(node, ast.Call)]


def shown(file: Path) -> str:
    return file.relative_to(CHECKOUT).as_posix()


def is_in(module: str, packages: set[str]) -> bool:
    """True when a module is one of these, or lies in one of these."""
    parts = module.split(".")
    return any(".".join(parts[:length]) in packages for length in range(1, len(parts) + 1))


def test_the_house_is_there() -> None:
    """None of the tests below looks at an empty list."""
    assert DOORS and ROSTER and OUTSIDE and len(ALL_PYTHON) > len(OURS)


def test_roster_imports_nothing_but_what_is_pure() -> None:
    """No clock, no file, no network: it decides, and that can be tested without a world."""
    allowed = {*PURE, "roster"}
    assert [(shown(file), *found) for file in ROSTER for found in imports(file) if not is_in(found[1], allowed)] == []


def test_roster_asks_no_clock_and_opens_nothing() -> None:
    """`datetime` knows the time as well; `open` needs no import."""
    world = re.compile(
        r"(^|\.)(today|now|utcnow|fromtimestamp|read_text|write_text)$|^(open|input|exec|eval|compile|__import__)$"
    )
    assert [(shown(file), *found) for file in ROSTER for found in calls(file) if world.search(found[1])] == []


def test_chance_in_roster_is_drawn_from_a_seed() -> None:
    """The same seed, the same example; the module's own dice would differ every run."""
    loose = re.compile(r"^random\.(?!Random$)|^(Random|random\.Random)$")
    found = [(shown(file), line, name) for file in ROSTER for line, name in calls(file) if loose.search(name)]
    for file, line, name in found:
        assert name.endswith("Random"), (file, line, name)
        assert "Random(seed)" in (CHECKOUT / file).read_text(encoding="utf-8").splitlines()[line - 1]


def test_nothing_imports_a_door() -> None:
    """A door is entered from the street only."""
    doors = {file.stem for file in DOORS}
    assert [(shown(file), *found) for file in OURS for found in imports(file) if found[1].split(".")[0] in doors] == []


def test_no_door_or_test_bears_the_name_of_a_standard_module() -> None:
    """scripts/ and tests/ are first on the path, so such a name would take the standard module's place."""
    tops = [*DOORS, *(CHECKOUT / "tests").glob("*.py")]
    assert [shown(file) for file in tops if file.stem in sys.stdlib_module_names] == []


def test_a_door_knows_click_the_house_and_little_else() -> None:
    """It is thin: what it does stands in outside/ and roster/."""
    allowed = {"__future__", "sys", "datetime", "pathlib", "typing", "collections", "click", "outside", "roster"}
    assert [(shown(file), *found) for file in DOORS for found in imports(file) if not is_in(found[1], allowed)] == []
    assert [shown(file) for file in DOORS if len(file.read_text(encoding="utf-8").splitlines()) > 60] == []


def test_a_door_loads_only_its_frame_before_it_is_entered() -> None:
    """--help needs click; the register, the mails and the network wait until somebody comes in."""
    quick = {"__future__", "click", "outside.commands.frame", "outside.config.choices", "typing", "collections"}
    for door in DOORS:
        top = ast.Module([node for node in tree(door).body if isinstance(node, ast.Import | ast.ImportFrom)], [])
        names = [name for node in top.body for name in named(node)]
        assert [name for name in names if not is_in(name, quick)] == [], shown(door)


def named(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def package_of(module: str) -> str:
    """ "outside.files" of "outside.files.atomic"."""
    return ".".join(module.split(".")[:2])


def test_a_package_imports_only_what_the_table_allows() -> None:
    """Every package stands in the table, and the table holds nothing that is not there."""
    there = {package_of(".".join(file.relative_to(SCRIPTS).with_suffix("").parts)) for file in [*ROSTER, *OUTSIDE]}
    assert there - {"roster.__init__", "outside.__init__"} == set(MAY_IMPORT)
    found = [
        (shown(file), line, other)
        for file in [*ROSTER, *OUTSIDE]
        for line, module in imports(file)
        if (other := package_of(module)) in MAY_IMPORT
        and other != (own := package_of(".".join(file.relative_to(SCRIPTS).with_suffix("").parts)))
        and other not in MAY_IMPORT[own]
    ]
    assert found == []


def test_the_table_has_no_circle() -> None:
    """Nothing runs back up. static_order raises CycleError, and says which."""
    assert len(list(graphlib.TopologicalSorter(MAY_IMPORT).static_order())) == len(MAY_IMPORT)


def test_planners_do_not_import_each_other() -> None:
    """Each makes its own part of the plan; what two of them need has a room of its own."""
    planners = {f"roster.planners.{file.stem}": file for file in ROSTER if is_planner(file)}
    assert len(planners) >= 2
    found = [(name, other) for name, file in planners.items() for _, other in imports(file) if other in planners]
    assert found == []


def is_planner(file: Path) -> bool:
    """True for a module of the planners that plans something itself: the others tell of it, or put them in order."""
    return file.parent.name == "planners" and any(
        isinstance(node, ast.FunctionDef) and node.name.startswith("plan_") for node in tree(file).body
    )


def test_a_public_name_stands_in_one_module() -> None:
    """Who reads it knows which is meant. Only the topics of the law each list their rules, and a door bears its word."""
    places: dict[str, list[str]] = defaultdict(list)
    for file in (*ROSTER, *OUTSIDE):
        for name in {name for node in tree(file).body for name in defined(node)}:
            places[name].append(shown(file))
    found = {name: files for name, files in places.items() if len(files) > 1 and not name.startswith("_")}
    assert found.keys() == {"RULES", "RULES_ABOUT_STATUS", "CELLS"}, found
    assert {file for files in found.values() for file in files} <= {
        shown(file) for file in ROSTER if "rules" in file.parts
    }


def defined(node: ast.stmt) -> list[str]:
    """What a statement gives a name to."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]


def test_nothing_is_called_told() -> None:
    """It stood for seven things at once: a finding, a message, a cell that did not read, what a row says."""
    named = re.compile(r"(?i)(?<![a-z])told(?![a-z])")
    wrong = {
        f"{file.name}:{token.start[0]} {token.string}"
        for file in OURS
        for token in tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.NAME and named.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", token.string))
    }
    assert wrong == set()


def test_output_goes_through_one_place() -> None:
    """print stands nowhere; only console.py writes to the terminal, and the launcher before that one's packages are there."""
    said = re.compile(
        r"^(print|pprint|rich\.print|click\.(s?echo|prompt|confirm)|sys\.std(out|err)\.(buffer\.)?write(lines)?)$"
    )
    voice, before = SCRIPTS / "outside" / "console.py", SCRIPTS / "outside" / "launcher.py"
    silent = [file for file in OURS if file not in (voice, before)]
    found = [(shown(file), *call) for file in silent for call in calls(file) if said.match(call[1])]
    assert found == []
    assert not [call for call in calls(voice) if call[1] == "print"]


def test_one_place_puts_files_on_the_disk() -> None:
    """There a Mac is told that it is meant, and Windows is asked again."""
    asked = {"os.fsync", "os.replace", "os.rename"}
    found = [shown(file) for file in OURS for _, name in calls(file) if name in asked or name.endswith("F_FULLFSYNC")]
    assert found == ["scripts/outside/files/atomic.py"]


def test_what_only_one_system_has_is_not_imported_at_the_top() -> None:
    """fcntl is not on Windows, msvcrt nowhere else: each has a twin, chosen where it is used."""
    one_sided = {"fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "msvcrt", "winreg", "winsound"}
    tops = [(shown(file), name) for file in OURS for node in tree(file).body for name in named(node)]
    assert [(file, name) for file, name in tops if name in one_sided] == []


def test_the_launcher_needs_nothing_that_must_be_installed() -> None:
    """It is what installs."""
    files = [SCRIPTS / "menu.py", SCRIPTS / "outside" / "launcher.py"]
    allowed = {*sys.stdlib_module_names, "outside.launcher"}
    assert [(shown(file), *found) for file in files for found in imports(file) if not is_in(found[1], allowed)] == []


def test_every_library_that_the_code_imports_is_asked_for() -> None:
    """Else it works here and not in a fresh clone."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[><=~! \[]", line)[0] for line in project["dependencies"]}
    extra = {re.split(r"[><=~! \[]", line)[0] for lines in project["optional-dependencies"].values() for line in lines}
    locked = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
    assert [name for name in sorted(asked) if f"\n{name}==" not in f"\n{locked}"] == []
    known = {*sys.stdlib_module_names, "outside", "roster"}
    tops = {name.split(".")[0] for file in OURS for _, name in imports(file)} - known
    assert {DISTRIBUTION.get(top, top.replace("_", "-")) for top in tops} - asked - extra == set()
    assert [name for name in sorted(extra) if f"\n{name}==" in f"\n{locked}"] == []


def test_the_lock_files_pin_and_seal_everything_and_name_no_place() -> None:
    """Every package has a version and a hash; no index, host or folder of whoever made the file."""
    for file in (CHECKOUT / "requirements.lock", CHECKOUT / "tests" / "requirements.lock"):
        text = file.read_text(encoding="utf-8")
        packages = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert all(re.match(r"[a-z0-9-]+==\S+", one) and "--hash=sha256:" in one for one in packages)
        assert not re.search(r"://|--(extra-)?index|--find-links|--trusted", text)


def test_the_test_lock_holds_the_very_same_versions() -> None:
    """The tests run on what the coordinator runs."""

    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9-]+==\S+", (CHECKOUT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert pins("requirements.lock") <= pins("tests/requirements.lock")


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    """The repository is read on other machines."""
    place = re.compile(r"(?<![\w.:-])/(?:home|root|work|farm|Users|tmp/w)/\w")
    found = []
    for file in files_of_the_house():
        text = file.read_bytes().decode("utf-8", "replace")
        found += [(shown(file), n) for n, line in enumerate(text.splitlines(), 1) if place.search(line)]
    assert found == []


def test_every_relaxation_gives_its_reason_on_the_line() -> None:
    """A check is not silenced without a word."""
    waiver = re.compile(r"#\s*(noqa|type:\s*ignore)\b.*")
    reasoned = re.compile(r"#\s*(noqa: [A-Z0-9, ]+?|type: ignore\[[a-z, -]+\])\s+[#–-]\s*\w.{4,}")
    found = []
    for file in ALL_PYTHON:
        text = file.read_text(encoding="utf-8")
        for token in tokenize.generate_tokens(io.StringIO(text).readline) if waiver.search(text) else ():
            said = waiver.search(token.string) if token.type == tokenize.COMMENT else None
            if said and not reasoned.match(said.group()):
                found.append((shown(file), token.start[0], said.group()))
    assert found == []


def test_every_rule_that_is_not_held_gives_its_reason_in_pyproject() -> None:
    """Each on a line of its own, with what speaks for it."""
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    lint = tomllib.loads(text)["tool"]["ruff"]["lint"]
    waived = [*lint["ignore"], *(code for codes in lint["per-file-ignores"].values() for code in codes)]
    assert len(waived) > 10
    assert [code for code in waived if not re.search(rf'^    "{code}", +# \w.+$', text, re.MULTILINE)] == []


@pytest.mark.parametrize("file", OURS, ids=shown)
def test_a_room_is_small_and_says_what_it_is_for(file: Path) -> None:
    """About 300 lines a file, 50 a function, and a sentence on the door."""
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 350
    functions = [node for node in nodes(file) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno > 50] == []
    sentence = (ast.get_docstring(tree(file)) or "").split("\n\n")[0].strip()
    assert sentence and sentence[-1] in ".:"


def test_every_text_is_there_in_every_language() -> None:
    """templates/<language>/<act>.md, and the loose words beside them."""
    there = [folder for folder in (CHECKOUT / "templates").iterdir() if folder.is_dir()]
    first, *others = [{file.name for file in folder.iterdir()} for folder in there]
    assert {"words.toml", "welcome.md", "spelregels.md"} <= first and others
    assert all(other == first for other in others)


def test_no_text_names_a_town_or_its_number() -> None:
    """Another town uses the same texts: its name and number come from the settings (municipality, municipality_number)."""
    town = re.compile(r"den ?helder|julianadorp|huisduinen|14 ?0223|\bKCC\b", re.IGNORECASE)
    texts = [file for file in files_of_the_house() if CHECKOUT / "templates" in file.parents]
    assert texts
    assert [shown(file) for file in texts if town.search(file.read_text(encoding="utf-8"))] == []
