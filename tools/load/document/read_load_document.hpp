// Reads the documents of midas load --json.
#pragma once

#include "tools/load/document/load_document.hpp"
#include <midas/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal::tools {

/// Longer documents are refused, so that a wrong file costs no memory. A day of seconds with a
/// histogram each fits.
inline constexpr std::size_t max_load_document = std::size_t{256} << 20U;

/// Parses a document. `name` is that of its file or worker, for errors. Members that this version
/// does not know are ignored, and those that a document need not have may be absent. Fails with
/// errc::invalid_configuration, which names the document and the member, such as
/// "steady.latency_ms.p99".
[[nodiscard]] expected<load_document> read_load_document(const std::string& name,
                                                         std::string_view text);

/// The same for a file; "-" is standard input. Fails with errc::invalid_configuration also if the
/// file cannot be read.
[[nodiscard]] expected<load_document> read_load_file(const std::string& path);

}  // namespace midas::internal::tools
