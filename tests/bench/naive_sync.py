"""The bench's other: the same round as a volunteer would script it, with well-known libraries and no tricks.

    python naive_sync.py register.xlsx out

It reads with openpyxl, judges every rule row by row, writes its findings, a mail a member, the
cards a group and the sign requests, and saves the workbook. It is meant honestly: lookups go by
dict, templates are compiled once, and nothing is done twice on purpose.
"""

# ruff: noqa: C901, SIM905, PLW0108 - it is written as a volunteer would, not as this house is

from __future__ import annotations

import html
import re
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

import jinja2
import openpyxl
import phonenumbers
import vobject
from email_validator import EmailNotValidError, validate_email
from markdown_it import MarkdownIt
from rapidfuzz import process

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TODAY = date(2026, 3, 14)
REGIE = "06-23456789"
OFFICIAL = ("politie.nl", "denhelder.nl")
SLIPS = {"gmial.com": "gmail.com", "hotmial.com": "hotmail.com", "gmail.con": "gmail.com", "outlok.com": "outlook.com"}
YES = {"ja", "j", "x", "✓", "1", "waar", "true", "yes"}
MONTHS = "januari februari maart april mei juni juli augustus september oktober november december".split()
BOUNDS = (52.86, 52.98, 4.68, 4.88)


