"""Where everybody stands once the rules have spoken."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pkgutil import iter_modules

from hypothesis import given
from hypothesis import strategies as st

import roster.rules
from roster.example.register import example
from roster.model import Role, Status
from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.rules.catalogue import RULES, RULES_ABOUT_STATUS, TOPICS, check
from roster.sheet.columns import TABS
from roster.sheet.headings import find_tables
from roster.sheet.table import Sheet
from support.sheet_notation import TERMS, TODAY, cells, judge, register, table

GROUPS = """
    Groep   | Gebied  | Aangemeld op | Gestart op
    Nieuw   | Centrum |              |
    Bekend  | Centrum | 1-1-2025     |
    Loopt   | Centrum | 1-1-2025     | 1-2-2025
    Zonder  | Centrum | 1-1-2025     | 1-2-2025
    Kwijt   | Nergens | 1-1-2025     | 1-2-2025
"""
STREETS = """
    Straat | Plaats     | Groep
    Apad   | Den Helder | Nieuw
    Bpad   | Den Helder | Bekend
    Cpad   | Den Helder | Loopt
    Dpad   | Den Helder | Zonder
    Epad   | Den Helder | Kwijt
"""


def test_a_group_is_what_it_lacks() -> None:
    """In oprichting without a day or an admin, geblokkeerd by its own row only; its members are active in each of them."""
    _, _, standing = judge(
        register(
            """
        Voornaam | Straat | Groep  | Rol
        Jan      | Apad   | Nieuw  | beheerder
        Jans     | Bpad   | Bekend | beheerder
        Piet     | Cpad   | LOOPT  | beheerder
        Kees     | Dpad   | Zonder |
        Kim      | Epad   | Kwijt  | beheerder
    """,
            groepen=GROUPS,
            straten=STREETS,
            staff="",
        )
    )
    assert list(standing.group.values()) == [
        Status.FORMING,
        Status.FORMING,
        Status.ACTIVE,
        Status.FORMING,
        Status.BLOCKED,
    ]
    assert set(standing.member.values()) == {Status.ACTIVE}
    assert [admin.first_name for admin in standing.admins["loopt"]] == ["Piet"]
    assert "zonder" not in standing.admins


def test_a_let_op_stops_nobody() -> None:
    """A landline, a slip in the e-mail, an unknown place: active all the same."""
    roster, findings, standing = judge(
        register("""
        Voornaam | Mobiel      | E-mail       | Plaats | Postcode | Sticker
        Jan      | 0223-612345 | x@gmial.com  | Parijs | 1        | nee
    """)
    )
    assert len(findings) == 5 and not any(finding.blocks for finding in findings)
    assert standing.member[roster.members[0].place.key] is Status.ACTIVE


def test_a_coordinator_is_no_admin() -> None:
    """Rol is one word: whoever is both has Rol beheerder, and the coordinator's name stands in the settings."""
    roster, _, standing = judge(register())
    assert [member.role for member in standing.active["tuindorp"]] == [Role.ADMIN, Role.ADMIN, Role.COORDINATOR]
    assert [admin.nr for admin in standing.admins["tuindorp"]] == ["D-9001", "D-9002"]
    assert len(standing.member) == len(roster.members)


def test_every_rule_is_a_sentence_with_a_docstring_and_stands_in_the_list_once() -> None:
    """The name of a rule is its code, and its docstring the law."""
    listed = [*RULES, *RULES_ABOUT_STATUS]
    assert len(set(listed)) == len(listed)
    assert all(rule.__doc__ and rule.__name__.count("_") >= 2 for rule in listed)


def test_every_rule_that_a_topic_holds_speaks() -> None:
    """A rule is added in the file of its topic alone, and one that is not in its RULES is a slip."""
    topics = [import_module(f"roster.rules.{found.name}") for found in iter_modules(roster.rules.__path__)]
    there = {
        held
        for topic in topics
        for name, held in vars(topic).items()
        if not name.startswith("_")
        and getattr(held, "__module__", "") == topic.__name__
        and getattr(held, "__annotations__", {}) == {"case": "RuleContext", "return": "Iterator[Finding]"}
    }
    assert there == {*RULES, *RULES_ABOUT_STATUS}


