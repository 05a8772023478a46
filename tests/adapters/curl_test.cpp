// curl_bearer: the token reaches the host that it is for, and no other.
#include "tests/support/catch.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/temporary_file.hpp"
#include <midas/adapters/curl.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal::test {
namespace {

access_token bearer_token(std::string type = "Bearer", std::string_view text = "eyJ-a-token") {
  token_grant grant;
  grant.token = secret{text};
  grant.token_type = std::move(type);
  return access_token{std::move(grant), token_source::cache};
}

constexpr auto bearer_line = "Authorization: Bearer eyJ-a-token\r\n";

/// A server that answers all requests alike, and keeps them.
struct recording_server {
  explicit recording_server(std::string response)
      : server([this, response = std::move(response)](raw_connection& connection) {
          for (;;) {
            auto request = connection.read_request();
            if (request.empty()) {
              return;
            }
            const bool at_root = request.starts_with("GET / ");
            {
              const std::lock_guard lock{mutex};
              requests.push_back(std::move(request));
            }
            connection.send(at_root ? response : ok_response("done"));
          }
        }) {}

  [[nodiscard]] std::string request(std::size_t index) {
    const std::lock_guard lock{mutex};
    return index < requests.size() ? requests[index] : "none";
  }

  std::mutex mutex{};
  std::vector<std::string> requests{};
  raw_server server;
};

std::string redirect_to(const std::string& url) {
  return "HTTP/1.1 302 Found\r\nLocation: " + url + "\r\nContent-Length: 0\r\n\r\n";
}

struct easy_handle {
  easy_handle() { set_up(); }

  void set_up() const {
    curl_easy_setopt(handle.get(), CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, ignore);
  }

  static std::size_t ignore(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
  }
  CURLcode get(const raw_server& server) const {
    curl_easy_setopt(handle.get(), CURLOPT_URL, server.url().c_str());
    return curl_easy_perform(handle.get());
  }

  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle{curl_easy_init(), curl_easy_cleanup};
};

TEST_CASE("curl: the token is sent while the object exists, beside the application's headers") {
  recording_server host{ok_response("")};
  const easy_handle easy;
  auto* const headers = curl_slist_append(nullptr, "x-ms-version: 2025-01-05");
  curl_easy_setopt(easy.handle.get(), CURLOPT_HTTPHEADER, headers);
  {
    const curl_bearer bearer{easy.handle.get(), bearer_token()};
    REQUIRE(bearer.code() == CURLE_OK);
    CHECK(easy.get(host.server) == CURLE_OK);
    CHECK(easy.get(host.server) == CURLE_OK);
  }
  CHECK(easy.get(host.server) == CURLE_OK);
  for (const std::size_t index : {0U, 1U}) {
    CHECK_THAT(host.request(index), Catch::Contains(bearer_line));
  }
  CHECK_THAT(host.request(2), !Catch::Contains("Authorization"));
  for (const std::size_t index : {0U, 1U, 2U}) {
    CHECK_THAT(host.request(index), Catch::Contains("x-ms-version"));
  }
  curl_slist_free_all(headers);
}

TEST_CASE("curl: the token follows a redirect on its host, and does not reach another") {
  recording_server other{ok_response("")};
  recording_server host{redirect_to("/same")};
  recording_server leaving{redirect_to(other.server.url())};
  // Options under which libcurl would send the token to the other host as well.
  const temporary_file netrc{"default login someone password secret\n"};
  for (const bool tempted : {false, true}) {
    const easy_handle easy;
    if (tempted) {
      curl_easy_setopt(easy.handle.get(), CURLOPT_UNRESTRICTED_AUTH, 1L);
      curl_easy_setopt(easy.handle.get(), CURLOPT_NETRC, long{CURL_NETRC_OPTIONAL});
      curl_easy_setopt(easy.handle.get(), CURLOPT_NETRC_FILE, netrc.path().c_str());
    }
    const curl_bearer bearer{easy.handle.get(), bearer_token()};
    CHECK(easy.get(host.server) == CURLE_OK);
    CHECK(easy.get(leaving.server) == CURLE_OK);
  }
  for (const std::size_t index : {0U, 1U, 2U, 3U}) {
    CHECK_THAT(host.request(index), Catch::Contains(bearer_line));
  }
  for (const std::size_t index : {0U, 1U}) {
    CHECK_THAT(leaving.request(index), Catch::Contains(bearer_line));
    CHECK_THAT(other.request(index), Catch::StartsWith("GET / "));
    CHECK_THAT(other.request(index), !Catch::Contains("Authorization"));
  }
}

TEST_CASE("curl: a handle sends each token during its time, and none after a reset") {
  recording_server host{ok_response("")};
  const easy_handle easy;
  for (const std::string text : {"eyJ-first", "eyJ-second"}) {
    const curl_bearer bearer{easy.handle.get(), bearer_token("Bearer", text)};
    CHECK(easy.get(host.server) == CURLE_OK);
  }
  {
    const curl_bearer bearer{easy.handle.get(), bearer_token()};
    curl_easy_reset(easy.handle.get());
    easy.set_up();
    CHECK(easy.get(host.server) == CURLE_OK);
  }
  CHECK(easy.get(host.server) == CURLE_OK);
  CHECK_THAT(host.request(0), Catch::Contains("Bearer eyJ-first\r\n"));
  CHECK_THAT(host.request(1), Catch::Contains("Bearer eyJ-second\r\n"));
  for (const std::size_t index : {2U, 3U}) {
    CHECK_THAT(host.request(index), Catch::StartsWith("GET / "));
    CHECK_THAT(host.request(index), !Catch::Contains("Authorization"));
  }
}

TEST_CASE("curl: a token that cannot be sent is reported, and nothing is sent") {
  recording_server host{ok_response("")};
  const easy_handle easy;
  CHECK(curl_bearer(nullptr, bearer_token()).code() == CURLE_BAD_FUNCTION_ARGUMENT);
  for (const auto& token : {access_token{}, bearer_token("PoP")}) {
    const curl_bearer bearer{easy.handle.get(), token};
    CHECK(bearer.code() == CURLE_BAD_FUNCTION_ARGUMENT);
    CHECK(easy.get(host.server) == CURLE_OK);
  }
  CHECK_THAT(host.request(1), !Catch::Contains("Authorization"));
}

}  // namespace
}  // namespace midas::internal::test
