#include "proxy/observation/proxy_observer.hpp"

namespace midas::internal::proxy {

std::string_view to_string(token_result result) noexcept {
  switch (result) {
    case token_result::hit:
      return "hit";
    case token_result::stale:
      return "stale";
    case token_result::joined:
      return "joined";
    case token_result::fetched:
      return "fetched";
    case token_result::refused:
      return "refused";
    case token_result::failed:
      return "failed";
    case token_result::denied:
      return "denied";
  }
  return "unknown";
}

std::string_view to_string(rejection why) noexcept {
  switch (why) {
    case rejection::uid_not_allowed:
      return "uid_not_allowed";
    case rejection::too_many_connections:
      return "too_many_connections";
    case rejection::too_many_of_client:
      return "too_many_of_client";
    case rejection::too_slow:
      return "too_slow";
    case rejection::malformed:
      return "malformed";
    case rejection::internal_error:
      return "internal_error";
  }
  return "unknown";
}

}  // namespace midas::internal::proxy
