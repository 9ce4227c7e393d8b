"""Where the files of a group lie under out/: a folder for each group, in that of its area."""

from __future__ import annotations

from functools import lru_cache

from roster.plan.steps import View, file_name
from roster.sheet.table import fold

GROUP_FILES = "groepen"
"""The folder under out/ that holds those of all groups."""


@lru_cache(maxsize=1)
def group_folders(view: View) -> dict[str, str]:
    """The folder of every group under out/, by its folded name: "groepen/Noord/Tuindorp".

    Two groups whose names make the same folder ("A/B" and "A:B") have two.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name, group in view.roster.group_named.items():
        area = view.roster.area_named.get(fold(group.area))
        path = f"{GROUP_FILES}/{file_name(area.name if area else group.area)}/{file_name(group.name)}"
        while path.casefold() in taken:
            path += "-2"
        taken.add(path.casefold())
        found[name] = path
    return found
