#include "host/graphics.h"

#include <fmt/core.h>

#include <iterator>

#include "base/text.h"
#include "host/graphics_library.h"

namespace assay::host {

std::string GraphicsCard::describe() const {
  if (memory_total_bytes == 0) return name;
  return fmt::format("{} ({})", name, base::human_bytes(memory_total_bytes));
}

base::Json GraphicsCard::to_json() const {
  return {{"name", name},
          {"memory_total_bytes", memory_total_bytes},
          {"memory_free_bytes", memory_free_bytes},
          {"driver", driver},
          {"power_limit_w", power_limit_w > 0 ? base::Json(power_limit_w) : base::Json()},
          {"busy_percent", busy_percent >= 0 ? base::Json(busy_percent) : base::Json()}};
}

struct GraphicsSession::Libraries {
  std::optional<GraphicsLibrary> nvidia;
  std::optional<GraphicsLibrary> amd;
};

GraphicsSession::GraphicsSession(const std::filesystem::path& folder)
    : libraries_(std::make_unique<Libraries>()) {
  libraries_->nvidia = open_nvidia_library(folder);
  libraries_->amd = open_amd_library(folder);
}

GraphicsSession::~GraphicsSession() {
  if (libraries_->nvidia) close_nvidia_library(*libraries_->nvidia);
  if (libraries_->amd) close_amd_library(*libraries_->amd);
}

std::vector<GraphicsCard> read_graphics_cards(const std::filesystem::path& folder) {
  std::vector<GraphicsCard> cards = read_nvidia_cards(folder);
  std::vector<GraphicsCard> amd = read_amd_cards(folder);
  std::move(amd.begin(), amd.end(), std::back_inserter(cards));
  return cards;
}

}  // namespace assay::host
