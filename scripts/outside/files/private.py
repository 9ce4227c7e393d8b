"""Keeps to its owner what holds people's data or opens the way to it, and knows who copies a folder elsewhere."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from outside.errors import Stop
from outside.files.atomic import SYSTEM


def keep_file(path: Path, otherwise: str = "") -> bool:
    """Make a file its owner's alone; True where it was not. Raises Stop for another's, and on a disk without rights.

    `otherwise` is what else can be done. Windows keeps rights by folder, and nothing is looked at there.
    """
    if sys.platform == "win32":
        return False
    found = path.stat()
    if found.st_uid not in (os.geteuid(), SYSTEM):
        raise Stop(
            f"{path.name} is van een andere gebruiker van deze computer.",
            f"Maak er een eigen kopie van, of log in als die gebruiker. {otherwise}".rstrip(),
        )
    if not found.st_mode & 0o077:
        return False
    with suppress(OSError):
        path.chmod(stat.S_IMODE(found.st_mode) & 0o700)
    if path.stat().st_mode & 0o077:
        raise Stop(
            f"Ook anderen op deze computer kunnen {path.name} lezen.",
            f"Maak het bestand voor u alleen, met: chmod 600 {path}\nLukt dat niet, zet het dan op de schijf van deze "
            f"computer zelf. {otherwise}".rstrip(),
        )
    return True


SYNCED = (
    ("onedrive", "OneDrive"),
    ("synologydrive", "Synology Drive"),
    ("megasync", "MEGA"),
    ("dropbox", "Dropbox"),
    ("mobile documents", "iCloud"),
    ("icloud", "iCloud"),
    ("com~apple~clouddocs", "iCloud"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("my drive", "Google Drive"),
    ("mijn drive", "Google Drive"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
    ("pcloud", "pCloud"),
    ("proton drive", "Proton Drive"),
    ("protondrive", "Proton Drive"),
    ("box sync", "Box"),
    ("cloudstorage", "een clouddienst"),
    ("stackdrive", "STACK"),
    ("creative cloud files", "Creative Cloud"),
)
"""How the folders of services begin that copy all in them to other computers."""

_NAMED = {"mega": "MEGA", "box": "Box", "sync": "Sync of Syncthing"}
"""What such folders are called where a longer name may be anything."""

_MARKS = (
    (".dropbox", "Dropbox"),
    (".dropbox.cache", "Dropbox"),
    (".stfolder", "Syncthing"),
    (".nextcloudsync.log", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
    (".sync_*.db", "Nextcloud"),
    (".tmp.drivedownload", "Google Drive"),
)
"""What such a service leaves in the folder that it looks after."""


def synced_by(folder: Path) -> str:
    """The service that copies a folder to other computers, as far as the folders above it tell; "" for none."""
    places = dict.fromkeys((folder.absolute(), folder.resolve()))
    return next((service for place in places for service in _services(place)), "")


def _services(folder: Path) -> Iterator[str]:
    for place in (folder, *folder.parents):
        name = place.name.casefold()
        yield from (service for start, service in SYNCED if name.startswith(start))
        if name in _NAMED:
            yield _NAMED[name]
        with suppress(OSError):
            yield from (service for mark, service in _MARKS if any(True for _ in place.glob(mark)))
    named = (os.environ.get(name, "") for name in ("OneDrive", "OneDriveConsumer", "OneDriveCommercial"))
    if any(root and folder.is_relative_to(root) for root in named):
        yield "OneDrive"
