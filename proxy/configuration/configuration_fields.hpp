// How the members of the configuration file are found in a proxy_configuration.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace midas::internal::proxy {

struct configuration_field {
  std::string_view name{};
  bool (*equal)(const proxy_configuration&, const proxy_configuration&) = nullptr;
  void (*copy)(const proxy_configuration& from, proxy_configuration& to) = nullptr;
  /// Of a number, or of a duration in milliseconds; null for other types.
  std::int64_t (*get)(const proxy_configuration&) = nullptr;
  /// The number must be in the range of the member.
  void (*set)(proxy_configuration&, std::int64_t) = nullptr;
};

/// One for each of configuration_members(), in no particular order.
[[nodiscard]] std::span<const configuration_field> configuration_fields() noexcept;

/// Null without one.
[[nodiscard]] const configuration_field* find_field(std::string_view name) noexcept;

}  // namespace midas::internal::proxy
