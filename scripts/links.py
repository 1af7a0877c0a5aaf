"""Every relative link in the documents leads to something that git tracks or a folder of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
# What is code is no link: fenced, indented, or between backticks.
CODE = re.compile(r"^(```|~~~).*?^\1|^ {4}.*?$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("http:", "https:", "mailto:")


def main() -> None:
    """Name each link that leads nowhere."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, check=True, stdout=-1)
    files = {CHECKOUT / name for name in listing.stdout.decode().split("\0") if name}
    known = files | {folder for file in files for folder in file.parents}
    dead = [
        f"{page.relative_to(CHECKOUT)}: {link}"
        for page in sorted(file for file in files if file.suffix == ".md" and file.exists())
        for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
        if not link.startswith(ELSEWHERE) and (page.parent / link).resolve() not in known
    ]
    if dead:
        sys.exit("links that lead nowhere:\n" + "\n".join(dead))


if __name__ == "__main__":
    main()
