from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
READ = re.compile(r"env\.read_\w+\(\s*\"([A-Z0-9_]+)\"")
LINK = re.compile(r"\]\(([^)#]+)\)")


def test_every_setting_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    names = READ.findall((ROOT / "config" / "settings.py").read_text())
    assert len(names) > 40
    assert [name for name in names if f"`{name}`" not in readme] == []


def test_the_readme_names_no_setting_that_is_not_there():
    table = (ROOT / "README.md").read_text().partition("## Settings")[2]
    table = table.partition("## Going to production")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)]
    source = (ROOT / "config" / "settings.py").read_text()
    known = [name for name in named if not name.startswith("ANYMAIL_")]
    assert [name for name in known if name not in source] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path):
    for target in LINK.findall(page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_a_page_exist(page: Path):
    commands = set(re.findall(r"manage\.py (\w+)", page.read_text()))
    ours = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    django = {"check", "collectstatic", "createsuperuser", "migrate"}
    assert commands <= ours | django