def test_each_column_breaks_one_rule_where_a_cell_does_not_read() -> None:
    """It is said once, of a column that is there, and under the name of a rule or a sentence of its own."""
    said = [(one.tab, heading) for topic in TOPICS for one in topic.CELLS for heading in one.headings]
    assert len(said) == len(set(said)) and all(heading in tab.headings for tab, heading in said)
    assert all(one.rule.count("_") >= 2 for topic in TOPICS for one in topic.CELLS)


def test_a_clean_example_has_no_findings_and_everybody_stands_somewhere() -> None:
    """Three hundred made-up members, as the example makes them without dirt."""
    rows = example(300, 1, TODAY, 0)
    tables = find_tables([Sheet(tab.title, [list(tab.headings), *rows[tab.title]]) for tab in TABS])
    roster, findings, standing = judge(tables)
    assert findings == []
    assert set(Counter(standing.member.values())) == {Status.ACTIVE, Status.LEFT}
    assert sum(map(len, standing.active.values())) == Counter(standing.member.values())[Status.ACTIVE]
    assert len(standing.group) == len(roster.groups) and len(standing.request) == len(roster.requests)


_WORD = st.sampled_from(
    [
        None,
        "",
        "ja",
        "nee",
        "?",
        "D-0001",
        "B-0001",
        "Kerkstraat",
        "Kerkstraat 12",
        "Kerkstaat",
        "12",
        "12a",
        12,
        0,
        -1,
        1.5,
        True,
        False,
        "Tuindorp",
        "Haven",
        "Tuindrop",
        "Centrum",
        "Den Helder",
        "beheerder",
        "coördinator",
        "06-23456789",
        "06-23456780",
        "1-2-2025",
        "1-2-2027",
        "even",
        "52.95634, 4.76051",
        "52.95834, 4.76051",
        "geplaatst",
        "politie",
        "x@politie.nl",
        "\ud800",
        "€" * 50,
        float("nan"),
        10**30,
    ]
)


@given(st.data())
def test_checking_never_raises_and_everybody_gets_a_status(data: st.DataObject) -> None:
    """Whatever the cells hold: every row that counts stands somewhere, and who is blocked is told why in that row."""
    tables = {
        tab.title: table(
            tab.title,
            [list(tab.headings), *data.draw(st.lists(st.lists(_WORD, max_size=len(tab.headings)), max_size=4))],
        )
        for tab in TABS
    }
    roster = read_roster(tables, TERMS, History())
    findings, standing = check(roster, TERMS)
    assert set(standing.member) == {member.place.key for member in roster.members}
    assert set(standing.group) == {group.place.key for group in roster.groups}
    assert set(standing.request) == {request.place.key for request in roster.requests}
    told = {(finding.place.tab, finding.place.key) for finding in findings if finding.blocks}
    for tab, statuses in (("Deelnemers", standing.member), ("Bordaanvragen", standing.request)):
        assert {key for key, status in statuses.items() if status is Status.BLOCKED} == {
            key for where, key in told if where == tab
        }
    assert all(finding.message.endswith((".", "?")) for finding in findings)
    assert cells("a") == [["a"]]


@given(st.permutations(range(5)))
def test_the_order_of_rows_changes_nothing_for_the_people(order: list[int]) -> None:
    """Sorting the sheet blocks and unblocks nobody: the day of joining decides, not the row."""
    rows = [
        "Jan | 06-23456789 | 1-1-2025",
        "Jans | 06-23456789 | 1-2-2025",
        "Piet | 06-23456781 | 1-3-2025",
        "Kees | volgt | 1-4-2025",
        "Kim | | 1-5-2025",
    ]
    roster, _, standing = judge(
        register("\n".join(["Voornaam | Mobiel | Aangemeld op", *(rows[turn] for turn in order)]))
    )
    statuses = {member.first_name: standing.member[member.place.key].value for member in roster.members}
    assert statuses == {
        "Jan": "actief",
        "Jans": "geblokkeerd",
        "Piet": "actief",
        "Kees": "geblokkeerd",
        "Kim": "geblokkeerd",
        "Ada": "actief",
        "Bo": "actief",
        "Cor": "actief",
    }
