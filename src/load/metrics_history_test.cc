#include "load/metrics_history.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace assay::load {
namespace {

using endpoint::MetricsSource;
using endpoint::ServerMetrics;
using testing::IsEmpty;
using testing::Optional;

ServerMetrics told(double prompt, double output, double running) {
  ServerMetrics metrics;
  metrics.source = MetricsSource::LlamaServer;
  metrics.prompt_tokens_total = prompt;
  metrics.output_tokens_total = output;
  metrics.requests_running = running;
  return metrics;
}

std::vector<std::pair<double, double>> points_of(const MetricsHistory& history,
                                                 std::string_view name) {
  std::vector<std::pair<double, double>> points;
  for (const ServerSeries& series : history.series()) {
    if (series.name != name) continue;
    for (const auto& point : series.points) points.emplace_back(point.seconds, point.value);
  }
  return points;
}

TEST(MetricsHistory, TellsRatesFromCounters) {
  MetricsHistory history;
  history.add(-0.5, told(100, 1000, 0));
  history.add(1.5, told(110, 1030, 3));
  history.add(2, told(110, 1040, 2));
  EXPECT_THAT(points_of(history, "output_tps"),
              testing::ElementsAre(std::pair(1.5, 15.0), std::pair(2.0, 20.0)));
  EXPECT_THAT(points_of(history, "prompt_tps"),
              testing::ElementsAre(std::pair(1.5, 5.0), std::pair(2.0, 0.0)));
  EXPECT_THAT(points_of(history, "requests_running"),
              testing::ElementsAre(std::pair(-0.5, 0.0), std::pair(1.5, 3.0), std::pair(2.0, 2.0)));
  EXPECT_THAT(points_of(history, "kv_cache"), IsEmpty()) << "it does not say";
  for (const ServerSeries& series : history.series()) {
    EXPECT_EQ(series.source, "/metrics");
    EXPECT_FALSE(series.points.empty());
  }

  const ServerCounts counts = history.counts();
  EXPECT_EQ(counts.server, "llama-server");
  EXPECT_EQ(counts.from_s, -0.5);
  EXPECT_EQ(counts.to_s, 2);
  EXPECT_THAT(counts.prompt_tokens, Optional(10));
  EXPECT_THAT(counts.output_tokens, Optional(40));
  EXPECT_EQ(counts.requests, std::nullopt);
}

TEST(MetricsHistory, ACounterThatFallsTellsNothing) {
  MetricsHistory history;
  history.add(0, told(100, 1000, 0));
  history.add(1, told(120, 7, 0));
  history.add(2, told(130, 17, 0));
  EXPECT_EQ(history.counts().output_tokens, std::nullopt) << "the server began anew";
  EXPECT_THAT(history.counts().prompt_tokens, Optional(30));
  EXPECT_THAT(points_of(history, "output_tps"), testing::ElementsAre(std::pair(2.0, 10.0)));
}

TEST(MetricsHistory, OfOneReadingHasNoRates) {
  MetricsHistory history;
  EXPECT_EQ(history.counts().server, "");
  EXPECT_THAT(history.series(), IsEmpty());
  history.add(0, told(100, 1000, 1));
  EXPECT_THAT(points_of(history, "output_tps"), IsEmpty());
  EXPECT_THAT(history.counts().output_tokens, Optional(0));
}

}  // namespace
}  // namespace assay::load
