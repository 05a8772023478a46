// The loop of docs/claims.md, at a host that does not learn of claims.
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"
#include <midas/simulated_host.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal::test;

// As the page declares them.
struct resource_answer {
  int status = 0;
  std::string www_authenticate;
};
using resource_call = std::function<resource_answer(const secret& authorization)>;
expected<resource_answer> call_resource(token_service& tokens, const std::string& resource,
                                        const resource_call& call);

namespace {

constexpr auto challenge =
    R"(Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7fX19")";

// Accepts the tokens that were granted after `refused` of them.
struct resource {
  std::size_t refused = 0;
  std::vector<std::string> seen{};

  resource_answer operator()(const secret& authorization) {
    const std::string text{authorization.reveal()};
    const auto found = std::find(seen.begin(), seen.end(), text);
    const auto index = static_cast<std::size_t>(found - seen.begin());
    if (found == seen.end()) {
      seen.push_back(text);
    }
    return index < refused ? resource_answer{401, challenge} : resource_answer{200, {}};
  }
};

}  // namespace

TEST_CASE("a resource that accepts the new token is called twice") {
  simulated_host imds;
  token_service tokens{options_for(imds.endpoint())};
  resource vault_service{.refused = 1};
  const auto answer = call_resource(tokens, vault.resource, std::ref(vault_service));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(imds.statistics().token_requests == 2);
}

TEST_CASE("a resource that refuses every token does not make the host be asked in a circle") {
  simulated_host imds;
  token_service tokens{options_for(imds.endpoint())};
  resource vault_service{.refused = 100};
  for (int i = 0; i < 20; ++i) {
    const auto answer = call_resource(tokens, vault.resource, std::ref(vault_service));
    REQUIRE(answer);
    CHECK(answer->status == 401);
  }
  CHECK(imds.statistics().token_requests == 2);
  CHECK(vault_service.seen.size() == 2);
}

TEST_CASE("a caller with an older token than the answer to its challenge gets that answer") {
  simulated_host imds;
  token_service tokens{options_for(imds.endpoint())};
  resource vault_service{.refused = 1};
  // Another caller answers the same challenge between the two calls of the first.
  bool is_first = true;
  const auto answer = call_resource(tokens, vault.resource, [&](const secret& authorization) {
    const auto result = vault_service(authorization);
    if (std::exchange(is_first, false)) {
      CHECK(call_resource(tokens, vault.resource, std::ref(vault_service))->status == 200);
    }
    return result;
  });
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(imds.statistics().token_requests == 2);
}

TEST_CASE("an answer without a challenge is returned as it is") {
  simulated_host imds;
  token_service tokens{options_for(imds.endpoint())};
  const auto status = GENERATE(200, 401, 503);
  const auto answer = call_resource(tokens, vault.resource, [status](const secret&) {
    return resource_answer{status, {}};
  });
  REQUIRE(answer);
  CHECK(answer->status == status);
  CHECK(imds.statistics().token_requests == 1);
}
