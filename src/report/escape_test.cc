#include "report/escape.h"

#include <gtest/gtest.h>

namespace assay::report {
namespace {

TEST(Escape, DropsControlCharactersAndDirectionOverrides) {
  EXPECT_EQ(single_line("a\x1b[31mb\x07"), "a[31mb");
  EXPECT_EQ(single_line("a\xC2\x9B"
                        "b"),
            "ab");  // U+009B, the one-character form of ESC [.
  EXPECT_EQ(single_line("a\xE2\x80\xAE"
                        "b"),
            "ab");  // U+202E, right-to-left override.
  EXPECT_EQ(single_line("one\ntwo\tthree\r"), "one two three");
  EXPECT_EQ(several_lines("one\ntwo\tthree"), "one\ntwo three");
  EXPECT_EQ(single_line("−5 [−11, 0] “é”"), "−5 [−11, 0] “é”");
}

TEST(Escape, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(single_line("a\xFF"
                        "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(single_line("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");       // Cut.
  EXPECT_EQ(single_line("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");       // Overlong.
  EXPECT_EQ(single_line("\xED\xA0\x80").substr(0, 3), "\xEF\xBF\xBD");  // Surrogate.
}

TEST(Escape, LeavesNoHtmlInText) {
  EXPECT_EQ(html_text("<a href=\"x\" title='y'>&</a>"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
}

TEST(Escape, LeavesNoMarkdownInText) {
  EXPECT_EQ(markdown_text("a|b `c` *d* <e> # f"), "a\\|b \\`c\\` \\*d\\* \\<e\\> \\# f");
  EXPECT_EQ(markdown_text("[x](http://y) ![z](w)"), "\\[x]\\(http://y) !\\[z]\\(w)");
  EXPECT_EQ(markdown_text("[1](http://y)"), "[1]\\(http://y)");
  EXPECT_EQ(markdown_text("top_p _quiet_ &lt;"), "top_p \\_quiet\\_ &amp;lt;");
  EXPECT_EQ(markdown_text("−23 [−33, −14], +1 [+0.4, +2], 0 [0, 1]"),
            "−23 [−33, −14], +1 [+0.4, +2], 0 [0, 1]");
}

TEST(Escape, FencesTextThatHoldsFences) {
  EXPECT_EQ(markdown_block("plain"), "```text\nplain\n```\n");
  EXPECT_EQ(markdown_block("a\n````\nb"), "`````text\na\n````\nb\n`````\n");
}

}  // namespace
}  // namespace assay::report
