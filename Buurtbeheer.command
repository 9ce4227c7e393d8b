#!/bin/sh
# For a Mac, which opens a file of this name in a Terminal.
exec sh "$(dirname -- "$0")/Buurtbeheer.sh" "$@"
