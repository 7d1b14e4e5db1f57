#include "finding/plan_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace assay::finding {
namespace {

using base::Json;

constexpr std::size_t kTextColumns = 60;
constexpr std::size_t kNamesShown = 5;
constexpr std::size_t kDigestDigits = 12;
constexpr const char* kNone = "none";

std::string text_of(const Json* value) {
  if (value == nullptr || value->is_null()) return kNone;
  const std::string text = value->is_string() ? value->get<std::string>() : base::dump_json(*value);
  return text.empty() ? "empty" : base::ellipsize(text, kTextColumns);
}

bool is_same(const Json* left, const Json* right) {
  static const Json kNull;
  return base::json_equal(left == nullptr ? kNull : *left, right == nullptr ? kNull : *right);
}

/// A list's elements by the member that names them; in the list's order.
using Named = std::vector<std::pair<std::string, const Json*>>;

Named by_name(const Json& plan, std::string_view list, std::string_view key) {
  Named named;
  const Json* rows = base::find_member(plan, list);
  if (rows == nullptr || !rows->is_array()) return named;
  for (const Json& row : *rows) {
    if (auto name = base::string_member(row, key)) named.emplace_back(*name, &row);
  }
  return named;
}

const Json* find(const Named& named, std::string_view name) {
  for (const auto& [known, row] : named) {
    if (known == name) return row;
  }
  return nullptr;
}

class Comparison {
 public:
  Comparison(const Json& then, const Json& now) : then_(then), now_(now) {}

  std::vector<PlanChange> run() {
    for (const char* key : {"name", "repeats", "seed", "margin"}) member(key, then_, now_, key);
    for (const char* key : {"looks", "alpha", "spending", "futility"}) part("design", key);
    for (const char* key : {"accuracy_least", "ttft_ms_most", "memory_bytes_most",
                            "cost_usd_per_1000_most", "rank"}) {
      part("decision", key);
    }
    compare_cells();
    compare_models();
    compare_packs();
    compare_canaries();
    return std::move(changes_);
  }

 private:
  void add(std::string what, std::string then, std::string now) {
    changes_.push_back({std::move(what), std::move(then), std::move(now)});
  }

  void member(const std::string& what, const Json& then, const Json& now, std::string_view key) {
    const Json* before = base::find_member(then, key);
    const Json* after = base::find_member(now, key);
    if (!is_same(before, after)) add(what, text_of(before), text_of(after));
  }

  /// A member of an object that both plans have.
  void part(std::string_view object, std::string_view key) {
    const Json* before = base::find_member(then_, object);
    const Json* after = base::find_member(now_, object);
    if (before != nullptr && after != nullptr) member(std::string(key), *before, *after, key);
  }

  /// Settings are objects of plain values, request fields and server flags alike.
  void compare_settings(const std::string& what, const Json& then, const Json& now) {
    std::vector<std::string> keys;
    for (const Json* side : {&then, &now}) {
      if (!side->is_object()) continue;
      for (const auto& [key, value] : side->items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
      }
    }
    for (const std::string& key : keys) {
      // The model's file is compared with the models; here it is a path that moves with the folder.
      if (key != "model") member(what + " " + key, then, now, key);
    }
  }

  /// "0.5, 1.0" for each factor of a model, in plan order.
  static std::map<std::string, std::string> levels_by_factor(const Json& plan) {
    std::map<std::string, std::string> levels;
    std::map<std::string, std::string> seen;
    for (const auto& [id, cell] : by_name(plan, "cells", "id")) {
      const auto factor = base::string_member(*cell, "factor");
      if (!factor) continue;
      const std::string level =
          base::ellipsize(base::string_member(*cell, "level_text").value_or(""), kTextColumns);
      // Models share their factors: the first model that has a factor speaks for it.
      const std::string model = base::string_member(*cell, "model").value_or("");
      if (seen.emplace(*factor, model).first->second != model) continue;
      std::string& list = levels[*factor];
      list += (list.empty() ? "" : ", ") + (level.empty() ? std::string("empty") : level);
    }
    return levels;
  }

