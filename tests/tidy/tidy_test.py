#!/usr/bin/env python3
"""Shows that each house rule catches a planted violation and passes what is right."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import build_rules
import house
import tidy
from cpp_text import code_only, comments_only
from tree import list_files

HEADER = "// What it is for.\n#pragma once\n"


class RuleTest(unittest.TestCase):
    """Each case plants files in an empty tree and looks at what is found."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def plant(self, path, content):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            target.write_text(content, encoding="utf-8")

    def found(self, rule):
        """path:line of every finding of one rule."""
        return [f"{finding.path}:{finding.line}" for finding in tidy.check(list_files(self.root))
                if finding.rule == rule]

    def expect(self, rule, *places):
        self.assertEqual(self.found(rule), list(places))


class SourceRules(RuleTest):
    def test_an_upward_include_is_found(self):
        self.plant("src/base/text.h", HEADER + '\n#include "net/url.h"\n')
        self.expect("floors", "src/base/text.h:4")

    def test_a_sideways_include_is_found(self):
        self.plant("src/store/journal.cc", '#include "net/url.h"\n')
        self.expect("floors", "src/store/journal.cc:1")

    def test_downward_own_and_foreign_includes_pass(self):
        self.plant("src/net/url.cc", '#include "net/url.h"\n\n#include <vector>\n'
                                     '#include "base/text.h"\n')
        self.expect("floors")

    def test_an_include_in_a_comment_is_none(self):
        self.plant("src/base/text.cc", '// #include "net/url.h"\n')
        self.expect("floors")

    def test_a_folder_that_is_no_room_is_found(self):
        self.plant("src/cellar/wine.cc", "int wine;\n")
        self.expect("floors", "src/cellar/wine.cc:0")

    def test_only_tests_include_the_test_support(self):
        self.plant("src/base/text.cc", '#include "support/virtual_clock.h"\n')
        self.plant("src/base/text_test.cc", '#include "support/virtual_clock.h"\n')
        self.expect("floors", "src/base/text.cc:1")

    def test_the_test_support_leans_on_base_alone(self):
        self.plant("tests/support/clock.h", HEADER + '#include "base/clock.h"\n'
                                                     '#include "net/url.h"\n')
        self.expect("floors", "tests/support/clock.h:4")

    def test_owned_headers_are_their_owners(self):
        owners = {"boost/asio/io_context.hpp": "net", "boost/beast.hpp": "net",
                  "sqlite3.h": "store", "sys/prctl.h": "host", "linux/types.h": "host",
                  "dlfcn.h": "host"}
        for header, owner in owners.items():
            with self.subTest(header=header):
                self.plant(f"src/{owner}/owner.cc", f"#include <{header}>\n")
                self.plant("src/study/thief.cc", f"#include <{header}>\n")
                self.expect("owned-header", "src/study/thief.cc:1")

    def test_plain_types_are_nobodys(self):
        self.plant("src/study/plan.cc", "#include <sys/types.h>\n")
        self.expect("owned-header")

    def test_calls_past_the_context_are_found(self):
        for call in ('std::getenv("HOME")', "std::cout << 1", 'printf("x")', "std::exit(1)",
                     "std::chrono::steady_clock::now()", "time(nullptr)", "rand()",
                     "std::this_thread::sleep_for(second)", 'fmt::print("x")', "_exit(1)"):
            with self.subTest(call=call):
                self.plant("src/study/run.cc", f"void run() {{\n  {call};\n}}\n")
                self.expect("owned-call", "src/study/run.cc:2")

    def test_tests_may_provoke_but_not_wait_or_read_the_clock(self):
        self.plant("src/study/run_test.cc", '#include <sys/wait.h>\n#include <boost/asio.hpp>\n'
                                            "void test() {\n  setenv(a, b, 1);\n  ::_exit(3);\n"
                                            "  std::this_thread::sleep_for(second);\n}\n")
        self.expect("owned-header", "src/study/run_test.cc:2")
        self.expect("owned-call", "src/study/run_test.cc:6")

    def test_main_and_likenesses_pass(self):
        self.plant("apps/assay/main.cc", "int main() { std::cout << 1; std::exit(2); }\n")
        self.plant("src/study/run.cc", 'void run() {\n  // std::exit(1)\n  say("getenv(x)");\n'
                                       "  loop.exit(1); task->exit(2); snprintf(b, 1, f);\n"
                                       "  on_exit(); request_time(nullptr);\n}\n")
        self.expect("owned-call")

    def test_a_header_opens_with_a_comment_and_pragma_once(self):
        self.plant("src/base/mute.h", "#pragma once\nint a;\n")
        self.plant("src/base/twice.h", "// Twice.\nint a;\n")
        self.plant("src/base/late.h", "// Late.\n#include <map>\n#pragma once\n")
        self.plant("src/base/right.h", HEADER)
        self.expect("header", "src/base/late.h:3", "src/base/mute.h:1", "src/base/twice.h:0")


