"""Runs a door without waiting for the disk: for preparing a register in use, never for measuring."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    os.fsync = lambda _: None  # what is lost in a power cut is made again with the next bench
    sys.argv = sys.argv[1:]
    sys.path.insert(0, str(Path(sys.argv[0]).parent))
    runpy.run_path(sys.argv[0], run_name="__main__")
