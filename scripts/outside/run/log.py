"""The run log: a line for each thing that a round did, by month, without a name, number or address."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path

from outside.config.settings import Settings
from outside.console import warn
from outside.errors import Stop
from outside.files.atomic import own_folder, private_folder

_LOG = logging.getLogger("buurtbeheer")
_LOG.propagate = False
_LOG.setLevel(logging.CRITICAL + 1)  # until a round opens it

_MONTH = re.compile(r"(\d{4})-(\d{2})\.log")


def event(what: str, **facts: object) -> None:
    """One line: what happened, and its facts: a Nr, a kind, a state or a count. Silent where no log is open."""
    _LOG.info("%s%s", what, "".join(f" {name}={value}" for name, value in facts.items()))


@contextmanager
def run_log(settings: Settings, word: str) -> Iterator[Callable[..., None]]:
    """Keep a log of what runs within; what it gives tells how that ended: `ended(code=0, sent=12)`.

    An error within is logged by its kind and place alone, and goes on. A log that cannot be written stops nothing:
    that is said once.
    """
    handler = _opened(settings)
    begun = time.monotonic()
    event("begun", word=word)

    def ended(**facts: object) -> None:
        event("ended", word=word, **facts, seconds=round(time.monotonic() - begun, 1))

    try:
        yield ended
    except BaseException as error:
        code = {"code": error.code} if isinstance(error, Stop) else {}
        ended(error=type(error).__name__, **code, at=_place(error))
        raise
    finally:
        _LOG.setLevel(logging.CRITICAL + 1)
        if handler is not None:
            _LOG.removeHandler(handler)
            with suppress(OSError):
                handler.close()


def logs_of(state: Path) -> list[Path]:
    """The logs that are kept, the newest first."""
    return sorted((path for path in (state / "log").glob("*.log") if _MONTH.fullmatch(path.name)), reverse=True)


def _opened(settings: Settings) -> logging.Handler | None:
    folder = settings.paths.state / "log"
    try:
        own_folder(settings.paths.state)
        private_folder(folder)
        for path in logs_of(settings.paths.state):
            if _is_over(path, settings.privacy.keep_log_days):
                path.unlink(missing_ok=True)
        path = folder / f"{datetime.now():%Y-%m}.log"
        path.touch(mode=0o600)
        handler = _MonthLog(path, encoding="utf-8", errors="replace")
    except (OSError, Stop):
        _say_once()
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    return handler


class _MonthLog(logging.FileHandler):
    """A file that lines are added to; where the disk does not take one, that is said once."""

    reported = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002  # as logging calls it
        """Say it, and go on."""
        if not self.reported:
            self.reported = True
            _say_once()


def _say_once() -> None:
    warn("Het verslag in de map state/log kan niet worden bijgeschreven. Dat alleen houdt de ronde niet tegen.")


def _is_over(path: Path, days: int) -> bool:
    """True for the log of a month whose last day is longer ago than that."""
    year, month = map(int, path.stem.split("-"))
    if not 1 <= month <= 12:
        return False
    after = date(year + month // 12, month % 12 + 1, 1)
    return after + timedelta(days=days) <= date.today()


def _place(error: BaseException) -> str:
    """Where it came from: a file of ours and a line, never what it said."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
