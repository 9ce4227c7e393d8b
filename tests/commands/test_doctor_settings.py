"""The doctor looks at what the handleiding asks to fill in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import CHECKOUT
from outside.commands.doctor import Health, _show, examine
from outside.commands.doctor_settings import examine_sender, examine_settings
from outside.config.settings import Mail, Settings, load_settings
from outside.excel.create import create_register
from roster.terms import Bounds, Network

SOUND = Settings(
    network=Network(regiegroep_number="06-23456789", coordinator="Kim de Wit", coordinator_email="kim@buurt-post.nl"),
    mail=Mail(sender="Buurtwacht <post@buurt-post.nl>", reply_to="kim@buurt-post.nl"),
)


def told(settings: Settings, *, is_example: bool = False) -> list[tuple[str, str]]:
    """What is wrong: the part, and what it says; each with something to do about it."""
    return [(one.part, one.message) for one in examine_settings(settings, is_example=is_example) if one.remedy]


def with_network(**changes: str) -> Settings:
    return replace(SOUND, network=replace(SOUND.network, **changes))  # type: ignore[arg-type]  # keys of the table


def test_settings_that_are_filled_in_are_good() -> None:
    assert told(SOUND) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("06-12345678", "voorbeeldnummer"),
        ("+31 6 12345678", "voorbeeldnummer"),
        ("", "nog geen nummer"),
        ("0113-212345", "geen mobiel"),
        ("0900-8844", "geen mobiel"),
        ("14 010", "geen mobiel"),
        ("085-0123456", "geen mobiel"),
        ("112", "geen mobiel"),
        ("+49 30 901820", "geen mobiel"),
        ("097012345678", "geen mobiel"),
    ],
)
def test_a_number_that_cannot_be_the_regiegroeps_is_told(number: str, words: str) -> None:
    """Nobody joins WhatsApp with it."""
    [(part, said)] = told(with_network(regiegroep_number=number))
    assert part == "Regiegroep" and words in said


@pytest.mark.parametrize("number", ["06-23456789", "+31 6 23456789", "+49 151 12345678"])
def test_a_mobile_is_good(number: str) -> None:
    assert told(with_network(regiegroep_number=number)) == []


def test_who_writes_is_asked_for() -> None:
    """No coordinator; no sender at all."""
    assert [part for part, _ in told(with_network(coordinator=""))] == ["Coördinator"]
    bare = replace(with_network(coordinator_email=""), mail=Mail())
    assert [part for part, _ in told(bare)] == ["Afzender"]
    assert told(replace(SOUND, mail=Mail())) == []  # the coordinator's own address is the sender


def test_the_address_that_came_along_is_told_until_somebody_logs_in_with_it() -> None:
    """Left as delivered it is another's mailbox; as a login it is one's own."""
    delivered = load_settings(None)
    address = delivered.mail.reply_to
    for key in ("sender", "reply_to"):
        [(part, said)] = told(replace(SOUND, mail=replace(SOUND.mail, **{key: f"Onze buurt <{address.upper()}>"})))
        assert part == "Afzender" and key in said
    assert [part for part, _ in told(with_network(coordinator_email=address))] == ["Afzender"]
    own = replace(SOUND.mail, sender=address, reply_to=address, username=address)
    assert told(replace(SOUND, mail=own)) == []


def test_the_example_register_may_keep_all_as_it_came() -> None:
    """Nothing leaves there; by SMTP it would."""
    delivered = load_settings(None)
    assert told(delivered, is_example=True) == []
    by_smtp = replace(delivered, mail=replace(delivered.mail, transport="smtp"))
    assert {part for part, _ in told(by_smtp, is_example=True)} == {"Regiegroep", "Coördinator", "Afzender"}


def test_a_line_that_another_town_forgot_is_told() -> None:
    """Whatever stands there as it came along; what was left out follows from the town."""
    ours = replace(SOUND.network, municipality="Schagen")
    [(part, said)] = told(replace(SOUND, network=ours))
    assert part == "Gemeente" and "places, municipality_number, bounds, name en official_domains" in said
    own = replace(ours, name="Buurt", municipality_number="14 0224", places=("Schagen",), official_domains=())
    own = replace(own, bounds=Bounds(52.7, 4.6, 52.9, 4.9))
    assert told(replace(SOUND, network=own)) == []
    for key, value in (("website", "www.buurtdenhelder.nl"), ("name", "Buurt Den-Helder")):
        [(part, said)] = told(replace(SOUND, network=replace(own, **{key: value})))  # type: ignore[arg-type]  # keys of the table
        assert part == "Gemeente" and f"bij {key} staat" in said
    [(part, said)] = told(replace(SOUND, network=replace(own, municipality="Den Helder")))
    assert part == "Gemeente" and "bij municipality staat" in said


@pytest.mark.parametrize("there", [True, False])
def test_a_real_register_with_the_settings_as_delivered_is_not_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    """What was told about it before: "Alles is in orde"."""
    shutil.copy(CHECKOUT / "config" / "settings.toml", tmp_path)
    if there:
        create_register(tmp_path / "register.xlsx")
    assert examine(tmp_path / "settings.toml") == 1
    said = capsys.readouterr().out
    assert all(f"FOUT  {part}:" in said for part in ("Regiegroep", "Coördinator", "Afzender"))
    assert "Alles is in orde" not in said


def by_smtp(sender: str, username: str = "", host: str = "smtp.gmail.com") -> list[str]:
    mail = Mail(transport="smtp", sender=sender, username=username, host=host)
    return [
        told.partition(",")[0] if "namaak" in told else "other" for told, _remedy in examine_sender(Settings(mail=mail))
    ]


OTHER = ["other"]


@pytest.mark.parametrize(
    ("sender", "username", "host", "told"),
    [
        ("Buurt <post@buurt-post.nl>", "post@buurt-post.nl", "mail.buurt-post.nl", []),
        ("Post@Buurt-post.nl", "post@buurt-post.nl", "mail.provider.example", []),
        ("post@buurt-post.nl", "u12345", "mail.provider.example", []),
        ("buurt.wacht@gmail.com", "buurtwacht@googlemail.com", "smtp.gmail.com", []),
        ("buurtwacht+bpa@gmail.com", "buurtwacht@gmail.com", "smtp-relay.gmail.com", []),
        ("post@buurt-post.nl", "buurtwacht@gmail.com", "smtp.gmail.com", OTHER),
        ("info@buurt-post.nl", "post@buurt-post.nl", "mail.buurt-post.nl", OTHER),
        ("buurtwacht@gmail.com", "post@buurt-post.nl", "mail.buurt-post.nl", ["gmail.com"]),
        ("buurtwacht@gmail.com", "u12345", "smtp.gmail.com.evil.example", ["gmail.com"]),
        ("buurtwacht@hotmail.nl", "buurtwacht@gmail.com", "smtp.gmail.com", ["hotmail.nl"]),
        ("buurtwacht@hotmail.nl", "buurtwacht@hotmail.nl", "smtp-mail.outlook.com", []),
        ("buurtwacht@icloud.com", "buurtwacht@icloud.com", "smtp.mail.me.com", []),
    ],
)
def test_a_sender_that_receivers_may_take_for_forged_is_a_let_op(
    sender: str, username: str, host: str, told: list[str]
) -> None:
    """Not the login, or an address that this server may not write for (DMARC)."""
    assert by_smtp(sender, username, host) == [
        one if one == "other" else f"de afzender is een adres van {one}" for one in told
    ]
    ready = Mail(sender=sender, username=username, host=host)
    assert list(examine_sender(Settings(mail=ready))) == []


def test_a_let_op_is_nothing_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    assert _show([Health("Afzender", "x.", "y.", let_op=True), Health("Mail", "z.")]) == 0
    said = capsys.readouterr().out
    assert "let op  Afzender: x." in said and "y." in said and "FOUT" not in said
