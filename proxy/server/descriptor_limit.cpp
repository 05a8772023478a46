#include "proxy/server/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace midas::internal::proxy {
namespace {

/// A proxy with four workers has about 40 descriptors besides its clients', and one more for each
/// request to the host in progress. 64 workers have about 200 more.
constexpr std::size_t reserve = 256;

}  // namespace

std::size_t descriptor_limit() noexcept {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
             ? static_cast<std::size_t>(limit.rlim_cur)
             : std::numeric_limits<std::size_t>::max();
}

void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
  }
}

std::size_t affordable_connections(std::size_t wanted, std::size_t descriptors) noexcept {
  const auto kept = std::min(reserve, descriptors / 2);
  return std::min(wanted, std::max<std::size_t>(1, descriptors - kept));
}

}  // namespace midas::internal::proxy
