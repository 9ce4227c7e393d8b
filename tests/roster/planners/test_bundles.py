"""What lies ready for each group's admins: folders that are each group's own, and cards in files of a phone's size."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from roster.example.register import example
from roster.plan.steps import Document, WriteFile, group_folders
from roster.planners.bundles import plan_bundles
from roster.sheet.columns import TABS
from roster.sheet.headings import find_tables
from roster.sheet.table import Sheet, fold
from roster.terms import Limits
from support.plans import view
from support.sheet_notation import TERMS, register

PEOPLE = """
    Voornaam | Achternaam | Rol       | Mobiel
    Anna     | Bakker     | beheerder | 06-23450001
    Piet     | Smit       |           | 06-23450002
    Kees     | Mol        |           | 06-23450003
"""


def files(people: str, most: int = 200) -> dict[str, int]:
    """The files with cards, and how many each holds."""
    seen = view(register(people, staff=""), replace(TERMS, limits=Limits(cards_per_file=most)))
    return {
        one.path.rpartition("/")[2]: len(one.parts)
        for one in plan_bundles(seen)
        if isinstance(one, WriteFile) and one.parts and one.path.startswith("groepen/")
    }


def test_a_group_has_all_its_cards_in_files_that_a_phone_takes() -> None:
    """Two hundred at most in one, so that an import does not stop half-way."""
    assert files(PEOPLE) == {"alle.vcf": 3}
    assert files(PEOPLE, most=2) == {"alle.vcf": 2, "alle-2.vcf": 1}


def test_a_group_without_an_admin_has_its_files_too() -> None:
    """They lie ready for whoever becomes its admin."""
    assert files(PEOPLE.replace("beheerder", "         ")) == {"alle.vcf": 3}


def test_two_groups_whose_names_make_one_folder_have_two() -> None:
    """Nobody finds the contacts of another group among her own."""
    seen = view(register(PEOPLE, staff=""))
    first = next(iter(seen.roster.groups))
    more = [replace(first, name=name) for name in ("A/B", "A:B", "a?b")]
    folders = group_folders(replace(seen, roster=replace(seen.roster, groups=[*seen.roster.groups, *more])))
    assert len(folders) == 4 and set(Counter(path.casefold() for path in folders.values()).values()) == {1}


def test_a_page_tells_of_no_other_group() -> None:
    """No name and no number of somebody elsewhere stands in what is made for a group's admins."""
    rows = example(60, 3, TERMS.today)
    seen = view(find_tables([Sheet(tab.title, [list(tab.headings), *rows[tab.title]]) for tab in TABS]), TERMS)
    pages = {one.path: str(one.facts) for one in plan_bundles(seen) if isinstance(one, Document)}
    pages |= {one.path: one.head + str(one.parts) for one in plan_bundles(seen) if isinstance(one, WriteFile)}
    folders = group_folders(seen)
    checked = 0
    for member in seen.roster.members:
        home = folders.get(fold(member.group))
        for path, text in pages.items():
            if path.startswith("groepen/") and not path.startswith(f"{home}/") and member.mobile:
                checked += 1
                doubled = sum(one.mobile == member.mobile for one in seen.roster.members) > 1
                assert doubled or member.mobile not in text, (path, member.nr)
    assert checked > 50


def test_the_button_is_there_only_where_admins_approve() -> None:
    """With a link of WhatsApp; with another link, or without approval, she calls."""
    for link, approval, there in (
        ("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv", "ja", True),
        ("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv", "", False),
        ("https://elders.example/AbCdEfGhIjKlMnOpQrStUv", "ja", False),
    ):
        groups = f"""
            Groep    | Gebied  | Aangemeld op | Gestart op | Uitnodigingslink | Goedkeuring aan
            Tuindorp | Centrum | 1-2-2025     | 1-3-2025   | {link}           | {approval}
        """
        seen = view(register(PEOPLE, groepen=groups, staff=""))
        [page] = [one for one in plan_bundles(seen) if isinstance(one, Document) and one.path.startswith("groepen/")]
        people = page.facts["people"]
        assert isinstance(people, list) and {bool(one["invitation"]) for one in people} == {there}
