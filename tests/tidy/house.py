"""The house rules' tables: what may lean on what, who may touch what, which words are out.

The one place to change when a room is added or a rule moves; the rules themselves only read these.
docs/internals/architecture.md explains the floors.
"""

import re

# Includes point strictly downward: a room may include itself and rooms of lower floors.
FLOORS = {
    "base": 0,
    "host": 1, "net": 1, "store": 1, "stats": 1, "gguf": 1,
    "endpoint": 2,
    "task": 3, "scope": 3, "load": 3, "catalog": 3, "router": 3, "ensemble": 3, "forge": 3,
    "study": 4, "agent": 4, "ladder": 4, "arena": 4, "retrieval": 4, "gateway": 4,
    "finding": 5,
    "report": 6,
    "cli": 7, "web": 7,
}

# tests/support serves the tests of every room, so it leans on nothing above this floor.
SUPPORT_FLOOR = 0

# Stands for every test beside its sources in the lists below. Tests may fork, mount and set the
# environment to provoke what they check; the clock and chance they must not touch either.
TESTS = "_test.cc"

# What several tests of one room share, beside its sources.
TEST_SUPPORT = ("_test_support.h", "_test_support.cc")

# Inputs of fuzz targets are bytes as some peer sends them, not text of ours.
CORPORA = "tests/fuzz/corpus"

# Headers that only one place may include: (pattern of the header, who may, why).
OWNED_HEADERS = [
    (re.compile(r"boost/(asio|beast)[./]"), ["src/net"],
     "net is the only room that knows Asio"),
    (re.compile(r"(sqlite3|libpq-fe)\.h$"), ["src/store"],
     "store is the only room that knows a database"),
    (re.compile(r"sys/socket\.h$"), ["src/net", "src/host", "apps", TESTS],
     "sockets are net's"),
    (re.compile(r"(sys/epoll|linux/(errqueue|net_tstamp))\.h$"), ["src/net", TESTS],
     "what sockets are ready for, and the stamps of what they receive, are net's"),
    (re.compile(r"(sys/(?!types\.h|stat\.h|socket\.h|epoll\.h)"
                r"|linux/(?!errqueue\.h|net_tstamp\.h))|(dlfcn|sched|pty|hwloc)\.h$"),
     ["src/host", "apps", TESTS],
     "host is the only room with platform code"),
]

# Calls that only some places may make: (pattern in code, who may, why).
OWNED_CALLS = [
    (re.compile(r"\b(secure_)?getenv\s*\(|\b(setenv|putenv|unsetenv)\s*\(|\benviron\b"),
     ["apps", "src/host", TESTS], "the environment comes from base::Context"),
    (re.compile(r"\bstd::(cout|cerr|clog|cin)\b|(?<![\w.>:])(std::)?(printf|puts|putchar)\s*\("),
     ["apps"], "the terminal comes from base::Context"),
    (re.compile(r"\bfmt::print\s*\(\s*(stderr|stdout|\")|\bfprintf\s*\(\s*(stderr|stdout)"),
     ["apps", "src/base/check.cc"], "the terminal comes from base::Context"),
    (re.compile(r"(?<![\w.>:])(std::|::)?(exit|_exit|_Exit|quick_exit|abort)\s*\("),
     ["apps", "src/host", "src/base/check.cc", TESTS], "only main ends the program"),
    (re.compile(r"\b(system|steady|high_resolution)_clock::now\b|(?<![\w.>:])(::|std::)?"
                r"(time\s*\(\s*(nullptr|NULL|0)|gettimeofday\s*\(|clock_gettime\s*\()"),
     ["src/base/clock.cc", "src/host"], "the time comes from base::Clock"),
    (re.compile(r"\bthis_thread::sleep_(for|until)\b|(?<![\w.>:])(::)?(u|nano)?sleep\s*\("),
     ["src/base/clock.cc", "src/host"], "waiting is base::Clock's; tests never sleep for luck"),
    (re.compile(r"\bstd::(random_device|mt19937(_64)?|rand|srand)\b|(?<![\w.>:])s?rand\s*\("),
     ["src/base/random.cc"], "chance comes from base::Random, so that a seed repeats it"),
]

# Words that promise work instead of doing it. Matched in comments of code.
BANNED_IN_COMMENTS = [
    re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"),
    re.compile(r"\bfor now\b", re.IGNORECASE),
    re.compile(r"\bplaceholder\b", re.IGNORECASE),
]

# Name parts that say nothing about what a file holds.
BANNED_NAME_PARTS = {
    "util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "stuff",
}

# What only one machine has: home folders, and servers of package registries by their usual names.
MACHINE_PATHS = re.compile(
    r"(?<![\w.~$}-])/(root|work)/\w"
    r"|(?<![\w.~$}-])/(home|Users)/(?!you\b|me\b|user\b|NAME\b)[a-z]")
REGISTRY_HOSTS = re.compile(
    r"\b(registry|files|index|static|proxy|repo\d?|deb|security|mirrors?)"
    r"(\.[a-z0-9-]+)+\.(org|com|io|net|dev)\b")

LINE_COLUMNS = 100
WORD_COLUMNS = 80  # A word this long, such as a checksum, excuses its line.
FILE_LINES_PAUSE = 400
FILE_LINES_MOST = 800
FILE_BYTES_MOST = 9 * 1024 * 1024
CLANG_FORMAT = "clang-format-14"
