#include "load/machine_history.h"

#include <fmt/core.h>

#include <algorithm>

#include "host/listening.h"

namespace assay::load {
namespace {

/// Searches look at every process's files; a server of another user is never found.
constexpr int kSearchesMax = 5;

std::optional<pid_t> find_listener(std::uint16_t port) {
  for (const host::ListeningPort& listening : host::read_listening_ports()) {
    if (listening.port == port && listening.pid > 0) return listening.pid;
  }
  return std::nullopt;
}

}  // namespace

MachineHistory::MachineHistory(std::uint16_t port, const std::filesystem::path& graphics)
    : port_(port), graphics_(graphics), session_(graphics), searches_left_(kSearchesMax) {}

void MachineHistory::add(const std::string& name, const char* unit, const std::string& source,
                         double seconds, double value) {
  const auto [place, is_new] = places_.try_emplace(name, series_.size());
  if (is_new) series_.push_back({name, unit, source, {}});
  series_[place->second].points.push_back({seconds, value});
}

void MachineHistory::sample(base::MonotonicTime start) {
  sample_processes(start);
  sample_graphics(base::to_seconds(base::system_clock().now() - start));
}

void MachineHistory::sample_processes(base::MonotonicTime start) {
  if (!server_ && searches_left_ > 0) {
    --searches_left_;
    if (const auto pid = find_listener(port_)) server_.emplace(*pid);
  }
  if (!server_) return;
  const base::MonotonicTime now = base::system_clock().now();
  const auto reading = server_->read();
  if (!reading) {
    server_.reset();
    read_at_.reset();
    return;
  }
  const double seconds = base::to_seconds(now - start);
  add("resident_memory", "bytes", "/proc", seconds, static_cast<double>(reading->resident_bytes));
  if (read_at_ && now > *read_at_) {
    const double cores =
        base::to_seconds(reading->cpu - cpu_before_) / base::to_seconds(now - *read_at_);
    add("cpu", "cores", "/proc", seconds, cores);
  }
  read_at_ = now;
  cpu_before_ = reading->cpu;
}

void MachineHistory::sample_graphics(double seconds) {
  const std::vector<host::GraphicsCard> cards = host::read_graphics_cards(graphics_);
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const host::GraphicsCard& card = cards[i];
    const std::string number = cards.size() > 1 ? fmt::format("_{}", i + 1) : "";
    if (card.memory_total_bytes > 0) {
      const std::uint64_t used =
          card.memory_total_bytes - std::min(card.memory_free_bytes, card.memory_total_bytes);
      add("graphics_memory" + number, "bytes", card.name, seconds, static_cast<double>(used));
    }
    if (card.busy_percent >= 0) {
      add("graphics_busy" + number, "share", card.name, seconds, card.busy_percent / 100.0);
    }
    if (card.power_w >= 0) add("graphics_power" + number, "W", card.name, seconds, card.power_w);
  }
}

std::vector<ServerSeries> MachineHistory::series() const { return series_; }

}  // namespace assay::load
