// An HTTP client that verifies certificates, as the clients of https hosts do.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <vector>

namespace midas::internal::test {

struct curl_answer {
  /// 0 without an answer.
  long status = 0;
  std::string body{};
  /// The result of libcurl, e.g. CURLE_PEER_FAILED_VERIFICATION.
  CURLcode code = CURLE_OK;
  /// The certificate that the server presented, in PEM.
  std::string certificate{};
  /// The connections that the exchange opened.
  long connects = 0;
};

/// Reuses its connection.
class curl_client {
 public:
  /// Trusts only the certificate in the file; none if the path is empty.
  explicit curl_client(std::string trusted_file);

  /// Connects to this address, whatever the URL names; see CURLOPT_CONNECT_TO.
  void connect_to(const std::string& entry) {
    address_.reset(curl_slist_append(nullptr, entry.c_str()));
  }

  /// Sends a GET or, with a body, a POST of a form. `fields` are header lines without line ends.
  curl_answer ask(const std::string& url, const std::vector<std::string>& fields = {},
                  const std::string& body = {});

 private:
  std::unique_ptr<CURL, void (*)(CURL*)> handle_;
  std::string trusted_file_;
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> address_{nullptr, &curl_slist_free_all};
};

}  // namespace midas::internal::test
