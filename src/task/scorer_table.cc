// The scorers: the one place where each is named, described and given its options.
#include <array>

#include "task/scorer.h"
#include "task/scorer_families.h"

namespace assay::task {
namespace {

constexpr std::string_view kFlag = "true or false";
constexpr std::string_view kSize = "a number, 0 or more";

constexpr std::array kCommonOptions{ScorerOption{
    "keep_reasoning", kFlag, "false",
    "Look at the whole reply. Otherwise a leading `<think>…</think>` block (also `<thinking>` and "
    "`<reasoning>`) is left out, also one that the chat template opened; a reply that never closes "
    "its block has no answer, and is scored as empty."}};

constexpr std::array kExactOptions{
    ScorerOption{"trim", kFlag, "true", "White space at both ends of either text does not count."}};

constexpr std::array kContainsOptions{
    ScorerOption{"all", kFlag, "false",
                 "Every text of the list must stand in the reply, instead of any one."},
    ScorerOption{"whole_words", kFlag, "true",
                 "The text may not adjoin further letters or digits: \"12\" is not in \"112\", "
                 "\"12.5\" or \"12,000\". In scripts written without spaces every character is a "
                 "boundary."},
    ScorerOption{"case_sensitive", kFlag, "false", "Capitals differ from small letters."}};

constexpr std::array kRegexOptions{
    ScorerOption{"full", kFlag, "false", "The pattern must match the whole trimmed reply."},
    ScorerOption{"case_sensitive", kFlag, "true", "Capitals differ from small letters."}};

constexpr std::array kNumericOptions{
    ScorerOption{"tolerance", kSize, "0", "How far the number may be off."},
    ScorerOption{"relative_tolerance", kSize, "0",
                 "How far it may be off as a part of the expected number; the larger of the two "
                 "tolerances holds."},
    ScorerOption{"which", "`last`, `first` or `only`", "\"last\"",
                 "Which number of the reply counts; with `only` a second one gives 0."},
    ScorerOption{"decimal_comma", kFlag, "false",
                 "The comma separates decimals and the point thousands, as in \"1.234,50\"."}};

constexpr std::array kJsonEqualOptions{
    ScorerOption{"subset", kFlag, "false",
                 "Objects may have further members; lists still have the same length."}};

constexpr std::array kToolCallOptions{
    ScorerOption{"any_order", kFlag, "false", "Several calls may come in any order."},
    ScorerOption{"lenient", kFlag, "false",
                 "Numbers and truth values may be written as strings, and the other way round: "
                 "\"3\" is 3."}};

constexpr std::array kScorers{
    ScorerRow{
        "exact", "a string, or a list of strings of which one will do",
        "The reply is the expected text, byte for byte.",
        R"({"id": "upper-1", "prompt": "Write in uppercase: oak", "expect": "OAK", "scorer": "exact"})",
        kExactOptions, make_exact},
    ScorerRow{
        "normalized",
        "a string, or a list of strings of which one will do",
        "The reply has the same words as the expected text. Unicode's compatibility forms are made "
        "plain (NFKC) and case is folded; accents count. Punctuation, symbols and the articles "
        "\"a\", \"an\" and \"the\" do not: apostrophes, full stops and the commas of thousands "
        "vanish, other marks separate words, the decimal point and minus sign of a number stay. A "
        "step that would leave nothing is left out, so the answers \"A\" and \"+\" keep their "
        "meaning.",
        R"({"id": "capital-1", "prompt": "Capital of France?", "expect": ["Paris", "City of Paris"], "scorer": "normalized"})",
        {},
        make_normalized},
    ScorerRow{
        "contains", "a string, or a list of strings of which one will do",
        "The expected text stands in the reply. Case, width and runs of white space do not count, "
        "curly quotes and dashes are the plain ones, punctuation counts. An empty text stands in "
        "an "
        "empty reply only.",
        R"({"id": "lookup-1", "prompt": "Who called?", "expect": ["Ann", "Bo"], "scorer": {"type": "contains", "all": true}})",
        kContainsOptions, make_contains},
    ScorerRow{
        "regex", "a regular expression in a string",
        "The pattern is found in the reply, white space at its ends left out. Patterns are ICU's "
        "(close to Java's and Perl's): `(?i)`, `(?m)` and `(?s)` set flags, `\\b`, `\\d` and `\\w` "
        "know Unicode. A pattern that does not compile is an error when the file is read. A match "
        "that takes too many steps, or a reply over 64 KiB, is a `scorer_failure`, not a 0.",
        R"({"id": "code-1", "prompt": "Which door?", "expect": "\\b[A-D]-?[0-9]{2}\\b", "scorer": "regex"})",
        kRegexOptions, make_regex},
    ScorerRow{
        "numeric", "a number",
        "The last number of the reply is the expected one. Read are signs (also \"−\"), thousands "
        "(\"1,234\", or with a no-break space), decimals, exponents (\"1.5e-3\"), and currency "
        "signs; a percent sign is passed over, so 45% is 45. Digits after a letter (\"H2O\") and "
        "number words are no numbers, and \"3/4\" is two.",
        R"({"id": "sum-1", "prompt": "What is 22 / 7?", "expect": 3.14, "scorer": {"type": "numeric", "tolerance": 0.01}})",
        kNumericOptions, make_numeric},
    ScorerRow{
        "json_equal", "any JSON value",
        "The reply has the expected JSON value. It is the whole reply, else the first ``` fence "
        "that holds JSON, else the first balanced object (or list, when a list is expected) in the "
        "text. The order of members does not count, 1 equals 1.0, \"1\" does not. A reply over "
        "256 KiB is a `scorer_failure`.",
        R"({"id": "extract-1", "prompt": "As JSON: Vera keeps a fox.", "expect": {"name": "Vera", "pet": "fox"}, "scorer": "json_equal"})",
        kJsonEqualOptions, make_json_equal},
    ScorerRow{
        "tool_call",
        "`{\"name\", \"arguments\"}`, a list of them, or null when no tool may be called",
        "The reply calls exactly the expected tools, in that order, with equal arguments as "
        "`json_equal` compares them. Without `arguments` any will do; empty ones are `{}`; ones "
        "that are not JSON give 0. The expected tools must be among the case's `tools`. A call "
        "written as text is none.",
        R"({"id": "weather-1", "prompt": "Weather in Oslo?", "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}], "expect": {"name": "weather", "arguments": {"city": "Oslo"}}, "scorer": "tool_call"})",
        kToolCallOptions, make_tool_call},
};

}  // namespace

std::span<const ScorerRow> scorers() { return kScorers; }

std::span<const ScorerOption> common_scorer_options() { return kCommonOptions; }

}  // namespace assay::task
