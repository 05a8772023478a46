#include "transport/curl/curl_route.hpp"

#include "messages/made_once.hpp"
#include "transport/curl/curl_request_check.hpp"
#include "transport/curl/curl_set_option.hpp"

#include <string_view>

namespace midas::internal {

namespace {

constexpr std::string_view https = "https://";

// The port of an authority with its colon: ":8443"; that of https if there is none. To libcurl, a
// colon alone also means that of https.
std::string_view port_of(std::string_view authority) noexcept {
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return has_port ? authority.substr(colon) : ":443";
}

std::string_view host_of(std::string_view authority) noexcept {
  const auto bracket = authority.find(']');
  return bracket == std::string_view::npos ? authority.substr(0, authority.find(':'))
                                           : authority.substr(0, bracket + 1);
}

}  // namespace

void curl_route::install(CURL* handle) noexcept {
  curl_easy_getinfo(handle, CURLINFO_CAINFO, &default_ca_file_);
  curl_easy_getinfo(handle, CURLINFO_CAPATH, &default_ca_directory_);
}

// A service asks one host, so that little changes from the second exchange on.
void curl_route::apply(CURL* handle, const http_request& request) {
  static constinit made_once<const internet_access> none;
  const auto& access =
      request.internet != nullptr ? *request.internet : none.get([] { return internet_access{}; });
  if (request.internet != internet_) {
    set_access(handle, access);
    internet_ = request.internet;
  }
  set_server_name(handle, request, access.server_name);
}

void curl_route::set_access(CURL* handle, const internet_access& access) {
  set_option(handle, CURLOPT_PROXY, access.proxy.c_str());
  // Not null, which would use the variable of this process.
  set_option(handle, CURLOPT_NOPROXY, access.no_proxy.c_str());
  set_authorities(handle, access);
}

void curl_route::set_authorities(CURL* handle, const internet_access& access) {
  const auto* ca_file = access.ca_file.empty() ? default_ca_file_ : access.ca_file.c_str();
  const auto* ca_directory =
      access.ca_directory.empty() ? default_ca_directory_ : access.ca_directory.c_str();
  const bool has_pem = !access.ca_pem.empty();
  if (has_pem) {
    // libcurl would continue to trust its default directory.
    ca_file = nullptr;
    ca_directory = nullptr;
    const curl_blob pem{.data = const_cast<char*>(access.ca_pem.data()),  // NOLINT
                        .len = access.ca_pem.size(),
                        .flags = CURL_BLOB_COPY};
    set_option(handle, CURLOPT_CAINFO_BLOB, &pem);
  } else if (has_pem_) {
    set_option(handle, CURLOPT_CAINFO_BLOB, static_cast<const curl_blob*>(nullptr));
  }
  has_pem_ = has_pem;
  for (const auto option : {CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO}) {
    set_option(handle, option, ca_file);
  }
  for (const auto option : {CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH}) {
    set_option(handle, option, ca_directory);
  }
}

// libcurl takes the name for TLS from the URL. It gets the URL only up to the path, since it parses
// and rebuilds its URL several times, character by character.
void curl_route::set_server_name(CURL* handle, const http_request& request,
                                 const std::string& name) {
  const auto own = origin_of(request.url);
  if (name.empty()) {
    set_option(handle, CURLOPT_URL, std::string{own}.c_str());
  } else {
    const auto authority = own.substr(https.size());
    set_option(handle, CURLOPT_URL,
               std::string{https}.append(name).append(port_of(authority)).c_str());
    // Of the form HOST:PORT:TARGET:PORT, the first two empty for any.
    connect_to_ = std::string{"::"}.append(host_of(authority)).append(port_of(authority));
    connect_list_.data = connect_to_.data();
  }
  set_option(handle, CURLOPT_CONNECT_TO, name.empty() ? nullptr : &connect_list_);
}

}  // namespace midas::internal
