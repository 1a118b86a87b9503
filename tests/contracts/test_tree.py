"""What holds for the whole tree, whoever writes in it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("ingestion", "expectations", "pipelines", "dbt", "dashboards", "tests")
TEXT = {".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".csv", ".css", ".js", ".html", ".po", ".in", ".cfg", ".sh", ""}


def tracked() -> list[Path]:
    """The files of the repository: git's, or all that are not made by running it."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def lines(suffixes: set[str] = TEXT) -> Iterator[tuple[str, int, str]]:
    for path in tracked():
        if path.suffix in suffixes and path != Path(__file__) and path.name != "requirements.lock":
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), start=1):
                yield path.relative_to(ROOT).as_posix(), number, line


def found(pattern: str, suffixes: set[str] = TEXT) -> list[str]:
    wanted = re.compile(pattern)
    return [f"{name}:{number}: {line.strip()[:120]}" for name, number, line in lines(suffixes) if wanted.search(line)]


def test_no_catch_all_modules() -> None:
    bad = re.compile(r"(^|/)(utils?|helpers?|common|misc)(\.py$|/)")
    assert [p for p in tracked() if bad.search(p.relative_to(ROOT).as_posix())] == []


def test_dbt_is_no_python_package() -> None:
    # dbt's namespace would pick the folder up and `import dbt.version` would break
    assert [p for p in tracked() if p.name == "__init__.py" and p.relative_to(ROOT).parts[0] == "dbt"] == []


def test_no_paths_of_one_machine() -> None:
    assert found(r"(^|[^A-Za-z0-9_.$])/(work|farm|root|home/[a-z]+)/") == []


def test_no_registry_is_named() -> None:
    hosts = "|".join(("pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "deb" + r"\.debian\.org"))
    assert found(hosts) == []


def test_nothing_is_left_for_another_day() -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X"))
    raised = r"raise NotImplemented" + "Error"
    assert found(rf"\b({words})\b|{raised}", {".py", ".sql", ".yml"}) == []


def test_no_html_goes_unescaped() -> None:
    assert found(r"unsafe_allow_html\s*=\s*True", {".py"}) == []


DECLARATIONS = ("ingestion/store/platform.py", "ingestion/store/migrations/versions/")


def test_files_stay_readable() -> None:
    """A reader holds about 400 lines; tables and migrations are lists, read a part at a time."""
    long = {
        name: count
        for path in tracked()
        if path.suffix in (".py", ".sql")
        and not (name := path.relative_to(ROOT).as_posix()).startswith(DECLARATIONS)
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 550
    }
    assert long == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_says_what_lives_there(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {folder}")
    assert len(text.splitlines()) >= 8


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_has_the_two_commands_and_every_folder(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "make demo" in text and "make test" in text
    assert [folder for folder in FOLDERS if f"`{folder}/`" not in text] == []


def test_readmes_link_to_what_is_there() -> None:
    broken = []
    for path in tracked():
        if path.suffix == ".md":
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
                if not (path.parent / target).exists():
                    broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def test_the_lock_is_hashed_and_names_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9._\[\]-]+==[^\s]+ \\$", text, re.M)
    assert len(pins) > 100
    assert len(re.findall(r"--hash=sha256:", text)) >= len(pins)
    assert "--index" + "-url" not in text.replace("--no-emit-index-url", "")
