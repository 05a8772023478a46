// The names that hosts use in their answers. A report shows no others: a name is chosen by the
// server, which may put a secret there, also in pieces.
#pragma once

#include <string_view>

namespace midas::internal::tools {

/// Whether answers of identity endpoints have a member of that name in their JSON objects.
[[nodiscard]] bool is_known_member(std::string_view name) noexcept;

/// The usual spelling of a header of HTTP, of Azure or of a server that is known to answer in place
/// of a host; empty for any other. Case does not matter.
[[nodiscard]] std::string_view known_header(std::string_view name) noexcept;

/// Whether it is a media type of tokens, errors, pages or plain texts, in lower case and without
/// parameters.
[[nodiscard]] bool is_known_media_type(std::string_view type) noexcept;

}  // namespace midas::internal::tools
