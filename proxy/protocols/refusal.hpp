// A refusal in the words of the protocol in which the client asked.
#pragma once

#include "http/host_refusal.hpp"
#include "proxy/access/access_policy.hpp"
#include "proxy/token_query.hpp"
#include <midas/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// Everything that the reply to a refused request says. A plain value.
struct refusal {
  client_protocol protocol = client_protocol::imds;
  /// The HTTP status.
  int status = 400;
  /// The protocol's error code. Without one, an IMDS error has the form of the metadata service
  /// around the identity endpoint.
  std::string code{};
  /// For the client.
  std::string text{};
  /// For logs and metrics: a stable name, which outlives the refusal.
  std::string_view reason{};
  /// The host's id for the failure; the reply has an id of its own if this is empty.
  std::string correlation_id{};
  /// When the client should ask again.
  std::optional<std::chrono::seconds> retry_after{};
  /// The body lists the supported versions (IMDS only).
  bool lists_versions = false;
};

/// The refusal of a request that the host of the protocol would refuse, too.
[[nodiscard]] refusal refusal_of(client_protocol protocol, http::host_refusal refused);

/// The refusal of a request that the rules of the proxy forbid: 403.
[[nodiscard]] refusal refusal_of(client_protocol protocol, const denial& denied);

/// The reply to a request that ended without a token. An error of the host keeps its status, code
/// and text. Errors without a status of the host get one that clients of the host repeat if the
/// error may pass (429, 503, 504), and otherwise 400 or 500.
[[nodiscard]] refusal refusal_of(client_protocol protocol, const error& failure);

/// 429, for a client that waits for as many tokens as one client may.
[[nodiscard]] refusal over_share_refusal(client_protocol protocol,
                                         std::chrono::milliseconds retry_after);

}  // namespace midas::internal::proxy