  void compare_cells() {
    const Named then = by_name(then_, "cells", "id");
    const Named now = by_name(now_, "cells", "id");
    static const Json kEmpty = Json::object();
    for (const auto& [id, cell] : then) {
      const Json* other = find(now, id);
      if (other == nullptr || base::string_member(*cell, "factor")) continue;
      for (const char* place : {"request", "guest"}) {
        const Json* before = base::find_member(*cell, place);
        const Json* after = base::find_member(*other, place);
        compare_settings(id, before == nullptr ? kEmpty : *before,
                         after == nullptr ? kEmpty : *after);
      }
    }
    auto levels_then = levels_by_factor(then_);
    auto levels_now = levels_by_factor(now_);
    for (const auto& [factor, levels] : levels_now) levels_then.try_emplace(factor, kNone);
    for (const auto& [factor, levels] : levels_then) {
      const auto found = levels_now.find(factor);
      const std::string now_text = found == levels_now.end() ? kNone : found->second;
      if (levels != now_text) add("levels of " + factor, levels, now_text);
    }
  }

  void compare_models() {
    const Named then = by_name(then_, "models", "name");
    const Named now = by_name(now_, "models", "name");
    for (const auto& [name, model] : then) {
      const Json* other = find(now, name);
      if (other == nullptr) {
        add("model " + name, "there", kNone);
        continue;
      }
      for (const char* key : {"gguf", "description", "url", "model", "memory_limit_bytes",
                              "price_input", "price_output"}) {
        member(fmt::format("model {} {}", name, key), *model, *other, key);
      }
    }
    for (const auto& [name, model] : now) {
      if (find(then, name) == nullptr) add("model " + name, kNone, "there");
    }
  }

  static std::string pack_text(const Json* pack) {
    if (pack == nullptr) return kNone;
    return fmt::format(
        "{} cases, sha256 {}", base::integer_member(*pack, "cases").value_or(0),
        base::string_member(*pack, "hash").value_or("unknown").substr(0, kDigestDigits));
  }

  void compare_packs() {
    const Named then = by_name(then_, "packs", "name");
    const Named now = by_name(now_, "packs", "name");
    for (const auto& [name, pack] : then) {
      const Json* other = find(now, name);
      if (other != nullptr &&
          base::string_member(*pack, "hash") == base::string_member(*other, "hash")) {
        continue;
      }
      add("task pack " + name, pack_text(pack), pack_text(other));
    }
    for (const auto& [name, pack] : now) {
      if (find(then, name) == nullptr) add("task pack " + name, kNone, pack_text(pack));
    }
  }

  /// Names that `left` has and `right` lacks: "3: c1, c2, c3".
  static std::string missing(const Named& left, const Named& right) {
    std::string names;
    std::size_t count = 0;
    for (const auto& [name, row] : left) {
      if (find(right, name) != nullptr) continue;
      if (++count <= kNamesShown) names += (names.empty() ? "" : ", ") + name;
    }
    if (count == 0) return "";
    return fmt::format("{}: {}{}", count, names, count > kNamesShown ? ", …" : "");
  }

  void compare_canaries() {
    const Named then = by_name(then_, "canaries", "id");
    const Named now = by_name(now_, "canaries", "id");
    if (const std::string gone = missing(then, now); !gone.empty()) {
      add("canaries left out", gone, kNone);
    }
    if (const std::string added = missing(now, then); !added.empty()) {
      add("canaries added", kNone, added);
    }
    for (const auto& [name, canary] : then) {
      const Json* other = find(now, name);
      if (other == nullptr) continue;
      for (const char* key : {"prompt", "expected"}) {
        member(fmt::format("canary {} {}", name, key), *canary, *other, key);
      }
    }
  }

  const Json& then_;
  const Json& now_;
  std::vector<PlanChange> changes_;
};

}  // namespace

std::vector<PlanChange> plan_changes(const Json& then, const Json& now) {
  return Comparison(then, now).run();
}

std::string describe(const PlanChange& change) {
  return fmt::format("{}: {} → {}", change.what, change.then, change.now);
}

}  // namespace assay::finding
