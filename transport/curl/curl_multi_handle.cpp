#include "transport/curl/curl_multi_handle.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace midas::internal {

namespace {

CURLM* make() {
  // Once, and never undone: the program may be using libcurl, too.
  static const auto initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  auto* handle = initialised == CURLE_OK ? curl_multi_init() : nullptr;
  if (handle == nullptr) {
    throw std::runtime_error{"libcurl cannot be initialised"};
  }
  return handle;
}

}  // namespace

curl_multi_handle::curl_multi_handle(std::size_t max_connections_kept) : handle_(make()) {
  // libcurl's own meaning of 0 differs between its releases.
  constexpr std::size_t no_limit = std::numeric_limits<int>::max();
  const auto kept = max_connections_kept == 0 ? no_limit : max_connections_kept;
  curl_multi_setopt(handle_, CURLMOPT_MAXCONNECTS, static_cast<long>(std::min(kept, no_limit)));
}

void curl_multi_handle::close() noexcept { curl_multi_cleanup(std::exchange(handle_, nullptr)); }

}  // namespace midas::internal
