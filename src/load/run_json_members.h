// Structs as JSON, with one list of members for both directions: `members(f, value)` calls
// `f(name, member)` for each, and JsonOf makes JSON of them, FromJson reads it. Called by run_json
// alone. Not thread-safe.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace assay::load {

/// T itself or const T, so that one list of members serves writing and reading.
template <typename Given, typename T>
concept MaybeConst = std::same_as<std::remove_const_t<Given>, T>;

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// What stands for an enum in JSON: a `names_of(Enum)` gives its names in the order of its values.
template <typename T>
concept NamedEnum = std::is_enum_v<T>;

inline base::Json number_json(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

inline std::optional<double> number_of(const base::Json& json) {
  if (json.is_number()) return json.get<double>();
  if (!json.is_string()) return std::nullopt;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto& text = json.get_ref<const std::string&>();
  if (text == "inf") return kInfinity;
  if (text == "-inf") return -kInfinity;
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

class JsonOf {
 public:
  template <typename T>
  void operator()(std::string_view name, const T& value) {
    object_[std::string(name)] = of(value);
  }

  template <typename T>
  static base::Json of(const T& value) {
    if constexpr (std::same_as<T, base::Nanoseconds>) {
      return value.count();
    } else if constexpr (std::floating_point<T>) {
      return number_json(value);
    } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
      return value;
    } else if constexpr (NamedEnum<T>) {
      return names_of(T{})[static_cast<std::size_t>(value)];
    } else if constexpr (IsOptional<T>::value) {
      return value ? of(*value) : base::Json();
    } else if constexpr (IsVector<T>::value) {
      base::Json array = base::Json::array();
      for (const auto& item : value) array.push_back(of(item));
      return array;
    } else {
      JsonOf inner;
      members(inner, value);
      return std::move(inner.object_);
    }
  }

 private:
  base::Json object_ = base::Json::object();
};

/// Reads the members of one object. The first error is kept and stops all that follows.
class FromJson {
 public:
  explicit FromJson(const base::Json& object, std::string place,
                    std::optional<base::Error>& failure)
      : object_(object), place_(std::move(place)), failure_(failure) {}

  template <typename T>
  void operator()(std::string_view name, T& value) {
    if (failure_) return;
    const std::string place =
        place_.empty() ? std::string(name) : fmt::format("{}.{}", place_, name);
    const base::Json* member = base::find_member(object_, name);
    if (member != nullptr) {
      read(*member, place, value);
    } else if (!IsOptional<T>::value) {
      fail(place, "expected a value, found none");
    }
  }

 private:
  void fail(const std::string& place, std::string what) {
    if (failure_) return;
    failure_ = base::bad_input(std::move(what),
                               "the file is damaged, or of another version of assay", place);
  }

  void mismatch(const std::string& place, std::string_view expected, const base::Json& found) {
    std::string text = base::dump_json(found);
    if (text.size() > 40) text = text.substr(0, 40) + "...";
    fail(place, fmt::format("expected {}, found {}", expected, text));
  }

  template <typename T>
  void read(const base::Json& json, const std::string& place, T& value) {
    if constexpr (std::same_as<T, base::Nanoseconds>) {
      std::int64_t count = 0;
      read(json, place, count);
      value = base::Nanoseconds(count);
    } else if constexpr (std::same_as<T, bool>) {
      if (!json.is_boolean()) return mismatch(place, "true or false", json);
      value = json.get<bool>();
    } else if constexpr (std::integral<T>) {
      read_integer(json, place, value);
    } else if constexpr (std::floating_point<T>) {
      const auto number = number_of(json);
      if (!number) return mismatch(place, "a number", json);
      value = *number;
    } else if constexpr (std::same_as<T, std::string>) {
      if (!json.is_string()) return mismatch(place, "a string", json);
      value = json.get<std::string>();
    } else if constexpr (NamedEnum<T>) {
      read_enum(json, place, value);
    } else if constexpr (IsOptional<T>::value) {
      value.reset();
      if (!json.is_null()) read(json, place, value.emplace());
    } else if constexpr (IsVector<T>::value) {
      if (!json.is_array()) return mismatch(place, "a list", json);
      value.clear();
      for (std::size_t i = 0; i < json.size() && !failure_; ++i) {
        read(json[i], fmt::format("{}[{}]", place, i), value.emplace_back());
      }
    } else {
      if (!json.is_object()) return mismatch(place, "an object", json);
      FromJson inner(json, place, failure_);
      members(inner, value);
    }
  }

  template <typename T>
  void read_integer(const base::Json& json, const std::string& place, T& value) {
    bool fits = json.is_number_integer();
    if (fits && json.is_number_unsigned()) {
      fits = std::in_range<T>(json.get<std::uint64_t>());
    } else if (fits) {
      fits = std::in_range<T>(json.get<std::int64_t>());
    }
    if (!fits) return mismatch(place, "an integer in range", json);
    value = json.get<T>();
  }

  template <typename T>
  void read_enum(const base::Json& json, const std::string& place, T& value) {
    const auto& names = names_of(T{});
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (json.is_string() && json.get_ref<const std::string&>() == names[i]) {
        value = static_cast<T>(i);
        return;
      }
    }
    mismatch(place, fmt::format("one of {}", fmt::join(names, ", ")), json);
  }

  const base::Json& object_;
  std::string place_;
  std::optional<base::Error>& failure_;
};

}  // namespace assay::load
