#include "transport/hosts/host_protocol.hpp"

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

}  // namespace midas::internal
