"""Typesetting: Markdown becomes lines that read well, and a fact cannot break out of its line."""

from __future__ import annotations

import re
from datetime import date

from jinja2 import Environment

from outside.config.languages import words_of
from outside.text.environment import on_one_line, spoken_day, spoken_list
from outside.text.markdown import flow, plain_source
from outside.text.templates import find_text
from support.pages import FACTS


def test_lines_are_wrapped_as_people_would() -> None:
    """Hanging indents are kept, a long word stays whole, white space alone gives nothing."""
    assert flow("een twee drie vier", "- ", "  ", 10) == "- een twee\n  drie\n  vier\n"
    assert (
        flow("zie https://www.voorbeeld.example/lang ja", "", "", 10).split("\n")[1]
        == "https://www.voorbeeld.example/lang"
    )
    assert flow(" \n ") == ""
    assert flow("a\nb", "* ", "  ") == "* a\n  b\n"
    assert flow("precies tien", "", "", 12) == "precies tien\n"


def test_markdown_becomes_lines_that_read_well() -> None:
    """Headings are underlined, lists have dashes, a link says where it goes unless its words do."""
    source = (
        "# Kop\n\nTekst met **nadruk**, [hier](https://a.example) en [a.example](https://a.example).\n\n"
        "- een\n- twee\n  verder\n\n7. zeven\n8. acht\n   - diep\n\n> citaat\n\nregel\\\nregel\n\n---\n\n"
        "Bel [112](tel:112) &amp; zo."
    )
    assert plain_source(source) == (
        "Kop\n===\n\nTekst met nadruk, hier (https://a.example) en a.example.\n\n"
        "- een\n- twee verder\n\n7. zeven\n8. acht\n   - diep\n\n  citaat\n\nregel\nregel\n\n"
        + "-" * 40
        + "\n\nBel 112 & zo.\n\n"
    )


def test_a_list_that_a_loop_makes_has_no_blank_line_behind_each_item() -> None:
    """Also where each item is one of two, and where the loop is left out by an if."""
    twice = "{% for one in two %}\n{% if one %}\n- a\n{% else %}\n- b\n{% endif %}\n{% endfor %}"
    filled = Environment(trim_blocks=True).from_string(plain_source(f"voor\n\n{twice}\n\nna"))
    assert filled.render(two=[1, 0, 1]) == "voor\n\n- a\n- b\n- a\n\nna\n"
    held = Environment(trim_blocks=True).from_string(plain_source(f"{{% if two %}}\n{twice}\n{{% endif %}}\n\nna"))
    assert (held.render(two=[1, 1]), held.render(two=[])) == ("- a\n- a\n\nna\n", "\nna\n")


def test_names_and_days_are_spoken_in_their_language() -> None:
    """A language that we have no words for gets signs and digits."""
    assert spoken_list(["Jan"], words_of("nl")) == "Jan"
    assert spoken_list([], words_of("nl")) == ""
    assert spoken_list(["Jan", "Piet", "Anna"], words_of("nl")) == "Jan, Piet en Anna"
    assert spoken_list(["Jan", "Piet"], words_of("en")) == "Jan and Piet"
    assert spoken_list(["Jan", "Piet"], words_of("pl")) == "Jan & Piet"
    assert spoken_day(date(2026, 3, 5), words_of("nl")) == "5 maart 2026"
    assert spoken_day(date(2026, 3, 5), words_of("pl")) == "2026-03-05"
    assert spoken_day(None, words_of("nl")) == ""


def test_a_line_end_in_a_fact_cannot_break_out() -> None:
    """Whatever ends a line somewhere becomes a space, and marks that turn the text round vanish."""
    for sign in "\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\t", "\0":
        assert on_one_line(f"Jan{sign}Piet") == "Jan Piet"
    assert on_one_line("Jan\u202etfel") == "Jantfel"
    assert on_one_line("👩\u200d👧 Zoë") == "👩\u200d👧 Zoë"
    filled = find_text("welcome", "nl", "nl").fill(FACTS | {"group": "Tuin\r\nBcc: alle@mail.example"})
    assert filled.subject.endswith("groep Tuin Bcc: alle@mail.example")
    assert not re.search(r"^Bcc", filled.plain, re.MULTILINE)
