"""Who decides and when: as the user says, else as git and the calendar know."""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

from kg.problem import Failure


def author_of(root: Path) -> str:
    """The name that git would sign with in a folder; empty where there is none."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "config", "user.name"], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip()


def day_of(text: str) -> str:
    """The day that an option --date names; today where it names none."""
    if not text:
        return datetime.datetime.now().astimezone().date().isoformat()
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise Failure(f"--date {text} is not a day; write it as YYYY-MM-DD") from None
