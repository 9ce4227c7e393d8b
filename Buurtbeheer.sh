#!/bin/sh
# Opens the menu of Buurtbeheer by a double click, or does the word behind it: sh Buurtbeheer.sh sync
# It only finds Python, for the Makefile too; all else stands in scripts/menu.py.
CDPATH= cd -- "$(dirname -- "$0")" || exit 2
found=
for python in ${PYTHON:-python3 python python3.14 python3.13 python3.12 python3.11}; do
  # Apple's own is no more than an invitation to install its tools, where those are not there.
  case $(command -v "$python") in /usr/bin/*) [ "$(uname)" != Darwin ] || xcode-select -p >/dev/null 2>&1 || continue ;; esac
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
  found=$python
  "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || continue
  exec "$python" scripts/menu.py "$@"
done
if [ -z "$found" ]; then
  echo 'Buurtbeheer heeft Python 3.11 of nieuwer nodig, en dat is hier niet gevonden.' >&2
  echo 'Haal het op bij https://www.python.org/downloads/ en probeer het opnieuw.' >&2
  echo 'Hoe dat gaat, staat in de HANDLEIDING bij Voordat u begint.' >&2
else
  echo "Bij $found ontbreekt het onderdeel venv." >&2
  echo 'Op Debian en Ubuntu: sudo apt install python3-venv. Probeer het daarna opnieuw.' >&2
fi
if [ $# -eq 0 ] && [ -t 0 ]; then
  echo 'Druk op Enter om te stoppen.' >&2
  read -r _
fi
exit 2
