"""The files under rule: what git tracks or would track, with their kind and text."""

import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

NEVER_LISTED = {".git", "build", ".assay", "__pycache__", "node_modules"}


@dataclass(frozen=True)
class Finding:
    """One violation. `line` counts from 1; 0 means the whole file."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class File:
    """One file; `path` is relative to the repository, with forward slashes."""

    root: Path
    path: str

    @property
    def on_disk(self):
        return self.root / self.path

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def suffix(self):
        return Path(self.name).suffix

    @cached_property
    def data(self):
        return self.on_disk.read_bytes()

    @cached_property
    def text(self):
        """The file as text, or None when it is not text."""
        if b"\0" in self.data[:8192]:
            return None
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError:
            return None

    @cached_property
    def lines(self):
        return [] if self.text is None else self.text.split("\n")

    @property
    def kind(self):
        """cpp, python, shell, cmake, markdown or other."""
        kinds = {".h": "cpp", ".cc": "cpp", ".py": "python", ".sh": "shell", ".cmake": "cmake",
                 ".md": "markdown"}
        if self.name == "CMakeLists.txt":
            return "cmake"
        if self.suffix in kinds:
            return kinds[self.suffix]
        if not self.suffix and self.lines and self.lines[0].startswith("#!"):
            return "python" if "python" in self.lines[0] else "shell"
        return "other"

    def is_under(self, *places):
        """Whether the file is one of `places` or lies in one of those folders."""
        return any(self.path == place or self.path.startswith(place + "/") for place in places)

    def finding(self, line, rule, message):
        return Finding(self.path, line, rule, message)


def list_files(root):
    """Every file git tracks or would track; outside a git checkout, every file there is."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False)
    if listed.returncode == 0:
        paths = [path for path in listed.stdout.decode().split("\0") if path]
    else:
        paths = [str(path.relative_to(root)) for path in root.rglob("*")
                 if not NEVER_LISTED.intersection(path.relative_to(root).parts)]
    return [File(root, path) for path in sorted(set(paths)) if (root / path).is_file()]
