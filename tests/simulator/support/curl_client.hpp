// An HTTP client that checks certificates, as the clients of https hosts do.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <vector>

namespace midas::internal::test {

struct curl_answer {
  /// 0 when there was none.
  long status = 0;
  std::string body{};
  /// Of libcurl, e.g. CURLE_PEER_FAILED_VERIFICATION.
  CURLcode code = CURLE_OK;
  /// Of the certificate that the server showed, in PEM.
  std::string certificate{};
  /// Connections that this exchange had to open.
  long connects = 0;
};

/// Keeps its connection from one request to the next.
class curl_client {
 public:
  /// Trusts the certificate in that file alone; nobody when empty.
  explicit curl_client(std::string trusted_file);

  /// A GET, or with a body a POST of a form. Fields are lines without their end.
  curl_answer ask(const std::string& url, const std::vector<std::string>& fields = {},
                  const std::string& body = {});

 private:
  std::unique_ptr<CURL, void (*)(CURL*)> handle_;
  std::string trusted_file_;
};

}  // namespace midas::internal::test
