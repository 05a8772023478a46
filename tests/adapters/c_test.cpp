// The C interface, called as C calls it. examples/token.c and examples/midas_token.py are run as
// well.
#include "tests/support/catch.hpp"
#include <midas/error.hpp>
#include <midas/midas.h>
#include <midas/simulated_host.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace midas::internal::test {
namespace {

struct c_deleter {
  void operator()(midas_service* service) const { midas_service_free(service); }
  void operator()(midas_result* result) const { midas_result_free(result); }
};
using c_service = std::unique_ptr<midas_service, c_deleter>;
using c_result = std::unique_ptr<midas_result, c_deleter>;

midas_request c_request(const char* resource = "https://vault.azure.net") {
  midas_request request{};
  request.size = sizeof(request);
  request.resource = resource;
  return request;
}

struct c_world {
  simulated_host imds{};
  c_service service{midas_service_new(imds.endpoint().c_str())};

  c_result get(const midas_request& request, std::int64_t timeout_ms = 10'000) const {
    return c_result{midas_get(service.get(), &request, timeout_ms)};
  }
};

TEST_CASE("c: a token has its texts and its time, and is cached") {
  const c_world world;
  std::string first;
  for (int i = 0; i < 2; ++i) {
    const auto result = world.get(c_request());
    CHECK(midas_code(result.get()) == MIDAS_OK);
    CHECK(std::string{midas_error_text(result.get())}.empty());
    const std::string token = midas_token(result.get());
    CHECK(token.starts_with("eyJ"));
    CHECK(midas_authorization(result.get()) == "Bearer " + token);
    CHECK(midas_expires_on(result.get()) > 1'700'000'000);
    CHECK(midas_is_transient(result.get()) == 0);
    CHECK(midas_retry_after_ms(result.get()) == 0);
    CHECK((first.empty() || first == token));
    first = token;
  }
  CHECK(world.imds.statistics().token_requests == 1);
}

TEST_CASE("c: an error has a code and a text, and no token") {
  const c_world world;
  auto request = c_request();
  request.identity = MIDAS_CLIENT_ID;
  request.identity_id = "11111111-2222-3333-4444-555555555555";
  const auto result = world.get(request);
  CHECK(midas_code(result.get()) == MIDAS_IDENTITY_NOT_FOUND);
  CHECK_THAT(midas_error_text(result.get()), Catch::Contains("identity_not_found"));
  CHECK(std::string{midas_token(result.get())}.empty());
  CHECK(std::string{midas_authorization(result.get())}.empty());
  CHECK(midas_expires_on(result.get()) == 0);
}

TEST_CASE("c: an error says whether and when to try again") {
  simulated_host_options options;
  options.fault_rules = R"({"rules":[{"action":{"status":429,"headers":{"Retry-After":"30"}}}]})";
  const simulated_host imds{options};
  const c_service service{midas_service_new(imds.endpoint().c_str())};
  const auto request = c_request();
  const c_result throttled{midas_get(service.get(), &request, 10'000)};
  CHECK(midas_code(throttled.get()) == MIDAS_THROTTLED);
  CHECK(midas_is_transient(throttled.get()) == 1);
  // The host's half minute, with the pause's jitter.
  CHECK(midas_retry_after_ms(throttled.get()) > 20'000);
  CHECK(midas_retry_after_ms(throttled.get()) < 60'000);
  const auto invalid = c_request("");
  const c_result refused{midas_get(service.get(), &invalid, 10'000)};
  CHECK(midas_is_transient(refused.get()) == 0);
  CHECK(midas_retry_after_ms(refused.get()) == 0);
}

TEST_CASE("c: every kind of identity and every member of a request arrives") {
  const c_world world;
  const auto named = sample_user_assigned_identity();
  const auto code_of = [&](int kind, const char* id) {
    auto request = c_request();
    request.identity = kind;
    request.identity_id = id;
    return midas_code(world.get(request).get());
  };
  CHECK(code_of(MIDAS_DEFAULT_IDENTITY, nullptr) == MIDAS_OK);
  CHECK(code_of(MIDAS_SYSTEM_ASSIGNED, nullptr) == MIDAS_OK);
  CHECK(code_of(MIDAS_CLIENT_ID, named.client_id.c_str()) == MIDAS_OK);
  CHECK(code_of(MIDAS_OBJECT_ID, named.object_id.c_str()) == MIDAS_OK);
  CHECK(code_of(MIDAS_RESOURCE_ID, named.resource_id.c_str()) == MIDAS_OK);
  CHECK(code_of(MIDAS_CLIENT_ID, nullptr) == MIDAS_INVALID_IDENTITY);
  CHECK(code_of(5, "x") == MIDAS_INVALID_IDENTITY);
  // An id whose kind was forgotten.
  CHECK(code_of(MIDAS_DEFAULT_IDENTITY, named.client_id.c_str()) == MIDAS_INVALID_IDENTITY);
  CHECK(code_of(MIDAS_SYSTEM_ASSIGNED, named.client_id.c_str()) == MIDAS_INVALID_IDENTITY);
  CHECK(code_of(MIDAS_DEFAULT_IDENTITY, "") == MIDAS_OK);
  auto request = c_request();
  const std::string too_long(16'385, '{');
  request.claims = too_long.c_str();
  CHECK(midas_code(world.get(request).get()) == MIDAS_INVALID_CLAIMS);
  request.claims = nullptr;
  const auto before = world.imds.statistics().token_requests;
  request.force_refresh = 1;
  CHECK(midas_code(world.get(request).get()) == MIDAS_OK);
  CHECK(world.imds.statistics().token_requests == before + 1);
}

TEST_CASE("c: NULL is accepted everywhere") {
  const c_world world;
  const auto request = c_request();
  const auto no_resource = c_request(nullptr);
  CHECK(midas_code(c_result{midas_get(nullptr, &request, 1)}.get()) == MIDAS_INVALID_CONFIGURATION);
  CHECK(midas_code(c_result{midas_get(world.service.get(), nullptr, 1)}.get()) ==
        MIDAS_INVALID_RESOURCE);
  CHECK(midas_code(world.get(no_resource).get()) == MIDAS_INVALID_RESOURCE);
  CHECK(midas_code(nullptr) == MIDAS_OUT_OF_MEMORY);
  CHECK(std::string{midas_error_text(nullptr)} == "out_of_memory");
  CHECK(std::string{midas_token(nullptr)}.empty());
  CHECK(std::string{midas_authorization(nullptr)}.empty());
  CHECK(midas_expires_on(nullptr) == 0);
  CHECK(midas_is_transient(nullptr) == 0);
  CHECK(midas_retry_after_ms(nullptr) == 0);
  midas_result_free(nullptr);
  midas_service_free(nullptr);
  midas_service_free(midas_service_shared());
  CHECK(midas_service_shared() == midas_service_shared());
}

TEST_CASE("c: timeouts are checked, and the longest are a year") {
  const c_world world;
  constexpr auto longest = std::numeric_limits<std::int64_t>::max();
  CHECK(midas_code(world.get(c_request(), 0).get()) == MIDAS_INVALID_TIMEOUT);
  CHECK(midas_code(world.get(c_request(), -longest - 1).get()) == MIDAS_INVALID_TIMEOUT);
  CHECK(midas_code(world.get(c_request(), longest).get()) == MIDAS_OK);
}

TEST_CASE("c: requests of other versions of the interface") {
  const c_world world;
  const auto code_of = [&](const midas_request& request) {
    return midas_code(world.get(request).get());
  };
  // An older one, without the last members, which are not read.
  auto older = c_request();
  older.size = offsetof(midas_request, identity);
  older.identity = 5;
  CHECK(code_of(older) == MIDAS_OK);
  older.size = offsetof(midas_request, resource);
  CHECK(code_of(older) == MIDAS_INVALID_RESOURCE);
  // A later one: what this version does not know must be zero.
  struct {
    midas_request known = c_request();
    std::uint64_t added = 0;
  } later;
  later.known.size = sizeof(later);
  CHECK(code_of(later.known) == MIDAS_OK);
  later.added = 1;
  CHECK(code_of(later.known) == MIDAS_INVALID_RESOURCE);
}

TEST_CASE("c: threads share the acquisition") {
  const c_world world;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { static_cast<void>(world.get(c_request())); });
    }
  }
  CHECK(world.imds.statistics().token_requests == 1);
}

TEST_CASE("c: a result outlives its service") {
  c_world world;
  const auto result = world.get(c_request());
  world.service.reset();
  CHECK(std::string{midas_token(result.get())}.starts_with("eyJ"));
}

TEST_CASE("c: the constants are the numbers of errc, all of them") {
  constexpr std::array codes{MIDAS_INVALID_RESOURCE,
                             MIDAS_INVALID_IDENTITY,
                             MIDAS_INVALID_ENDPOINT,
                             MIDAS_ENDPOINT_NOT_ALLOWED,
                             MIDAS_INVALID_TIMEOUT,
                             MIDAS_DEADLINE_EXCEEDED,
                             MIDAS_CANCELLED,
                             MIDAS_UNREACHABLE,
                             MIDAS_CONNECTION_LOST,
                             MIDAS_REQUEST_TIMEOUT,
                             MIDAS_INVALID_HTTP,
                             MIDAS_RESPONSE_TOO_LARGE,
                             MIDAS_INVALID_RESPONSE,
                             MIDAS_IDENTITY_NOT_FOUND,
                             MIDAS_REQUEST_REJECTED,
                             MIDAS_THROTTLED,
                             MIDAS_SERVICE_UNAVAILABLE,
                             MIDAS_SHUTTING_DOWN,
                             MIDAS_ACTOR_TERMINATED,
                             MIDAS_WOULD_BLOCK,
                             MIDAS_IDENTITY_NOT_SUPPORTED,
                             MIDAS_INVALID_CONFIGURATION,
                             MIDAS_CHALLENGE_REJECTED,
                             MIDAS_IDENTITY_NOT_CONFIRMED,
                             MIDAS_CERTIFICATE_MISMATCH,
                             MIDAS_HOST_BUSY,
                             MIDAS_FORKED,
                             MIDAS_NOT_STARTED,
                             MIDAS_INVALID_CLAIMS,
                             MIDAS_TOO_MANY_KEYS,
                             MIDAS_NOT_AN_AZURE_HOST,
                             MIDAS_CLAIMS_NOT_SUPPORTED,
                             MIDAS_STORE_FAILED};
  constexpr std::array names{"invalid_resource",
                             "invalid_identity",
                             "invalid_endpoint",
                             "endpoint_not_allowed",
                             "invalid_timeout",
                             "deadline_exceeded",
                             "cancelled",
                             "unreachable",
                             "connection_lost",
                             "request_timeout",
                             "invalid_http",
                             "response_too_large",
                             "invalid_response",
                             "identity_not_found",
                             "request_rejected",
                             "throttled",
                             "service_unavailable",
                             "shutting_down",
                             "actor_terminated",
                             "would_block",
                             "identity_not_supported",
                             "invalid_configuration",
                             "challenge_rejected",
                             "identity_not_confirmed",
                             "certificate_mismatch",
                             "host_busy",
                             "forked",
                             "not_started",
                             "invalid_claims",
                             "too_many_keys",
                             "not_an_azure_host",
                             "claims_not_supported",
                             "store_failed"};
  STATIC_REQUIRE(codes.size() == names.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    CHECK(codes.at(i) == static_cast<int>(i) + 1);
    CHECK(to_string(static_cast<errc>(codes.at(i))) == names.at(i));
  }
  for (auto number = codes.size() + 1; number < 256; ++number) {
    CHECK(to_string(static_cast<errc>(number)) == "unknown");
  }
}

}  // namespace
}  // namespace midas::internal::test
