// The Authorization header that a token response makes from the body.
#include "tests/support/catch.hpp"
#include "transport/responses/token_response.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace token_response_header_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;

namespace {

expected<token_grant> read(std::string_view body) {
  http_response response;
  response.status = 200;
  response.body = body;
  return read_token_response("IMDS", std::move(response), std::chrono::sys_seconds{1'700'000'000s});
}

}  // namespace

TEST_CASE("the Authorization header uses the memory of the body if the type fits") {
  const auto [body, header] = GENERATE(table<std::string, std::string>({
      {R"({"access_token":"AT","expires_in":600})", "Bearer AT"},
      {R"({"token_type":"Bearer","access_token":"AT","expires_in":600})", "Bearer AT"},
      {R"({"expires_in":600,"access_token" : "AT","token_type":"mtls_pop"})", "mtls_pop AT"},
      {R"({"access_token":"old","access_token":"AT","expires_in":600})", "Bearer AT"},
  }));
  const auto grant = read(body);
  REQUIRE(grant);
  CHECK(grant->authorization_header.reveal() == header);
  CHECK(grant->token.reveal() == "AT");
  CHECK(grant->token.reveal().data() + 2 ==
        grant->authorization_header.reveal().data() + header.size());
}

TEST_CASE("a body that is mostly padding does not stay in memory with its token") {
  const auto padded = [](std::size_t padding) {
    return R"({"token_type":"Bearer","access_token":"AT","padding":")" + std::string(padding, 'x') +
           R"(","expires_in":600})";
  };
  const auto memory_of = [](const expected<token_grant>& grant) {
    REQUIRE(grant);
    return grant->token.reveal();
  };
  // The text after the token in the same block tells whether the body was kept.
  const auto kept = read(padded(2'000));
  CHECK(memory_of(kept).data()[2] == '\0');
  CHECK(kept->authorization_header.reveal() == "Bearer AT");
  for (const std::size_t padding : {5'000U, 1'000'000U}) {
    const auto grant = read(padded(padding));
    CHECK(memory_of(grant) == "AT");
    // Composed later, in a block of its own.
    CHECK(grant->authorization_header.empty());
    const access_token token{*grant, token_source::identity_provider};
    CHECK(token.authorization_header().reveal() == "Bearer AT");
    CHECK(token.token().reveal() == "AT");
  }
}

TEST_CASE("a token type that does not fit leaves the Authorization header empty") {
  const auto grant =
      read(R"({"access_token":"AT","expires_in":600,"token_type":"a-type-of-20-letters"})");
  REQUIRE(grant);
  CHECK(grant->authorization_header.empty());
  const access_token token{*grant, token_source::identity_provider};
  CHECK(token.authorization_header().reveal() == "a-type-of-20-letters AT");
  CHECK(token.token().reveal() == "AT");
}

}  // namespace token_response_header_test
