// An error that a host protocol answers with, before its form is chosen.
#pragma once

#include <string>
#include <string_view>

namespace midas::internal::http {

/// Why a request is refused. The form of the body is the protocol's own.
struct host_refusal {
  /// The HTTP status.
  int status = 400;
  /// The protocol's error code; empty if the error has none.
  std::string_view code{};
  /// For the client; one sentence.
  std::string text{};
  /// A stable name for logs and metrics, e.g. "metadata_header_missing".
  std::string_view reason{};
  /// The body lists the supported versions (IMDS only).
  bool lists_versions = false;
};

}  // namespace midas::internal::http
