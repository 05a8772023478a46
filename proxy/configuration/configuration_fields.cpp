#include "proxy/configuration/configuration_fields.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <type_traits>

namespace midas::internal::proxy {
namespace {

template <auto Member>
constexpr configuration_field field(std::string_view name) {
  configuration_field result;
  result.name = name;
  result.equal = [](const proxy_configuration& one, const proxy_configuration& other) {
    return one.*Member == other.*Member;
  };
  result.copy = [](const proxy_configuration& from, proxy_configuration& to) {
    to.*Member = from.*Member;
  };
  return result;
}

template <auto Member>
constexpr configuration_field number(std::string_view name) {
  using type = std::remove_cvref_t<decltype(std::declval<proxy_configuration&>().*Member)>;
  auto result = field<Member>(name);
  if constexpr (std::is_integral_v<type>) {
    result.get = [](const proxy_configuration& of) {
      return static_cast<std::int64_t>(of.*Member);
    };
    result.set = [](proxy_configuration& of, std::int64_t value) {
      of.*Member = static_cast<type>(value);
    };
  } else {
    static_assert(std::is_same_v<type, std::chrono::milliseconds>);
    result.get = [](const proxy_configuration& of) {
      return static_cast<std::int64_t>((of.*Member).count());
    };
    result.set = [](proxy_configuration& of, std::int64_t value) { of.*Member = type{value}; };
  }
  return result;
}

using configuration = proxy_configuration;
constexpr std::array<configuration_field, 21> all_fields{{
    field<&configuration::listeners>("listeners"),
    field<&configuration::allow_non_loopback>("allow_non_loopback"),
    field<&configuration::upstream>("upstream"),
    field<&configuration::identity_header>("identity_header"),
    field<&configuration::identity_header_file>("identity_header_file"),
    field<&configuration::allowed_hosts>("allowed_hosts"),
    field<&configuration::allowed_uids>("allowed_uids"),
    field<&configuration::tokens>("tokens"),
    field<&configuration::users>("users"),
    number<&configuration::workers>("workers"),
    number<&configuration::max_connections>("max_connections"),
    number<&configuration::max_connections_per_client>("max_connections_per_client"),
    number<&configuration::max_header_bytes>("max_header_bytes"),
    number<&configuration::header_timeout>("header_timeout"),
    number<&configuration::idle_timeout>("idle_timeout"),
    number<&configuration::request_timeout>("request_timeout"),
    number<&configuration::max_cold_keys_per_client>("max_cold_keys_per_client"),
    number<&configuration::drain_timeout>("drain_timeout"),
    field<&configuration::metrics>("metrics"),
    field<&configuration::admin_path>("admin_path"),
    field<&configuration::access_log>("access_log"),
}};

}  // namespace

std::span<const configuration_field> configuration_fields() noexcept { return all_fields; }

const configuration_field* find_field(std::string_view name) noexcept {
  const auto found = std::ranges::find(all_fields, name, &configuration_field::name);
  return found == all_fields.end() ? nullptr : &*found;
}

}  // namespace midas::internal::proxy
