"""How the Python tests find `graft-ls`, configure it and run its command line.

Owns the binary's path, its environment and its config file; knows neither the protocol nor what a result should be.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# No answer of the command line needs more; past it the test says so instead of hanging.
SECONDS = 120


def binary() -> str:
    """The `graft-ls` under test: `GRAFT_LS`, else what `cargo build` left."""
    named = os.environ.get("GRAFT_LS")
    path = Path(named) if named else Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "graft-ls"
    if not path.is_file():
        raise FileNotFoundError(f"there is no graft-ls at {path}: run `cargo build`, or name it in GRAFT_LS")
    return str(path.resolve())


def environment(home: Path, config: Path | None = None) -> dict[str, str]:
    """An environment in which nothing of the person who runs the tests (config, keys, proxies) reaches Graft."""
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR", "RUST_BACKTRACE", "LLVM_PROFILE_FILE")
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    variables |= {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "GRAFT_DISCOVER": "none",
    }
    if config is not None:
        variables["GRAFT_CONFIG"] = str(config)
    return variables


def toml(value: object) -> str:
    """A value in TOML; a JSON string is a TOML string too, as long as nothing is escaped that need not be."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def write_config(path: Path, kind: str, base_url: str, provider: dict[str, object] | None = None, **model: object) -> Path:
    """A config with one provider and one model, `tiny`, which serves every action; `model` and `provider` hold further keys."""
    settings = {"provider": "engine", "model": "tiny", **model}
    lines = [
        "[providers.engine]",
        f"kind = {toml(kind)}",
        f"base_url = {toml(base_url)}",
        *(f"{key} = {toml(value)}" for key, value in (provider or {}).items()),
        "",
        "[models.tiny]",
        *(f"{key} = {toml(value)}" for key, value in settings.items()),
        "",
        "[routes]",
        'default = ["tiny"]',
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Files by their path below `folder`, byte for byte."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def read_files(folder: Path) -> dict[str, str]:
    """What stands below `folder`, without what git and interpreters keep there."""
    kept_out = {".git", "__pycache__", "target"}
    return {
        str(path.relative_to(folder)): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not kept_out & set(path.relative_to(folder).parts)
    }


def run(arguments: list[str], folder: Path, variables: dict[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Runs `graft-ls` in `folder` to its end; what it prints is read as UTF-8, line ends untouched."""
    done = subprocess.run(
        [binary(), *arguments], cwd=folder, env=variables, input=stdin.encode(), capture_output=True, timeout=SECONDS
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def languages() -> set[str]:
    """The names of the languages that `graft-ls` serves."""
    done = subprocess.run([binary(), "languages"], capture_output=True, text=True, check=True, timeout=SECONDS)
    return {line.split()[0] for line in done.stdout.splitlines()[1:]}


def git(folder: Path, variables: dict[str, str], *arguments: str, stdin: str = "") -> None:
    """Runs git, and fails with what it said."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=variables, input=stdin.encode(), capture_output=True, timeout=SECONDS
    )
    if done.returncode:
        raise AssertionError(f"git {' '.join(arguments)}: {done.stderr.decode()}\n{stdin}")


def new_project(folder: Path, files: dict[str, str], variables: dict[str, str]) -> Path:
    """A git repository with the files in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_files(folder, files)
    git(folder, variables, "init", "--quiet")
    git(folder, variables, "add", "--all")
    return folder
