#include "proxy/protocols/own_host.hpp"

#include "http/host_field.hpp"
#include "http/request_view.hpp"

#include <algorithm>

namespace midas::internal::proxy {
namespace {

constexpr std::string_view imds_address = "169.254.169.254";

}  // namespace

bool is_own_host(std::string_view host, std::string_view local_address,
                 std::span<const std::string> allowed) noexcept {
  const auto parts = http::read_host(host);
  const auto name = parts ? parts->name : std::string_view{};
  const auto is_same = [name](std::string_view other) {
    return http::equal_ignoring_case(name, other);
  };
  return !name.empty() &&
         (name == imds_address || is_same("localhost") || http::is_loopback_address(name) ||
          (!local_address.empty() && http::are_equal_addresses(name, local_address)) ||
          std::any_of(allowed.begin(), allowed.end(), is_same));
}

}  // namespace midas::internal::proxy
