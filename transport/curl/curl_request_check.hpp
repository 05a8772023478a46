// Validates requests before libcurl sees them, and names their endpoints in errors.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <string>
#include <string_view>

namespace midas::internal {

/// Fails with errc::invalid_endpoint if the URL, the method or a header cannot be sent unchanged.
expected<void> check_request(const http_request&);

/// True for an https URL. `url` must have passed check_request().
bool is_https(std::string_view url) noexcept;

/// "http://host:port" of an absolute URL, as written; the whole text if it is not one.
std::string_view origin_of(std::string_view url) noexcept;

/// Path and query, as the request line has them. `url` must have passed check_request().
std::string target_of(std::string_view url);

/// "http://host:port/path", without query and credentials. Safe to show for any text.
std::string endpoint_name(std::string_view url);

}  // namespace midas::internal
