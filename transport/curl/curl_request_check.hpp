// Which requests may be handed to libcurl at all, and how their endpoints are named in errors.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <string>
#include <string_view>

namespace midas::internal {

/// Fails with errc::invalid_endpoint when the URL, the method or a header is none that can be sent.
expected<void> check_request(const http_request&);

/// Of a URL that check_request has passed: whether it is https.
bool is_https(std::string_view url) noexcept;

/// "http://host:port" of an absolute URL, as written; the whole of any other text.
std::string_view origin_of(std::string_view url) noexcept;

/// What of a URL that check_request has passed goes into the request line: path and query.
std::string target_of(std::string_view url);

/// "http://host:port/path": fit to be shown, whatever the text is. Neither query nor credentials.
std::string endpoint_name(std::string_view url);

}  // namespace midas::internal
