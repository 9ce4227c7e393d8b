"""Changes of what lies over the cells: protection, banding, names, charts, colours by rule, the filter."""

from __future__ import annotations

from servers.sheets_server.edit import Change, Edit, fields_of, with_styles
from servers.sheets_server.refusal import Json, bad
from servers.sheets_server.schema import laid_over, only_known
from servers.sheets_server.views import protected_as_seen


def _lists(edit: Edit, place: str, thing: Json) -> list[Json]:
    """The list that a thing with a range belongs in."""
    if place == "namedRanges":
        return edit.book.named_ranges
    spot = thing.get("range") or thing.get("position", {}).get("overlayPosition", {}).get("anchorCell") or {}
    found: list[Json] = edit.book.tab_by_id(spot.get("sheetId", 0)).things.setdefault(place, [])
    return found


def _all_lists(edit: Edit, place: str) -> list[list[Json]]:
    return [edit.book.named_ranges] if place == "namedRanges" else [t.things.get(place, []) for t in edit.book.tabs]


def adding(name: str, place: str, key: str) -> Change:
    def change(edit: Edit, spec: Json) -> Json:
        number = next(edit.book.next_id)
        known = {one[key] for things in _all_lists(edit, place) for one in things}
        if spec.get(name, {}).get(key) in known:
            raise bad(f"The ID {spec[name][key]} of the {name} is in use already.")
        thing = {key: str(number) if place == "namedRanges" else number} | with_styles(spec.get(name, {}))
        if "range" in thing:
            edit.book.box(thing["range"], within_grid=True)
        if place == "protectedRanges" and not thing.get("warningOnly"):
            users = set(thing.get("editors", {}).get("users", [])) | {edit.user, edit.book.owner}
            thing["editors"] = {**thing.get("editors", {}), "users": sorted(users)}
        if place == "protectedRanges":
            thing = {k: v for k, v in thing.items() if k != "requestingUserCanEdit" and v is not False}
        if place == "bandedRanges":
            tab, box = edit.book.box(thing["range"])
            others = _lists(edit, place, thing)
            edit.book.keep_out_of_tables(tab, box)
            if any(edit.book.box(other["range"])[1].meets(box) for other in others):
                told = "alternating background colors"
                raise bad(f"You cannot add {told} to a range that already has {told}.")
        _lists(edit, place, thing).append(thing)
        return {name: protected_as_seen(edit.book, edit.user, thing) if place == "protectedRanges" else thing}

    return change


def updating(name: str, place: str, key: str, schema: str) -> Change:
    def change(edit: Edit, spec: Json) -> Json:
        wanted, mask = spec.get(name, {}), fields_of(spec, schema)
        for things in _all_lists(edit, place):
            for index, thing in enumerate(things):
                if thing[key] == wanted.get(key):
                    if place == "protectedRanges" and not edit.book.may_pass(edit.user, thing):
                        raise bad("You don't have permission to edit this protected range.")
                    things[index] = {key: thing[key]} | laid_over(thing, with_styles(wanted), mask)
                    return {}
        raise bad(f"No {name} with id: {wanted.get(key)}")

    return change


def deleting(place: str, key: str, label: str) -> Change:
    def change(edit: Edit, spec: Json) -> Json:
        for things in _all_lists(edit, place):
            for thing in things:
                if thing[key] == spec.get(key, spec.get("objectId")):
                    if place == "protectedRanges" and not edit.book.may_pass(edit.user, thing):
                        raise bad("You don't have permission to remove this protected range.")
                    things.remove(thing)
                    return {}
        raise bad(f"No {label} with id: {spec.get(key, spec.get('objectId'))}")

    return change


def add_conditional_format_rule(edit: Edit, spec: Json) -> Json:
    rule = with_styles(spec.get("rule", {}))
    tabs = [edit.book.box(part, within_grid=True)[0] for part in rule.get("ranges", [])]
    if not tabs:
        raise bad("ranges must not be empty")
    tabs[0].things.setdefault("conditionalFormats", []).insert(spec.get("index", 0), rule)
    return {}


def delete_conditional_format_rule(edit: Edit, spec: Json) -> Json:
    rules = edit.book.tab_by_id(spec.get("sheetId", 0)).things.get("conditionalFormats", [])
    if spec.get("index", 0) >= len(rules):
        raise bad(f"No conditional format on sheet: {spec.get('sheetId', 0)} at index: {spec.get('index', 0)}")
    return {"rule": rules.pop(spec.get("index", 0))}


def set_basic_filter(edit: Edit, spec: Json) -> Json:
    wanted = spec.get("filter", {})
    tab, box = edit.book.box(wanted.get("range", {}), within_grid=True)
    edit.book.keep_out_of_tables(tab, box)
    only_known({name: {} for name in wanted}, frozenset({"range"}), "a filter (hiding rows is for people)")
    tab.things["basicFilter"] = {"range": tab.grid_range(box)}
    return {}


def clear_basic_filter(edit: Edit, spec: Json) -> Json:
    tab = edit.book.tab_by_id(spec.get("sheetId", 0))
    tab.things.pop("basicFilter", None)
    for index, row in enumerate(tab.rows):
        if "hiddenByFilter" in row.meta:
            tab.rows[index] = row._replace(meta={k: v for k, v in row.meta.items() if k != "hiddenByFilter"})
    return {}
