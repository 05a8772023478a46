// The host that a schedule plays: its requests name the resource and the claims.
#pragma once

#include "tests/exploration/actor_rules.hpp"
#include "tests/support/virtual_actors.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace midas::internal::exploration {

inline http_request encoded(const resolved_request& request) {
  http_request result;
  result.url = "http://127.0.0.1:1/?claims=" + request.claims + "&resource=" + request.resource;
  return result;
}

/// The host protocol of virtual_actors, with the claims in the URL. The status 401 is a challenge,
/// which is answered by the same request. As in the protocol of each host, an expired token is a
/// failure; see read_token_response().
inline host_protocol endpoint() {
  auto result = test::virtual_actors::endpoint();
  result.encode = [](const resolved_request& request,
                     std::string_view /*refused*/) -> expected<http_request> {
    return encoded(request);
  };
  result.decode = [decode = std::move(result.decode)](
                      const resolved_request& request, http_response response,
                      std::chrono::sys_seconds now, unsigned leg) -> expected<decode_result> {
    if (response.status == 401) {
      return encoded(request);
    }
    auto decoded = decode(request, std::move(response), now, leg);
    const auto* grant = decoded ? std::get_if<token_grant>(&*decoded) : nullptr;
    if (grant != nullptr && grant->expires_on <= now) {
      return fail(errc::invalid_response, "an expired token");
    }
    return decoded;
  };
  return result;
}

inline request_unit unit_of_url(const std::string& url) {
  const std::string_view claims = "claims=";
  const std::string_view resource = "&resource=";
  const auto from = url.find(claims) + claims.size();
  const auto to = url.find(resource);
  const auto after = to + resource.size();
  return {url.substr(after), url.substr(from, to - from)};
}

/// "a", or "a/c" with claims.
inline request_unit read_unit(const std::string& text) {
  const auto slash = text.find('/');
  return {text.substr(0, slash), slash == std::string::npos ? "" : text.substr(slash + 1)};
}

}  // namespace midas::internal::exploration