def text(cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def yes(cell) -> bool:
    return text(cell).lower() in YES


def day(cell):
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    words = text(cell)
    for pattern in ("%d-%m-%Y", "%d/%m/%y", "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(words, pattern).date()
        except ValueError:
            pass
    parts = words.lower().split()
    if len(parts) == 3 and parts[1] in MONTHS:
        return date(int(parts[2]), MONTHS.index(parts[1]) + 1, int(parts[0]))
    return None


def phone(cell):
    words = re.sub(r"\(liefst.*\)|tel\.|'|[\u200e\u202c\u00a0]", "", text(cell)).replace("O", "0")
    if re.fullmatch(r"6\d{8}", words):
        words = "0" + words
    if re.fullmatch(r"316\d{8}", words):
        words = "+" + words
    try:
        number = phonenumbers.parse(words, "NL")
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.number_type(number)
    if not phonenumbers.is_valid_number(number) or kind not in (0, 1, 2):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mail_address(cell):
    words = re.sub(r"mailto:|[<>\u200b]", "", text(cell)).strip()
    if words.lower() in ("", "geen", "-", "nvt"):
        return "", ""
    try:
        found = validate_email(words, check_deliverability=False)
    except EmailNotValidError:
        return "", "Let op (E-mail): dit adres kan niet kloppen."
    if found.domain.lower() in SLIPS:
        return "", f"Let op (E-mail): bedoelde u {SLIPS[found.domain.lower()]}?"
    return found.normalized, ""


def street_key(name: str) -> str:
    name = name.lower().strip()
    name = re.sub(r"str\.$", "straat", name)
    name = re.sub(r"ln\.$", "laan", name)
    return name.replace("burg. ", "burgemeester ").replace("prof. ", "professor ")


def read_tab(workbook, title):
    sheet = workbook[title]
    headings = {text(cell.value): cell.column for cell in sheet[1]}
    rows = []
    for cells in sheet.iter_rows(min_row=2):
        row = {name: cells[column - 1].value for name, column in headings.items()}
        if any(value not in (None, "") for value in row.values()):
            row["_row"] = cells[0].row
            rows.append(row)
    return sheet, headings, rows


def judge(row, groups, streets, names_of_place, seen):
    blocks, notices = [], []
    if not (text(row["Voornaam"]) or text(row["Achternaam"]) or text(row["Organisatie"])):
        blocks.append("Blokkeert: er staat geen naam.")
    row["mobile"] = phone(row["Mobiel"])
    if row["mobile"] is None or text(row["Mobiel"]).replace("-", "") == "0612345678":
        blocks.append("Blokkeert (Mobiel): dit is geen mobiel nummer.")
    elif not text(row["Afgemeld op"]):
        if row["mobile"] in seen:
            blocks.append(f"Blokkeert (Mobiel): dit nummer staat ook in rij {seen[row['mobile']]}.")
        seen.setdefault(row["mobile"], row["_row"])
    row["email"], slip = mail_address(row["E-mail"])
    if slip:
        notices.append(slip)
    if row["email"].lower().endswith(OFFICIAL):
        blocks.append("Blokkeert (E-mail): politie en gemeente doen niet mee in de groep.")
    if not yes(row["18 jaar of ouder"]):
        blocks.append("Blokkeert (18 jaar of ouder): hier staat geen ja.")
    if not yes(row["Akkoord spelregels"]):
        blocks.append("Blokkeert (Akkoord spelregels): hier staat geen ja.")
    blocks += judge_address(row, groups, streets, names_of_place)
    if text(row["Postcode"]) and not re.fullmatch(r"[1-9]\d{3}\s?(?!SA|SD|SS)[A-Z]{2}", text(row["Postcode"]).upper()):
        notices.append("Let op (Postcode): deze postcode kan niet kloppen.")
    joined, left = day(row["Aangemeld op"]), day(row["Afgemeld op"])
    if joined and joined > TODAY:
        notices.append("Let op (Aangemeld op): deze dag moet nog komen.")
    if joined and left and left < joined:
        notices.append("Let op (Afgemeld op): deze dag ligt voor het aanmelden.")
    if joined and TODAY - joined > timedelta(days=30) and not yes(row["Sticker"]):
        notices.append("Let op (Sticker): de sticker hangt er nog niet.")
    row["joined"] = joined or date.max
    parts = (text(row[part]) for part in ("Voornaam", "Tussenvoegsel", "Achternaam"))
    row["name"] = " ".join(filter(None, parts)) or text(row["Organisatie"])
    row["lines"] = blocks + notices
    return "afgemeld" if text(row["Afgemeld op"]) else "geblokkeerd" if blocks else "actief"


def judge_address(row, groups, streets, names_of_place):
    group = text(row["Groep"]).lower()
    if not group:
        return ["Blokkeert (Groep): er staat geen groep."]
    if group not in groups:
        near = process.extractOne(group, groups.keys(), score_cutoff=85)
        hint = f" Bedoelde u {groups[near[0]]['Groep']}?" if near else ""
        return [f"Blokkeert (Groep): deze groep bestaat niet.{hint}"]
    street, number = text(row["Straat"]), text(row["Huisnummer"])
    typed = re.fullmatch(r"(.*\D)\s+(\d+\w?)", street)
    if typed and not number:
        street, number = typed.groups()
    digits = re.match(r"\d+", number)
    if not street or not digits:
        return ["Blokkeert (Huisnummer): het adres is niet compleet."]
    place = text(row["Plaats"]).lower()
    parts = streets.get((street_key(street), place))
    if parts is None:
        near = process.extractOne(street_key(street), names_of_place.get(place, ()), score_cutoff=85)
        message = f"Bedoelde u {near[0]}?" if near else ""
        return [] if text(row["Uitzondering"]) else [f"Blokkeert (Straat): deze straat kennen we niet. {message}"]
    for part in parts:
        low, high = part["Van"] or 0, part["Tot"] or 99999
        side = text(part["Zijde"])
        if int(low) <= int(digits[0]) <= int(high) and (not side or (side == "even") == (int(digits[0]) % 2 == 0)):
            if text(part["Groep"]).lower() == group or text(row["Uitzondering"]):
                return []
            return [f"Blokkeert (Groep): dit adres hoort bij {part['Groep']}."]
    return [] if text(row["Uitzondering"]) else ["Blokkeert (Huisnummer): dit nummer hoort bij geen groep."]


def stand(members, groups):
    per_group = defaultdict(list)
    for row in sorted(members, key=lambda row: row["joined"]):
        if row["status"] == "actief":
            per_group[text(row["Groep"]).lower()].append(row)
    for rows in per_group.values():
        for place, row in enumerate(rows[256:], start=1):
            row["status"] = "wachtlijst"
            row["lines"].append(f"Wachtlijst: plaats {place}.")
        del rows[256:]
    for name, group in groups.items():
        active = per_group[name]
        group["active"] = active
        group["admins"] = [row for row in active if text(row["Rol"]).lower() == "beheerder"]
        sound = day(group["Aangemeld op"]) and day(group["Gestart op"]) and group["admins"]
        group["status"] = "in oprichting" if not sound else "vol" if len(active) >= 256 else "actief"


def write_mail(row, group, number, environment, markdown, folder):
    language = text(row["Taal"]) or "nl"
    template = environment.get_template(f"{language}/welcome.md")
    facts = {
        "network": "BuurtPreventieApp Den Helder",
        "municipality": "Den Helder",
        "municipality_number": "14 0223",
        "municipality_tel": "140223",
        "short_name": "BPA",
        "keep_left_days": 365,
        "greeting": text(row["Voornaam"]) or row["name"],
        "name": row["name"],
        "group": group["Groep"],
        "area": group["Gebied"],
        "admins": [admin["name"] for admin in group["admins"]],
        "is_admin": text(row["Rol"]).lower() == "beheerder",
        "regiegroep_number": REGIE,
        "regiegroep_tel": "+31623456789",
        "reply_to": "coordinator@mail.example",
        "coordinator": "",
        "website": "",
        "website_link": "",
        "version": "1",
        "number_of_rules": "negen",
    }
    subject, body = template.render(facts).split("\n", 1)
    message = EmailMessage()
    message["From"] = "BuurtPreventieApp <buurt@mail.example>"
    message["To"] = row["email"]
    message["Subject"] = subject.split(":", 1)[1].strip()
    message["Date"] = format_datetime(datetime.now().astimezone())
    message["Message-ID"] = make_msgid(domain="mail.example")
    message["Reply-To"] = "coordinator@mail.example"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    message.add_alternative(f"<html><body>{markdown.render(body)}</body></html>", subtype="html")
    (folder / f"{number:06d}.eml").write_bytes(message.as_bytes())


def write_cards(group, folder):
    area = folder / re.sub(r"\W+", "-", text(group["Gebied"]) or "zonder-gebied")
    area.mkdir(parents=True, exist_ok=True)
    cards = []
    for row in group["active"]:
        card = vobject.vCard()
        card.add("fn").value = f"BPA {group['Groep']} · {row['name']}"
        card.add("n").value = vobject.vcard.Name(family=text(row["Achternaam"]), given=text(row["Voornaam"]))
        card.add("org").value = [text(group["Groep"])]
        card.add("uid").value = f"{row['Nr']}@bpa"
        number = card.add("tel")
        number.value = row["mobile"]
        number.type_param = "CELL"
        cards.append(card.serialize())
    name = re.sub(r"\W+", "-", text(group["Groep"]))
    (area / f"{name}.vcf").write_text("".join(cards), encoding="utf-8", newline="")


def write_signs(requests, groups, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, row in enumerate(requests, start=1):
        row["lines"], spots = [], []
        group = groups.get(text(row["Groep"]).lower())
        if group is None or group["status"] not in ("actief", "vol"):
            row["lines"].append("Blokkeert (Groep): deze groep is nog niet gestart.")
        for which in ("Locatie 1", "Locatie 2"):
            found = re.search(r"(5\d\.\d+)(?:,\s*|%2C)(\d\.\d+)", text(row[which]))
            if found and BOUNDS[0] <= float(found[1]) <= BOUNDS[1] and BOUNDS[2] <= float(found[2]) <= BOUNDS[3]:
                spots.append(f"https://www.google.com/maps/search/?api=1&query={found[1]}%2C{found[2]}")
            else:
                row["lines"].append(f"Blokkeert ({which}): deze plek is niet te lezen.")
        row["Nr"] = row["Nr"] or f"B-{number:04d}"
        row["status"] = "geblokkeerd" if row["lines"] else text(row["Besluit"]) or "ingediend"
        if not row["lines"]:
            places = "\n\n".join(f"{row[f'Omschrijving {at}']}: {spots[at - 1]}" for at in (1, 2))
            (folder / f"{row['Nr']}.md").write_text(f"# {row['Groep']}\n\n{places}\n", encoding="utf-8")


def save(sheet, headings, rows, columns):
    for row in rows:
        for heading, field in columns.items():
            value = row[field]
            sheet.cell(row["_row"], headings[heading]).value = "\n".join(value) if isinstance(value, list) else value


def main() -> None:
    path, out = Path(sys.argv[1]), Path(sys.argv[2])
    workbook = openpyxl.load_workbook(path)
    members_sheet, members_at, members = read_tab(workbook, "Deelnemers")
    groups_sheet, groups_at, group_rows = read_tab(workbook, "Groepen")
    requests_sheet, requests_at, requests = read_tab(workbook, "Bordaanvragen")
    streets, names_of_place = defaultdict(list), defaultdict(set)
    for row in read_tab(workbook, "Straten")[2]:
        place = text(row["Plaats"]).lower()
        streets[street_key(text(row["Straat"])), place].append(row)
        names_of_place[place].add(street_key(text(row["Straat"])))
    streets = dict(streets)
    groups = {text(row["Groep"]).lower(): row for row in group_rows}
    seen = {}
    highest = max((int(text(row["Nr"])[2:]) for row in members if text(row["Nr"])), default=0)
    for row in members:
        if not text(row["Nr"]):
            highest += 1
            row["Nr"] = f"D-{highest:04d}"
        row["status"] = judge(row, groups, streets, names_of_place, seen)
    stand(members, groups)
    loader = jinja2.FunctionLoader(lambda name: (TEMPLATES / name).read_text(encoding="utf-8").replace("> {%", "{%"))
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters["listed"] = lambda names: ", ".join(names)
    markdown = MarkdownIt()
    (out / "mail").mkdir(parents=True)
    by_hand = []
    for number, row in enumerate(members):
        row["welcome"] = row.get("Welkom")
        group = groups.get(text(row["Groep"]).lower())
        if row["status"] != "actief" or row["welcome"] or not day(group["Aangemeld op"]) or not group["admins"]:
            continue
        if row["email"]:
            write_mail(row, group, number, environment, markdown, out / "mail")
            row["welcome"] = f"klaargezet {TODAY.day}-{TODAY.month}-{TODAY.year} (versie 1)"
        else:
            link = f'<a href="https://wa.me/{row["mobile"][1:]}">WhatsApp</a>'
            by_hand.append(f"<li>{html.escape(row['name'])} {link}</li>")
    (out / "met-de-hand.html").write_text("<ul>" + "\n".join(by_hand) + "</ul>", encoding="utf-8")
    for group in groups.values():
        group["count"], group["free"] = len(group["active"]), max(0, 256 - len(group["active"]))
        group["admin_names"] = ", ".join(row["name"] for row in group["admins"])
        if group["admins"]:
            write_cards(group, out / "vcards")
    write_signs(requests, groups, out / "borden")
    common = {"Nr": "Nr", "Status": "status", "Meldingen": "lines"}
    save(members_sheet, members_at, members, {**common, "Welkom": "welcome"})
    counted = {"Status": "status", "Aantal": "count", "Vrij": "free", "Beheerders": "admin_names"}
    save(groups_sheet, groups_at, groups.values(), counted)
    save(requests_sheet, requests_at, requests, common)
    workbook.save(path)


if __name__ == "__main__":
    main()
