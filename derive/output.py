"""Writing files whole or not at all, and never over what somebody else wrote."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from glob import escape
from pathlib import Path

from derive.errors import DeriveError, DiscFullError, OutputError

MARK = "Made by derive"
ABANDONED = 3600
_HEAD = 3
_ENDS = (" -->", '",')
"""How the first lines of a page in HTML, and of a list of strings in JSON, end."""
_DIGEST = re.compile(r"\bDigest ([0-9a-f]{16})\b")


def stamped(text: str) -> str:
    """The text with a digest of itself in the line after the one that says where it comes from.

    >>> print(stamped("# Made by derive from net; do not edit it.\\nx = 1\\n"), end="")
    # Made by derive from net; do not edit it.
    # Digest 529342e574f89eb4
    x = 1
    """
    text = text if text.endswith("\n") else f"{text}\n"
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines[: _HEAD - 1]):
        before, mark, after = line.partition(MARK)
        if mark:
            end = next((end for end in _ENDS if after.rstrip().endswith(end.strip())), "")
            lines.insert(number + 1, f"{before}Digest {_digest(text)}{end}\n")
            return "".join(lines)
    raise OutputError(f"a generated file must say {MARK!r} in one of its first two lines; this one does not")


def stamped_bytes(content: bytes) -> bytes:
    """A PDF with a digest of itself in a comment at its end, which readers skip."""
    digest = hashlib.sha256(content).hexdigest()[:16]
    return content + f"%{MARK}. Digest {digest}\n".encode()


def untouched_bytes(content: bytes) -> bool:
    """Whether derive wrote the PDF and nobody has changed it since."""
    before, mark, after = content.rpartition(f"%{MARK}. Digest ".encode())
    return bool(mark) and after.strip() == hashlib.sha256(before).hexdigest()[:16].encode()


def untouched(text: str) -> bool:
    """Whether derive wrote the text and nobody has edited it since."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines[:_HEAD]):
        found = _DIGEST.search(line)
        if found:
            return found[1] == _digest("".join(lines[:number] + lines[number + 1 :]))
    return False


def write_all(folder: Path, texts: Mapping[str, str | bytes], force: bool = False) -> list[Path]:
    """Stamp and write the files of one network, after checking that each may be written.

    Raises OutputError or DiscFullError; each file is then the old one or the new one.
    """
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not force:
            for name in texts:
                with _explained(folder / name):
                    _check_ours(folder / name)
        for name, text in texts.items():
            write(folder / name, stamped_bytes(text) if isinstance(text, bytes) else stamped(text).encode())
    return [folder / name for name in texts]


def write(path: Path, content: bytes) -> None:
    """Replace the file in one step: its bytes go to the disc under another name first."""
    with _explained(path):
        _clear_leftovers(path)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, _mode(path))
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise


def _clear_leftovers(path: Path) -> None:
    """Remove what a run that was killed left under the other name, once no run can be at work on it."""
    for left in path.parent.glob(f".{escape(path.name)}.*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()


def run_in_folder(
    command: Sequence[str], files: Mapping[str, str], made: str, log: str | None, timeout: float
) -> tuple[bytes | None, str]:
    """Run a command beside these files in a folder that is removed; the file it made, None if it failed.

    The text is the named log, else what the command printed.
    """
    with _explained(Path(tempfile.gettempdir())), tempfile.TemporaryDirectory(prefix="derive-") as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        try:
            run = subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                timeout=timeout,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return None, f"stopped after {timeout:g} seconds"
        said = (run.stdout + run.stderr).decode(errors="replace")
        if log is not None and (folder / log).is_file():
            said = (folder / log).read_text(encoding="utf-8", errors="replace")
        if run.returncode or not (folder / made).is_file():
            return None, said
        return (folder / made).read_bytes(), said


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _mode(path: Path) -> int:
    """The permissions that the file has, or would get if it were opened for writing."""
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _check_ours(path: Path) -> None:
    if not path.exists() and not path.is_symlink():
        return
    if not path.is_file():
        raise OutputError(f"{path} is no file; move it away, or choose another folder with -o")
    raw = path.read_bytes()
    content = raw.decode(errors="replace")
    if untouched(content) or untouched_bytes(raw):
        return
    found = "was edited since derive wrote it" if MARK in content else "was not written by derive"
    raise OutputError(f"{path} {found}; give --force to overwrite it, or another folder with -o")


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What the system says about a write, as a message with what to do."""
    try:
        yield
    except DeriveError:
        raise
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        if number in (errno.ENOSPC, errno.EDQUOT):
            raise DiscFullError(
                f"{path} was not written: no space left; free some and run it again"
            ) from None
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"{path} cannot be written: {reason}; choose another folder with -o") from None
