"""Rules that need the whole tree or another program: dead files and clang-format."""

import re
import shutil
import subprocess
from pathlib import PurePosixPath

import house
from cpp_text import includes


def _cmake_texts(files):
    return {str(PurePosixPath(file.path).parent): file.text
            for file in files if file.name == "CMakeLists.txt"}


def _is_listed(path, cmake_texts):
    """Whether the CMakeLists.txt of the file's folder, or of one above it, names the file."""
    for folder in PurePosixPath(path).parents:
        text = cmake_texts.get(str(folder))
        if text is None:
            continue
        relative = re.escape(str(PurePosixPath(path).relative_to(folder)))
        if re.search(rf"(?<![\w./-]){relative}(?![\w./-])", text):
            return True
    return False


def _included_paths(files):
    """The repository paths that some file other than themselves includes."""
    paths = {file.path for file in files}
    included = set()
    for file in files:
        if file.kind != "cpp":
            continue
        folder = str(PurePosixPath(file.path).parent)
        for _, header in includes(file.text):
            for start in ("src", "tests", folder):
                candidate = f"{start}/{header}"
                if candidate in paths and candidate != file.path:
                    included.add(candidate)
    return included


def dead_files(files):
    """Every source is built, every header is included by another file."""
    cmake_texts = _cmake_texts(files)
    included = _included_paths(files)
    for file in files:
        if file.kind != "cpp" or not file.is_under("src", "apps", "tests"):
            continue
        if file.suffix == ".cc" and not _is_listed(file.path, cmake_texts):
            yield file.finding(0, "dead-file", "no CMakeLists.txt at or above it lists it")
        if file.suffix == ".h" and file.path not in included:
            yield file.finding(0, "dead-file", "no other file includes it")


def clang_format_missing():
    """Why the format is not checked here, or None."""
    if shutil.which(house.CLANG_FORMAT) is None:
        return f"{house.CLANG_FORMAT} is not installed, so the format was not checked"
    return None


def clang_format(files):
    """The format is clang-format's, so that nobody discusses it."""
    sources = [file for file in files if file.kind == "cpp"]
    if not sources or clang_format_missing():
        return
    by_path = {file.path: file for file in sources}
    checked = subprocess.run(
        [house.CLANG_FORMAT, "--dry-run", "-Werror", "--ferror-limit=1", *by_path],
        cwd=sources[0].root, capture_output=True, text=True, check=False)
    if checked.returncode == 0:
        return
    for match in re.finditer(r"^(.+?):(\d+):\d+: error: (.*)$", checked.stderr, re.MULTILINE):
        if match.group(1) in by_path:
            yield by_path[match.group(1)].finding(
                int(match.group(2)), "format", f"run {house.CLANG_FORMAT} -i {match.group(1)}")


RULES = [dead_files, clang_format]
