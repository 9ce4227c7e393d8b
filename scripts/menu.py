"""The menu, for who types no commands; the launchers of each system open it, and make fetches its parts by it."""

from __future__ import annotations

if __name__ == "__main__":
    import sys

    from outside.launcher import main  # knows the standard library alone: nothing need be installed yet

    sys.exit(main(sys.argv[1:]))
