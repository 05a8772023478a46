// The transport of a real service: one thread that runs all exchanges through libcurl.
#pragma once

#include "transport/curl/curl_options.hpp"
#include "transport/http_transport.hpp"

#include <cstdint>
#include <memory>

namespace midas::internal {

/// An http_transport with a thread of its own, "midas-http", which blocks all signals that another
/// thread can handle. The thread starts with the first exchange; if it cannot be started, the
/// exchange fails with errc::unreachable, and the next one tries again. With nothing in flight it
/// sleeps, and wakes once to close the connections that were kept.
///
/// Speaks HTTP/1.1 with keep-alive over http and https. By design it uses no proxy but that of
/// http_request::internet (whatever the environment says) and no credentials (from the URL, .netrc
/// or elsewhere), follows no redirect, keeps no cookies, and accepts no HTTP/0.9. It asks for no
/// content encoding, but decodes what the server encodes nevertheless, up to
/// http_request::max_response_bytes after decoding. A request that cannot be sent unchanged fails
/// with errc::invalid_endpoint before anything is sent: its URL is not absolute http or https, a
/// header holds control characters, or it sets a header that belongs to the transport
/// (Content-Length, Transfer-Encoding, Expect, Connection).
///
/// If an idle connection turns out to be dead when a request is sent on it, the request is sent
/// again on a new connection, within the same timeouts.
///
/// Belongs to the process that made it. In a process that was forked from it, start() fails at once
/// with errc::shutting_down, all other functions and the destructor do nothing, and completions of
/// exchanges that were open are not called. The connections stay open there, unused, until that
/// process ends or executes another program.
class curl_multi_loop final : public http_transport {
 public:
  /// Throws std::invalid_argument if an option is not valid, std::runtime_error if libcurl cannot
  /// be initialized.
  explicit curl_multi_loop(curl_multi_options options = {});
  /// Calls stop(). Must not run in a completion.
  ~curl_multi_loop() override;

  std::uint64_t start(http_request request, completion done) override;
  void cancel(std::uint64_t id) override;
  [[nodiscard]] http_statistics statistics() const override;
  void stop() override;

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace midas::internal
