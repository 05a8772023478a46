// A libcurl program: an HTTP request with a token.
//
// Try it with the simulated IMDS, and any URL:
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_curl URL
#include <midas/adapters/curl.hpp>
#include <midas/midas.hpp>

#include <curl/curl.h>

#include <chrono>
#include <iostream>

namespace {

using namespace std::chrono_literals;

/// Prints the response to standard output.
CURLcode get_with_token(CURL* easy, const char* url, const midas::access_token& token) {
  const midas::curl_bearer bearer{easy, token};
  if (bearer.code() != CURLE_OK) {
    return bearer.code();
  }
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, 10L);
  return curl_easy_perform(easy);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: midas_example_curl URL\n";
    return 2;
  }
  const auto token =
      midas::token_service::shared().get({.resource = "https://vault.azure.net"}, 5s);
  if (!token) {
    std::cerr << token.error() << '\n';
    return 1;
  }
  CURL* const easy = curl_easy_init();
  const auto code = get_with_token(easy, argv[1], *token);
  curl_easy_cleanup(easy);
  if (code != CURLE_OK) {
    std::cerr << curl_easy_strerror(code) << '\n';
  }
  return code == CURLE_OK ? 0 : 1;
}
