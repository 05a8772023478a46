// How HTTP requests leave the process in earnest: one thread that drives all of them through
// libcurl.
#pragma once

#include "transport/http_transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace midas::internal {

struct curl_multi_options {
  /// How many open connections (to all hosts together, the ones in use included) are worth keeping
  /// when an exchange ends; over it, the one idle longest is closed. With fewer than are in use at
  /// once, exchanges open a new connection each. 0 for no limit. Default: 128.
  std::size_t max_connections_kept = 128;

  /// How many connections there may be to one host, told apart by the scheme, name and port that
  /// the URL gives. Exchanges over it wait for their turn, the earliest `deadline` first; their
  /// timeouts begin with their turn. 0 for no cap of its own. Default: 128; more has made bursts
  /// slower.
  std::size_t max_connections_per_host = 128;

  /// A connection that has been idle for longer is not used again. Whole seconds, at least one.
  /// Default: a minute, less than servers usually wait before they hang up.
  std::chrono::seconds keep_alive{60};

  /// The User-Agent of requests that bring none. Default (empty): "midas/" and the version.
  std::string user_agent{};
};

/// An http_transport on a thread of its own, "midas-http", which sleeps while nothing is in flight.
/// Signals that can be directed elsewhere are.
///
/// HTTP/1.1 with keep-alive. On purpose: no proxy, whatever the environment says, no redirects, no
/// cookies, no credentials (in the URL, from .netrc or otherwise), no content decoding, no
/// HTTP/0.9, nothing but http and https. A request that cannot be sent as it is (a URL that is not
/// absolute http or https, control characters in a header, a header that is the transport's to set:
/// Content-Length, Transfer-Encoding, Expect, Connection) fails with errc::invalid_endpoint before
/// anything is sent.
///
/// Should an idle connection turn out to be dead when a request goes out on it, the request is sent
/// again on a new one, within the same timeouts.
class curl_multi_loop final : public http_transport {
 public:
  /// Throws std::system_error when there can be no further thread, std::runtime_error when libcurl
  /// cannot be set up.
  explicit curl_multi_loop(curl_multi_options options = {});
  /// stop(); not from a completion.
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
