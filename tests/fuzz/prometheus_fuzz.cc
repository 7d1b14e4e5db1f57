// What a server tells at GET /metrics: nothing crashes, errors have words, what was read stays
// within its bounds, and it is found again when it is written anew.
#include <fmt/core.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "endpoint/prometheus.h"
#include "endpoint/server_metrics.h"

namespace {

using assay::endpoint::kMetricLabelsMax;
using assay::endpoint::kMetricSamplesMax;
using assay::endpoint::Metrics;
using assay::endpoint::MetricSample;
using assay::endpoint::parse_metrics;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '\\' || letter == '"') out += '\\';
    if (letter == '\n') {
      out += "\\n";
    } else {
      out += letter;
    }
  }
  return out + '"';
}

std::string written(const Metrics& metrics) {
  std::string text;
  for (const MetricSample& sample : metrics.samples) {
    text += '{' + quoted(sample.name);
    for (const auto& label : sample.labels) {
      text += ',' + quoted(label.name) + '=' + quoted(label.value);
    }
    text += fmt::format("}} {}\n", sample.value);
  }
  return text;
}

bool same(const MetricSample& left, const MetricSample& right) {
  const bool values =
      left.value == right.value || (std::isnan(left.value) && std::isnan(right.value));
  if (left.name != right.name || !values || left.labels.size() != right.labels.size()) return false;
  for (std::size_t i = 0; i < left.labels.size(); ++i) {
    if (left.labels[i].name != right.labels[i].name) return false;
    if (left.labels[i].value != right.labels[i].value) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto metrics = parse_metrics({reinterpret_cast<const char*>(data), size});
  if (!metrics) {
    ASSAY_CHECK(metrics.error().message.starts_with("line "), "an error does not say where");
    return 0;
  }
  ASSAY_CHECK(metrics->samples.size() <= kMetricSamplesMax, "too many samples were kept");
  for (const MetricSample& sample : metrics->samples) {
    ASSAY_CHECK(sample.labels.size() <= kMetricLabelsMax, "too many labels were kept");
  }
  assay::endpoint::read_server_metrics(*metrics);
  const auto again = parse_metrics(written(*metrics));
  ASSAY_CHECK(again && again->samples.size() == metrics->samples.size(), "what was read is lost");
  for (std::size_t i = 0; i < again->samples.size(); ++i) {
    ASSAY_CHECK(same(again->samples[i], metrics->samples[i]), "what was read has changed");
  }
  return 0;
}
