// How an easy handle reaches the host of a request: through which proxy, by which name, and by
// which certificate authorities.
#pragma once

#include "messages/http_message.hpp"

#include <curl/curl.h>

#include <memory>
#include <string>

namespace midas::internal {

/// Used by the loop's thread only.
class curl_route {
 public:
  /// To be called once for each handle, before apply().
  void install(CURL* handle) noexcept;

  /// Sets URL, proxy, authorities and server name for the next exchange. libcurl reuses a
  /// connection or a TLS session only for the same authorities, name and address. Throws
  /// std::runtime_error if libcurl rejects an option. `handle` refers to the object while an
  /// exchange is in progress.
  void apply(CURL* handle, const http_request& request);

 private:
  void set_access(CURL* handle, const internet_access& access);
  void set_authorities(CURL* handle, const internet_access& access);
  void set_server_name(CURL* handle, const http_request& request, const std::string& name);

  // That the handle is set up for.
  std::shared_ptr<const internet_access> internet_;
  bool has_pem_ = false;
  // Those of libcurl; null if it has none.
  char* default_ca_file_ = nullptr;
  char* default_ca_directory_ = nullptr;
  // libcurl reads the list, which is not copied, while the exchange is in progress.
  std::string connect_to_;
  curl_slist connect_list_{};
};

}  // namespace midas::internal
