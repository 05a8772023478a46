// What midas knows about a kind of host besides its protocol: one row of the registry.
#pragma once

#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include "transport/responses/status_range.hpp"
#include <midas/error.hpp>
#include <midas/host_limits.hpp>
#include <midas/identity_host.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace midas::internal {

/// One fact that detection examined. Holds no value of a variable, since some are secrets.
struct host_evidence {
  /// "IDENTITY_ENDPOINT", "the file /opt/azcmagent/bin/himds".
  std::string subject;
  /// "set", "not set", "empty, which counts as not set", "exists", "does not exist".
  std::string found;
  /// Whether it indicates the host.
  bool present = false;
  /// An option of the application, which outweighs everything else.
  bool is_option = false;

  friend bool operator==(const host_evidence&, const host_evidence&) = default;
};

enum class detection_mode : std::uint8_t {
  /// Detected by its signature. The order of the rows is the order of detection.
  by_signature,
  /// Assumed if no other host is detected; one host only. The `endpoint` option is its endpoint.
  fallback,
  /// Used only if the application chooses it.
  never,
};

struct signature_variable {
  std::string_view name{};
  /// Whether programs unrelated to the host set it, too: alone, it does not indicate the host.
  bool is_common = false;
};

/// How a host is recognized.
struct host_signature {
  detection_mode mode = detection_mode::by_signature;
  /// The environment variables that must all be set and not empty. Unused entries are empty.
  std::array<signature_variable, 3> variables{};
  /// A variable with which `variables` would indicate another host, to which readers should know
  /// that it is not set; empty if none.
  std::string_view absent{};
  /// Whether choosing the host without its variables is an error.
  bool needs_variables = true;
  /// Evidence that identifies the host without its variables; null if there is none.
  host_evidence (*find_other_evidence)(const host_environment&) = nullptr;
  /// Advice for the error about a missing variable: what sets it.
  std::string_view advice{};

  [[nodiscard]] constexpr std::span<const signature_variable> needed() const noexcept {
    const auto end = std::ranges::find(variables, std::string_view{}, &signature_variable::name);
    return std::span{variables}.first(static_cast<std::size_t>(end - variables.begin()));
  }
};

/// The pauses between the attempts for one key, before Retry-After and jitter.
struct retry_schedule {
  std::chrono::milliseconds first_pause{1'000};
  /// Each pause is the previous one times this, up to `max_pause`.
  unsigned growth = 2;
  std::chrono::milliseconds max_pause{4'000};
  /// The status of a host that is being updated; 0 if it has none. Its pause is always
  /// `update_pause`.
  int update_status = 0;
  std::chrono::milliseconds update_pause{0};
};

struct host_profile {
  identity_host host{};
  /// For people: "App Service".
  std::string_view name;
  /// For command lines and files: "app-service".
  std::string_view option;
  host_signature signature{};
  /// The variable that the platform sets to the URL of the endpoint, path included, if advice may
  /// name it; empty otherwise.
  std::string_view url_variable{};
  /// The credential of the Azure SDKs that uses this host, by which AZURE_TOKEN_CREDENTIALS
  /// selects.
  std::string_view credential = "ManagedIdentityCredential";
  /// What a request without an identity gets a token for, where that is not the system-assigned
  /// identity: "the signed-in user". host_protocol::default_identity says more if it is set.
  std::string_view default_identity{};
  /// Environment variables that the host's code reads besides those of the signature.
  std::span<const std::string_view> other_variables{};
  /// The HTTP statuses after which the same request may succeed a little later.
  status_set transient_statuses{};
  retry_schedule retries{};
  /// Whether an answer that is an error for good by its status may pass by itself all the same; it
  /// is retried a few times. Null if there are none.
  bool (*may_pass)(const error&) = nullptr;
  /// Whether an error with `statusCode` shows that App Service's endpoint answers, not this host.
  bool is_status_code_foreign = false;
  /// Whether the host is known to return tokens for other resources than the requested one.
  bool checks_resource = false;
  /// Whether the host learns that a resource has refused a token: from the claims, or from the hash
  /// of that token.
  bool learns_of_claims = false;
  /// Whether the first response of an acquisition is a challenge: a 4xx in its place is final.
  bool begins_with_challenge = false;
  /// Whether the requests may go to an AKS identity binding instead; see identity_binding.hpp.
  bool supports_identity_binding = false;
  /// Makes the request that shows whether the host at that address knows the next version of its
  /// protocol: the answer is 400 if it does, and 404 if not. Null if there is none.
  http_request (*version_probe)(std::string_view address, std::string_view request_id) = nullptr;
  /// The limits unless the application sets others.
  host_limits limits{};
  /// Makes the protocol. Fails if the environment lacks what the protocol needs.
  expected<host_protocol> (*make)(const host_environment&, const host_settings&) = nullptr;
};

}  // namespace midas::internal
