// Validates requests before libcurl sees them, and names their endpoints in errors.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal {

/// The most that method, URL and headers of a request may take together, in bytes. Servers accept
/// 8 to 64 KiB; above 1 MiB libcurl fails in ways that look like those of a server.
constexpr std::size_t max_request_head_bytes = std::size_t{256} << 10U;

/// Fails with errc::invalid_endpoint if the URL, the method or a header cannot be sent unchanged,
/// if they are too long, or if the request pins a certificate or names a server, and its URL is not
/// https.
expected<void> check_request(const http_request&);

/// True if the text can be the value of a header: it contains no control character but the tab.
bool is_header_value(std::string_view text) noexcept;

/// True for an https URL. `url` must have passed check_request().
bool is_https(std::string_view url) noexcept;

/// "http://host:port" of an absolute URL, as written; the whole text if it is not one.
std::string_view origin_of(std::string_view url) noexcept;

/// Path and query, as the request line has them. `url` must have passed check_request().
std::string target_of(std::string_view url);

/// "http://host:port/path", without query and credentials. Safe to show for any text.
std::string endpoint_name(std::string_view url);

}  // namespace midas::internal
