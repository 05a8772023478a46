// The credential for the Azure SDK, with azure-core itself.
#include "tests/support/catch.hpp"
#include <midas/adapters/azure_core.hpp>
#include <midas/simulated_host.hpp>
#include <midas/token_service.hpp>

#include <atomic>
#include <azure/core/context.hpp>
#include <azure/core/credentials/credentials.hpp>
#include <azure/core/datetime.hpp>
#include <azure/core/resource_identifier.hpp>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace midas::internal::test {
namespace {

using namespace std::chrono_literals;
using Azure::Core::Context;
using Azure::Core::Credentials::AuthenticationException;
using Azure::Core::Credentials::TokenCredential;
using Azure::Core::Credentials::TokenRequestContext;

const std::string storage = "https://storage.azure.com/.default";

TokenRequestContext for_scopes(std::vector<std::string> scopes) {
  TokenRequestContext wanted;
  wanted.Scopes = std::move(scopes);
  return wanted;
}

std::string failure_of(const TokenCredential& credential, const TokenRequestContext& wanted,
                       const Context& context = {}) {
  try {
    (void)credential.GetToken(wanted, context);
  } catch (const AuthenticationException& failure) {
    return failure.what();
  }
  return "no failure";
}

simulated_host_options that_hangs() {
  simulated_host_options options;
  options.fault_rules = R"({"rules": [{"action": {"hang": true}}]})";
  return options;
}

TEST_CASE("the credential gives the Azure SDK the token and its end") {
  const simulated_host host;
  token_service tokens{{.endpoint = host.endpoint()}};
  const azure_credential credential{{.service = &tokens}};
  CHECK(credential.GetCredentialName() == "midas::azure_credential");
  // By way of the actors, and then by way of the handle.
  for (int i = 0; i < 2; ++i) {
    const auto token = credential.GetToken(for_scopes({storage}), {});
    const auto cached = tokens.try_get({.resource = storage});
    REQUIRE(cached);
    CHECK(token.Token == cached->token().reveal());
    CHECK(token.ExpiresOn == Azure::DateTime{std::chrono::system_clock::time_point{
                                 cached->expires_on().time_since_epoch()}});
  }
  CHECK(host.statistics().token_requests == 1);
}

TEST_CASE("the end of a token may be later than nanoseconds count") {
  simulated_host_options options;
  options.host = identity_host::app_service;
  options.fault_rules = R"({"rules": [{"action": {"expires_on_form": "43013894399"}}]})";
  const simulated_host host{options};
  token_service tokens{{.environment = host.environment()}};
  const azure_credential credential{{.service = &tokens}};
  const auto token = credential.GetToken(for_scopes({storage}), {});
  CHECK(token.ExpiresOn.ToString() == "3333-01-20T23:59:59Z");
}

TEST_CASE("a thousand credentials of one process cause one request") {
  simulated_host_options options;
  options.latency = 20ms;
  const simulated_host host{options};
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", host.endpoint().c_str(), 1);
  constexpr std::size_t threads = 20;
  std::latch start{threads};
  std::atomic<std::size_t> answered = 0;
  {
    std::vector<std::jthread> callers;
    for (std::size_t i = 0; i < threads; ++i) {
      callers.emplace_back([&] {
        start.arrive_and_wait();
        for (int each = 0; each < 50; ++each) {
          const azure_credential credential;
          answered += credential.GetToken(for_scopes({storage}), {}).Token.empty() ? 0U : 1U;
        }
      });
    }
  }
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9", 1);
  CHECK(answered == 1'000);
  CHECK(host.statistics().token_requests == 1);
}

TEST_CASE("a context that was cancelled, or is late, fails without a request") {
  const simulated_host host;
  token_service tokens{{.endpoint = host.endpoint()}};
  const azure_credential credential{{.service = &tokens}};
  Context cancelled;
  const auto child = cancelled.WithDeadline(Azure::DateTime{3'000});
  cancelled.Cancel();
  CHECK_THAT(failure_of(credential, for_scopes({storage}), child),
             Catch::Matchers::StartsWith("midas: cancelled: "));
  CHECK_THAT(failure_of(credential, for_scopes({storage}), Context{Azure::DateTime{2'000}}),
             Catch::Matchers::StartsWith("midas: deadline_exceeded: "));
  CHECK(host.statistics().requests == 0);
}

TEST_CASE("a context ends a wait, by its deadline or when another thread cancels it") {
  const simulated_host host{that_hangs()};
  token_service tokens{{.endpoint = host.endpoint()}};
  const azure_credential credential{{.service = &tokens}};
  const auto start = std::chrono::steady_clock::now();
  const Context late{Azure::DateTime{std::chrono::system_clock::now() + 100ms}};
  CHECK_THAT(failure_of(credential, for_scopes({storage}), late),
             Catch::Matchers::StartsWith("midas: deadline_exceeded: "));
  Context cancelled;
  const std::jthread canceler{[&] {
    while (host.statistics().in_flight == 0) {
      std::this_thread::yield();
    }
    cancelled.Cancel();
  }};
  CHECK_THAT(failure_of(credential, for_scopes({storage}), cancelled),
             Catch::Matchers::StartsWith("midas: cancelled: "));
  CHECK(std::chrono::steady_clock::now() - start < 25s);
}

TEST_CASE("without a deadline in the context, the timeout of the credential applies") {
  const simulated_host host{that_hangs()};
  token_service tokens{{.endpoint = host.endpoint()}};
  const azure_credential credential{{.service = &tokens, .timeout = 100ms}};
  CHECK_THAT(failure_of(credential, for_scopes({storage})),
             Catch::Matchers::StartsWith("midas: deadline_exceeded: "));
}

TEST_CASE("identities have the names that azure-identity gives them") {
  simulated_host_options options;
  options.journal_size = 10;
  const simulated_host host{options};
  token_service tokens{{.endpoint = host.endpoint()}};
  const auto user = sample_user_assigned_identity();
  using id = azure_managed_identity_id;
  for (const auto& identity :
       {id::FromUserAssignedClientId(user.client_id), id::FromUserAssignedObjectId(user.object_id),
        id::FromUserAssignedResourceId(Azure::Core::ResourceIdentifier{user.resource_id})}) {
    const azure_credential credential{{.identity = identity, .service = &tokens}};
    (void)credential.GetToken(for_scopes({storage}), {});
    CHECK(host.journal().back().client_id == user.client_id);
  }
  CHECK(id::SystemAssigned() == managed_identity::system_assigned());
  const auto stranger = id::FromUserAssignedClientId("00000000-0000-0000-0000-000000000001");
  CHECK_THAT(failure_of(azure_credential{{.identity = stranger, .service = &tokens}},
                        for_scopes({storage})),
             Catch::Matchers::StartsWith("midas: identity_not_found: ") &&
                 Catch::Matchers::Contains(stranger.id()));
}

TEST_CASE("a request needs one scope, and its tenant changes nothing") {
  const simulated_host host;
  token_service tokens{{.endpoint = host.endpoint()}};
  const azure_credential credential{{.service = &tokens}};
  CHECK_THAT(failure_of(credential, for_scopes({})),
             Catch::Matchers::StartsWith("midas: invalid_resource: "));
  CHECK_THAT(failure_of(credential, for_scopes({storage, "https://vault.azure.net/.default"})),
             Catch::Matchers::StartsWith("midas: invalid_resource: "));
  auto with_tenant = for_scopes({storage});
  with_tenant.TenantId = "72f988bf-86f1-41af-91ab-2d7cd011db47";
  const auto token = credential.GetToken(with_tenant, {});
  CHECK(token.Token == credential.GetToken(for_scopes({storage}), {}).Token);
  CHECK(host.statistics().token_requests == 1);
}

TEST_CASE("a token that a service rejected is replaced") {
  const simulated_host host;
  token_service tokens{{.endpoint = host.endpoint()}};
  const azure_credential credential{{.service = &tokens}};
  const std::string scope = "https://rejecting.azure.com/.default";
  const auto rejected = credential.GetToken(for_scopes({scope}), {});
  // This is how the SDK reports a rejection.
  auto another = for_scopes({scope});
  another.MinimumExpiration = Azure::DateTime::duration::max();
  const auto token = credential.GetToken(another, {});
  CHECK(token.Token != rejected.Token);
  CHECK(credential.GetToken(for_scopes({scope}), {}).Token == token.Token);
  CHECK(host.statistics().token_requests == 2);
}

}  // namespace
}  // namespace midas::internal::test
