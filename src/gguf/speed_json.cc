#include "gguf/speed_json.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace assay::gguf {
namespace {

constexpr std::size_t kRowsMax = 256;

template <typename Owner>
struct Member {
  std::string_view name;
  double Owner::*figure;
};

constexpr std::array kTypeMembers{
    Member<TypeSpeed>{"decode_bytes_per_s", &TypeSpeed::decode_bytes_per_s},
    Member<TypeSpeed>{"prefill_flops", &TypeSpeed::prefill_flops},
    Member<TypeSpeed>{"expert_flops", &TypeSpeed::expert_flops},
    Member<TypeSpeed>{"spread", &TypeSpeed::spread},
};
constexpr std::array kCacheMembers{
    Member<CacheSpeed>{"decode_flops", &CacheSpeed::decode_flops},
    Member<CacheSpeed>{"decode_score_s", &CacheSpeed::decode_score_s},
    Member<CacheSpeed>{"decode_odd_s", &CacheSpeed::decode_odd_s},
    Member<CacheSpeed>{"prefill_flops", &CacheSpeed::prefill_flops},
    Member<CacheSpeed>{"prefill_score_s", &CacheSpeed::prefill_score_s},
    Member<CacheSpeed>{"prefill_odd_s", &CacheSpeed::prefill_odd_s},
    Member<CacheSpeed>{"spread", &CacheSpeed::spread},
};
constexpr std::array kMachineMembers{
    Member<MachineSpeed>{"read_bytes_per_s", &MachineSpeed::read_bytes_per_s},
    Member<MachineSpeed>{"cached_bytes_per_s", &MachineSpeed::cached_bytes_per_s},
    Member<MachineSpeed>{"token_overhead_s", &MachineSpeed::token_overhead_s},
    Member<MachineSpeed>{"vocabulary_overhead_s", &MachineSpeed::vocabulary_overhead_s},
    Member<MachineSpeed>{"layer_overhead_s", &MachineSpeed::layer_overhead_s},
    Member<MachineSpeed>{"row_overhead_s", &MachineSpeed::row_overhead_s},
    Member<MachineSpeed>{"element_overhead_s", &MachineSpeed::element_overhead_s},
    Member<MachineSpeed>{"request_overhead_s", &MachineSpeed::request_overhead_s},
};

template <typename Owner, std::size_t kCount>
void write_figures(const Owner& owner, const std::array<Member<Owner>, kCount>& members,
                   base::Json& json) {
  for (const Member<Owner>& member : members) json[std::string(member.name)] = owner.*member.figure;
}

template <typename Owner, std::size_t kCount>
base::Status read_figures(const base::Json& json, const std::array<Member<Owner>, kCount>& members,
                          Owner& owner) {
  if (!json.is_object()) {
    return base::bad_input(fmt::format("expected an object of speeds, found {}", json.type_name()));
  }
  for (const Member<Owner>& member : members) {
    const double figure = base::number_member(json, member.name).value_or(0);
    if (!std::isfinite(figure) || figure < 0) {
      return base::bad_input(fmt::format(
          "expected {} to be a finite number of at least 0, found {}", member.name, figure));
    }
    owner.*member.figure = figure;
  }
  return base::Done{};
}

template <typename Row, std::size_t kCount>
base::Json write_rows(const std::vector<Row>& rows,
                      const std::array<Member<Row>, kCount>& members) {
  base::Json list = base::Json::array();
  for (const Row& row : rows) {
    base::Json json;
    json["type"] = row.type;
    write_figures(row, members, json);
    list.push_back(std::move(json));
  }
  return list;
}

template <typename Row, std::size_t kCount>
base::Result<std::vector<Row>> read_rows(const base::Json& json, std::string_view key,
                                         const std::array<Member<Row>, kCount>& members) {
  std::vector<Row> rows;
  const base::Json* list = base::find_member(json, key);
  if (list == nullptr) return rows;
  if (!list->is_array() || list->size() > kRowsMax) {
    return base::bad_input(
        fmt::format("expected {} to be a list of at most {} speeds", key, kRowsMax));
  }
  for (const base::Json& item : *list) {
    Row row;
    ASSAY_TRY_DONE(read_figures(item, members, row));
    row.type = base::string_member(item, "type").value_or("");
    if (row.type.empty()) {
      return base::bad_input(fmt::format("expected every speed in {} to name its type", key));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::int64_t count_member(const base::Json& json, std::string_view key, std::int64_t most) {
  return std::clamp<std::int64_t>(base::integer_member(json, key).value_or(0), 0, most);
}

}  // namespace

base::Json to_json(const MachineSpeed& speed) {
  base::Json json;
  json["threads"] = speed.threads;
  json["cache_bytes"] = speed.cache_bytes;
  write_figures(speed, kMachineMembers, json);
  json["caches"] = write_rows(speed.caches, kCacheMembers);
  json["types"] = write_rows(speed.types, kTypeMembers);
  return json;
}

base::Json to_json(const Range& range) {
  return base::Json{{"value", range.value}, {"low", range.low}, {"high", range.high}};
}

base::Result<MachineSpeed> machine_speed_from_json(const base::Json& json) {
  constexpr std::int64_t kThreadsMax = 65'536;
  constexpr std::int64_t kCacheBytesMax = std::int64_t{1} << 50;
  MachineSpeed speed;
  ASSAY_TRY_DONE(read_figures(json, kMachineMembers, speed));
  speed.threads = static_cast<int>(count_member(json, "threads", kThreadsMax));
  speed.cache_bytes = static_cast<std::uint64_t>(count_member(json, "cache_bytes", kCacheBytesMax));
  ASSAY_TRY(speed.caches, read_rows(json, "caches", kCacheMembers));
  ASSAY_TRY(speed.types, read_rows(json, "types", kTypeMembers));
  return speed;
}

}  // namespace assay::gguf