class TextRules(RuleTest):
    def test_a_long_file_is_found_and_a_longish_one_noted(self):
        self.plant("src/base/long.py", "a = 1\n" * (house.FILE_LINES_MOST + 1))
        self.plant("src/base/longish.py", "a = 1\n" * (house.FILE_LINES_PAUSE + 1))
        self.expect("length", "src/base/long.py:0")
        self.assertEqual(tidy.long_files(list_files(self.root)),
                         [("src/base/longish.py", house.FILE_LINES_PAUSE + 1)])

    def test_a_wide_line_is_found_counting_characters_not_bytes(self):
        self.plant("src/base/wide.cc", "// " + "é " * 50 + "é\n" + "// " + "é " * 48 + "é\n")
        self.expect("columns", "src/base/wide.cc:1")

    def test_raw_strings_and_long_words_may_be_wide(self):
        self.plant("src/base/data.cc", 'auto a = R"(' + "x " * 80 + ')";\n')
        self.plant("tools/engine", "#!/usr/bin/env bash\nsum=" + "0123456789" * 12 + "\n")
        self.expect("columns")

    def test_white_space_at_the_ends_is_found(self):
        self.plant("a.md", "text \nmore\n")
        self.plant("b.md", "no newline")
        self.plant("c.md", "two\n\n")
        self.plant("d.py", "if 1:\n\tpass\n")
        self.plant("e.md", "right\n")
        self.expect("white-space", "a.md:1", "b.md:1", "c.md:3", "d.py:2")

    def test_promises_in_comments_are_found(self):
        self.plant("src/base/a.cc", "int a;  // TODO: more\n/* only\n   for now */\n")
        self.plant("b.py", "b = 1  # a placeholder\n")
        self.plant("c.sh", "c=1 # FIXME\n")
        self.expect("words", "b.py:1", "c.sh:1", "src/base/a.cc:1", "src/base/a.cc:3")

    def test_the_words_in_strings_pass(self):
        self.plant("src/base/a.cc", 'auto a = "// TODO placeholder";\n')
        self.plant("b.py", 'b = "# FIXME"\n')
        self.expect("words")

    def test_names_that_say_nothing_are_found(self):
        self.plant("src/base/string_utils.cc", "int a;\n")
        self.plant("src/base/CamelCase.h", HEADER)
        self.plant("src/common/a.cc", "int a;\n")
        self.plant("src/base/text_test.cc", "int a;\n")
        self.expect("names", "src/base/CamelCase.h:0", "src/base/string_utils.cc:0",
                    "src/common/a.cc:0")

    def test_heavy_files_are_found(self):
        self.plant("models/heavy.gguf", b"\0" * (house.FILE_BYTES_MOST + 1))
        self.plant("models/light.gguf", b"\0" * house.FILE_BYTES_MOST)
        self.expect("size", "models/heavy.gguf:0")

    def test_links_that_lead_nowhere_are_found(self):
        self.plant("docs/here.md", "# Here\n")
        self.plant("README.md", "[a](docs/here.md#top) [b](https://example.org) [c](#below)\n"
                                "![d](docs/gone.png)\n[e](docs/gone.md)\n"
                                "```\n[f](docs/gone.md)\n```\n")
        self.expect("links", "README.md:2", "README.md:3")

    def test_machine_paths_and_registry_hosts_are_found(self):
        home = "/" + "home/alice/models"
        host = "registry" + ".example.org"
        self.plant("a.md", f"see {home}\n")
        self.plant("b.json", f'{{"resolved": "https://{host}/x.tgz"}}\n')
        self.plant("c.md", "see ~/models, /home/you/models, build/work/x and https://example.org\n")
        self.expect("machine", "a.md:1", "b.json:1")


class BuildRules(RuleTest):
    def test_an_unlisted_source_is_found(self):
        self.plant("src/base/CMakeLists.txt", "assay_room(base SOURCES text.cc "
                                              "TESTS text_test.cc)\n")
        for name in ("text.cc", "text_test.cc", "dead_text.cc"):
            self.plant(f"src/base/{name}", "int a;\n")
        self.expect("dead-file", "src/base/dead_text.cc:0")

    def test_a_header_nobody_includes_is_found(self):
        self.plant("src/base/dead.h", HEADER)
        self.plant("src/base/alive.h", HEADER)
        self.plant("src/base/text.cc", '#include "base/alive.h"\n')
        self.plant("src/base/CMakeLists.txt", "assay_room(base SOURCES text.cc)\n")
        self.expect("dead-file", "src/base/dead.h:0")

    def test_wrong_format_is_found(self):
        if build_rules.clang_format_missing():
            self.skipTest(build_rules.clang_format_missing())
        self.plant(".clang-format", "BasedOnStyle: Google\n")
        self.plant("src/base/a.cc", "int  a;\n")
        self.plant("src/base/b.cc", "int b;\n")
        self.expect("format", "src/base/a.cc:1")


class Tree(RuleTest):
    def test_what_git_ignores_is_not_under_rule(self):
        subprocess.run(["git", "init", "--quiet", str(self.root)], check=True)
        self.plant(".gitignore", "/build/\n")
        self.plant("build/a.md", "trailing \n")
        self.plant("b.md", "trailing \n")
        self.expect("white-space", "b.md:1")


class CppText(unittest.TestCase):
    TEXT = ('int a = 1\'000;  // one "quoted"\n'
            'auto b = "// no comment"; /* two\nlines */ char c = \'"\';\n'
            'auto d = R"(// raw " )"; int e;\n')

    def test_code_keeps_lines_and_loses_comments_and_strings(self):
        code = code_only(self.TEXT)
        self.assertEqual(code.count("\n"), self.TEXT.count("\n"))
        self.assertNotIn("quoted", code)
        self.assertNotIn("comment", code)
        self.assertNotIn("raw", code)
        self.assertIn("int a = 1'000;", code)
        self.assertIn("int e;", code)

    def test_comments_keep_lines_and_lose_the_rest(self):
        comments = comments_only(self.TEXT)
        self.assertEqual([line.strip() for line in comments.split("\n")],
                         ['// one "quoted"', "/* two", "lines */", "", ""])


if __name__ == "__main__":
    unittest.main()
