"""Rules on C++ sources: floors, owned headers and calls, the shape of headers."""

import house
from cpp_text import code_only, includes


def _room_of(path):
    """The room a path of the repository or of an include belongs to, or None."""
    parts = path.removeprefix("src/").split("/")
    return parts[0] if len(parts) > 1 and parts[0] in house.FLOORS else None


def floors(file):
    """Includes point strictly downward."""
    if file.is_under("src"):
        yield from _room_floors(file)
    elif file.is_under("tests/support"):
        for line, header in includes(file.text):
            room = _room_of(header)
            if room and house.FLOORS[room] > house.SUPPORT_FLOOR:
                yield file.finding(line, "floors", f"tests/support may not lean on {room}: every "
                                   "room's tests use it")


def _room_floors(file):
    room = _room_of(file.path)
    if room is None:
        yield file.finding(0, "floors", f"'{file.path.split('/')[1]}' is no room; FLOORS in "
                           "tests/tidy/house.py lists them")
        return
    floor = house.FLOORS[room]
    for line, header in includes(file.text):
        for_tests = file.path.endswith((house.TESTS, *house.TEST_SUPPORT))
        if header.startswith("support/") and not for_tests:
            yield file.finding(line, "floors", f"\"{header}\" is for tests only")
        other = _room_of(header)
        if other is None or other == room or house.FLOORS[other] < floor:
            continue
        direction = "sideways" if house.FLOORS[other] == floor else "up"
        yield file.finding(line, "floors", f"{room} (floor {floor}) includes \"{header}\" "
                           f"{direction} (floor {house.FLOORS[other]})")


def _is_owner(file, owners):
    """Whether the file is, or lies under, one of a list of house.OWNED_*."""
    return file.is_under(*owners) or (house.TESTS in owners and file.path.endswith(house.TESTS))


def owned_headers(file):
    """Some libraries are one room's business."""
    if not file.is_under("src", "apps"):
        return
    for line, header in includes(file.text):
        for pattern, owners, why in house.OWNED_HEADERS:
            if pattern.match(header) and not _is_owner(file, owners):
                yield file.finding(line, "owned-header", f"<{header}>: {why}")


def owned_calls(file):
    """The clock, the environment, the terminal, exit and chance come through base."""
    if not file.is_under("src", "apps"):
        return
    code = code_only(file.text)
    for pattern, owners, why in house.OWNED_CALLS:
        if _is_owner(file, owners):
            continue
        for match in pattern.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            yield file.finding(line, "owned-call", f"'{match.group().strip()}': {why}")


def header_shape(file):
    """A header opens with what it is for, then #pragma once."""
    if file.suffix != ".h":
        return
    first = next((line for line in file.lines if line.strip()), "")
    if not first.startswith("//"):
        yield file.finding(1, "header", "expected a leading comment that says what it is for")
    pragma = next((number for number, line in enumerate(file.lines, 1)
                   if line.strip() == "#pragma once"), None)
    first_include = next((number for number, _ in includes(file.text)), None)
    if pragma is None:
        yield file.finding(0, "header", "expected #pragma once")
    elif first_include and first_include < pragma:
        yield file.finding(pragma, "header", "expected #pragma once before the first #include")


RULES = [floors, owned_headers, owned_calls, header_shape]
