#include "transport/curl/curl_multi_handle.hpp"

#include "transport/curl/curl_failure.hpp"
#include "transport/curl/curl_sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

namespace midas::internal {

namespace {

error unavailable() {
  const int cause = curl_sockets::why_none();
  return no_descriptor("the HTTP thread", cause != 0 ? cause : ENOMEM);
}

}  // namespace

expected<CURLM*> curl_multi_handle::make() {
  if (handle_ != nullptr) {
    return handle_.get();
  }
  handle_.reset(curl_multi_init());
  // A handle that got no descriptors for wake-ups works, but notices new requests late.
  if (handle_ == nullptr || curl_multi_wakeup(handle_.get()) != CURLM_OK) {
    auto failure = unavailable();
    handle_.reset();
    return unexpected{std::move(failure)};
  }
  // What 0 means to libcurl differs between its releases.
  constexpr std::size_t unlimited = std::numeric_limits<int>::max();
  const auto kept = max_connections_kept_ == 0 ? unlimited : max_connections_kept_;
  curl_multi_setopt(handle_.get(), CURLMOPT_MAXCONNECTS,
                    static_cast<long>(std::min(kept, unlimited)));
  return handle_.get();
}

}  // namespace midas::internal
