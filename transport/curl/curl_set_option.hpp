// Sets options of libcurl's easy handles.
#pragma once

#include <curl/curl.h>

#include <stdexcept>
#include <string>

namespace midas::internal {

/// Throws std::runtime_error if libcurl rejects the option.
template <class Value>
void set_option(CURL* handle, CURLoption option, Value value) {
  if (const auto code = curl_easy_setopt(handle, option, value); code != CURLE_OK) {
    throw std::runtime_error{"libcurl rejected option " + std::to_string(option) + ": " +
                             curl_easy_strerror(code)};
  }
}

}  // namespace midas::internal
