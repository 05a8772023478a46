#include "transport/hosts/host_protocol.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"

namespace midas::internal {

namespace {

// Errors that say nothing about the host.
bool is_of_midas(errc code) noexcept {
  switch (code) {
    case errc::cancelled:
    case errc::host_busy:
    case errc::too_many_keys:
    case errc::would_block:
    case errc::shutting_down:
    case errc::actor_terminated:
    case errc::forked:
    case errc::not_started:
      return true;
    default:
      return false;
  }
}

}  // namespace

void add_reason(error& failure, std::string_view reason) {
  if (reason.empty() || is_of_midas(failure.code) || failure.advice.ends_with(reason)) {
    return;
  }
  failure.advice.append(failure.advice.empty() ? "" : ". ").append(reason);
}

error deadline_error(const host_protocol& host, const std::string& resource) {
  auto result = make_error(
      errc::deadline_exceeded,
      concat({"no token for ", resource, " from ", host.address, " before the caller's deadline"}),
      "Allow a longer timeout, or check whether the endpoint answers");
  result.source = host.source;
  add_reason(result, host.reason);
  return result;
}

}  // namespace midas::internal
