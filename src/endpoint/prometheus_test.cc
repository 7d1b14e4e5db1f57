#include "endpoint/prometheus.h"

#include <gmock/gmock.h>

#include <cmath>

namespace assay::endpoint {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

Metrics parsed(std::string_view text) {
  auto metrics = parse_metrics(text);
  EXPECT_TRUE(metrics.has_value()) << metrics.error().to_string();
  return metrics.has_value() ? *metrics : Metrics{};
}

std::string error_of(std::string_view text) {
  const auto metrics = parse_metrics(text);
  return metrics.has_value() ? "no error" : metrics.error().message;
}

double value_of(std::string_view line) {
  const Metrics metrics = parsed(line);
  EXPECT_THAT(metrics.samples, SizeIs(1)) << line;
  return metrics.samples.empty() ? 0 : metrics.samples[0].value;
}

TEST(Prometheus, ReadsSamplesWithLabelsAndTypes) {
  const Metrics metrics = parsed(
      "# HELP http_requests_total The number of requests. With \\\\ and {braces} \"here\"\n"
      "# TYPE http_requests_total counter\n"
      "http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000\n"
      "http_requests_total {method = \"post\" , code=\"400\",}   3 1395066363000\r\n"
      "\n"
      "# just a comment\n"
      "#TYPE temperature gauge\n"
      "\ttemperature -1.5e3\n"
      "# TYPE x strange\n"
      "path{dir=\"C:\\\\DIR\\n\",said=\"\\\"no\\\" \\d\"} 1");
  ASSERT_THAT(metrics.samples, SizeIs(4));
  EXPECT_EQ(metrics.samples[0].name, "http_requests_total");
  EXPECT_EQ(metrics.samples[0].label("code"), "200");
  EXPECT_EQ(metrics.samples[0].label("none"), "");
  EXPECT_EQ(metrics.samples[0].value, 1027);
  EXPECT_EQ(metrics.samples[1].label("method"), "post");
  EXPECT_EQ(metrics.samples[1].value, 3);
  EXPECT_EQ(metrics.samples[2].value, -1500);
  EXPECT_EQ(metrics.samples[3].label("dir"), "C:\\DIR\n");
  EXPECT_EQ(metrics.samples[3].label("said"), "\"no\" \\d");
  EXPECT_EQ(metrics.types.at("http_requests_total"), MetricType::Counter);
  EXPECT_EQ(metrics.types.at("temperature"), MetricType::Gauge);
  EXPECT_EQ(metrics.types.at("x"), MetricType::Unknown);
}

TEST(Prometheus, ReadsValuesThatAreNoFiniteNumbers) {
  EXPECT_TRUE(std::isnan(value_of("a NaN")));
  EXPECT_TRUE(std::isnan(value_of("a nan")));
  EXPECT_EQ(value_of("a +Inf"), INFINITY);
  EXPECT_EQ(value_of("a -Inf"), -INFINITY);
  EXPECT_EQ(value_of("a +2"), 2);
  EXPECT_EQ(value_of("a 1e999"), INFINITY);
  EXPECT_EQ(value_of("a -1e-999"), 0);
  EXPECT_EQ(value_of("le_bucket{le=\"+Inf\"} 144320"), 144320);
}

TEST(Prometheus, ToleratesOpenMetrics) {
  const Metrics metrics = parsed(
      "# TYPE foo counter\n"
      "# UNIT foo seconds\n"
      "foo_total 17.0 1520879607.789 # {trace=\"a b # c\"} 0.5 1520879607\n"
      "foo_created 1520430000.123\n"
      "bar_bucket{le=\"0.01\"} 0 # {} 9.8\n"
      "# TYPE bar histogram\n"
      "{\"name.with.dots\",a=\"b\"} 4\n"
      "# EOF\n"
      "what follows is not looked at\n");
  ASSERT_THAT(metrics.samples, SizeIs(4));
  EXPECT_EQ(metrics.samples[0].value, 17);
  EXPECT_EQ(metrics.samples[3].name, "name.with.dots");
  EXPECT_EQ(metrics.samples[3].label("a"), "b");
  EXPECT_EQ(metrics.types.at("bar"), MetricType::Histogram);
}

TEST(Prometheus, AcceptsNothing) {
  EXPECT_THAT(parsed("").samples, testing::IsEmpty());
  EXPECT_THAT(parsed("\n \n#\n# TYPE\n").samples, testing::IsEmpty());
}

TEST(Prometheus, ErrorsSayWhatWasExpectedWhere) {
  EXPECT_EQ(error_of("a 1\nb\n"), "line 2: expected a number, found the end of the line");
  EXPECT_EQ(error_of("<html>"), "line 1: expected a number, found the end of the line");
  EXPECT_EQ(error_of("a one 2"), "line 1: expected a number, found `one 2`");
  EXPECT_EQ(error_of("a --1"), "line 1: expected a number, found `--1`");
  EXPECT_EQ(error_of("a nan(1)"), "line 1: expected a number, found `nan(1)`");
  EXPECT_EQ(error_of("a 1 then"), "line 1: expected a timestamp, found `then`");
  EXPECT_EQ(error_of("a 1 2 3"), "line 1: expected the end of the line, found `3`");
  EXPECT_EQ(error_of("a{b=c} 1"),
            "line 1: expected a label's value in quotation marks, found `c} 1`");
  EXPECT_EQ(error_of("a{b=\"c} 1"),
            "line 1: expected a closing quotation mark, found the end of the line");
  EXPECT_EQ(error_of("a{b=\"c\" d=\"e\"} 1"), "line 1: expected `,` or `}`, found `d=\"e\"} 1`");
  EXPECT_EQ(error_of("a{b} 1"), "line 1: expected `=`, found `} 1`");
  EXPECT_EQ(error_of("{b=\"c\"} 1"), "line 1: expected a metric's name in the braces, found `1`");
  EXPECT_EQ(error_of("\"\" 5"), "line 1: expected a metric's name, found `\"\" 5`");
  EXPECT_EQ(error_of("= 1"), "line 1: expected a metric's name, found `= 1`");
}

TEST(Prometheus, IsBounded) {
  std::string many;
  for (std::size_t i = 0; i <= kMetricSamplesMax; ++i) many += "a 1\n";
  EXPECT_THAT(error_of(many), HasSubstr("line 100001: expected at most 100000 samples"));
  std::string wide = "a{";
  for (std::size_t i = 0; i <= kMetricLabelsMax; ++i) wide += "b=\"c\",";
  EXPECT_THAT(error_of(wide + "} 1"), HasSubstr("expected at most 100 labels"));
}

}  // namespace
}  // namespace assay::endpoint
