// Recognizes servers that answer in place of a host's identity endpoint.
#pragma once

#include "messages/http_message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal {

enum class server_kind : std::uint8_t {
  /// The metadata service of another cloud.
  other_cloud,
  /// A container engine or service mesh.
  container,
  /// A proxy or filter on the way.
  filter,
};

struct foreign_server {
  server_kind kind{};
  /// "the metadata service of AWS".
  std::string_view name;
  /// What its reader can do.
  std::string_view advice;
};

/// The server that the headers of an answer show: Server, Via, and those that only one product
/// sends. Empty if they show none that is known.
std::optional<foreign_server> find_foreign_server(const http_response& response);

/// "; its header Server is "EC2ws", as the metadata service of AWS has it", for an answer that is
/// not of the host's own form. Only the header if the server is not known; empty without the
/// header.
std::string describe_server(const http_response& response);

}  // namespace midas::internal
