// Serves the status page with made-up figures, for page/status_page.mjs.
//
//   midas_page_server SCENARIO    empty, well, throttled, failing or hostile
//
// Prints the port, and ends when its standard input does.
#include "proxy/observation/metrics.hpp"
#include "proxy/observation/observation_server.hpp"
#include "proxy/observation/status_json.hpp"
#include "tests/proxy/observation/sample_requests.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <iostream>
#include <string>
#include <string_view>

namespace {

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::test;

// How far in the past the events are that are played now.
std::chrono::seconds past{0};

wall_time now() { return std::chrono::system_clock::now() - past; }

void grant_earlier(observation& to, const token_key& key, std::chrono::seconds age) {
  past = age;
  grant(to, key, now());
  past = 0s;
}

const managed_identity backup = managed_identity::client_id("6a5e0f3c-8b1d-4c6e-9f22-0d4b7a1c9e35");

void use_token(observation& to, const token_key& key, uid_t uid, int count,
               std::chrono::seconds age = 0s) {
  sample_request request{
      .who = user(uid), .query = query_for(key.resource, key.identity), .at = now() - age};
  for (int at = 0; at < count; ++at) {
    serve(to, request);
  }
}

void play_well(observation& to) {
  to.note(host_chosen{identity_host::imds, "http://169.254.169.254/metadata/identity/oauth2/token",
                      "the default"});
  grant_earlier(to, key_for("https://vault.azure.net"), 5h);
  grant_earlier(to, key_for("https://storage.azure.com", backup), 30min);
  grant_earlier(to, key_for("https://management.azure.com"), 11h + 50min);
  grant_earlier(
      to,
      key_for("https://ossrdbms-aad.database.windows.net",
              managed_identity::resource_id(
                  "/subscriptions/0f3c6a5e-0000-4000-8000-000000000000/resourceGroups/production/"
                  "providers/Microsoft.ManagedIdentity/userAssignedIdentities/reports")),
      2h);
  use_token(to, key_for("https://vault.azure.net"), 1000, 48'211);
  use_token(to, key_for("https://vault.azure.net"), 33, 4'120, 7s);
  use_token(to, key_for("https://storage.azure.com", backup), 33, 12'901, 2s);
  use_token(to, key_for("https://management.azure.com"), 0, 17, 95min);
  for (int at = 0; at < 41; ++at) {
    to.connected(0);
  }
}

void play_refusals(observation& to) {
  serve(to, {.who = user(1001),
             .query = std::nullopt,
             .result = token_result::denied,
             .status = 400,
             .reason = "metadata_header_missing",
             .at = now() - 40s});
  serve(to, {.who = user(33),
             .query = query_for("https://graph.microsoft.com"),
             .result = token_result::denied,
             .status = 403,
             .reason = "resource_not_allowed",
             .at = now() - 5min});
}

void play_failing(observation& to) {
  error failure;
  failure.code = errc::unreachable;
  failure.message = "IMDS at http://169.254.169.254 refused the connection";
  failure.advice = "Check that a network policy or a proxy does not block 169.254.169.254";
  to.note(host_failing{failure, 14, 5s});
  to.note(acquisition_failed{key_for("https://management.azure.com"), failure, 1s, 0});
  to.note(acquisition_failed{key_for("https://batch.core.windows.net"), failure, 30s, 12});
}

void play_hostile(observation& to) {
  const auto script = std::string{"</script><script>document.title='owned'</script>"};
  const auto image = std::string{"<img src=x onerror=\"document.title='owned'\">"};
  const auto marks = std::string{
      "\xe2\x80\xae\xe2\x81\xa6txt.exe\xe2\x80\x8f 'single' \"double\" "
      "`tick` &amp; ${document.title='owned'}"};
  const auto wide = std::string(2'000, 'W');
  for (const auto& resource : {script, image, marks, wide, "https://" + std::string(900, '.')}) {
    const auto key = key_for(resource, managed_identity::resource_id(resource));
    grant(to, key, now());
    use_token(to, key, 1000, 3);
    serve(to, {.query = query_for(resource),
               .result = token_result::denied,
               .reason = resource,
               .at = now()});
    error failure;
    failure.code = errc::request_rejected;
    failure.message = resource;
    failure.advice = resource;
    to.note(acquisition_failed{key, failure, 1s, 1});
  }
  to.note(host_chosen{identity_host::imds, image, image});
  error failing;
  failing.message = script + wide;
  failing.advice = image + wide;
  to.note(host_failing{failing, 3, 1s});
  for (uid_t uid = 0; uid < 60; ++uid) {
    use_token(to, key_for("https://busy"), 100'000 + uid, 2);
  }
}

void play(observation& to, std::string_view scenario) {
  if (scenario == "empty") {
    return;
  }
  if (scenario == "hostile") {
    play_hostile(to);
    return;
  }
  play_well(to);
  play_refusals(to);
  if (scenario == "throttled") {
    to.note(host_throttled{42s});
  } else if (scenario == "failing") {
    play_failing(to);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string scenario = argc > 1 ? argv[1] : "well";
  past = 6h;
  observation seen{{.version = "0.1.0", .now = &now}};
  past = 0s;
  play(seen, scenario);
  const proxy_metrics metrics{seen};
  boost::asio::io_context loop;
  const auto server = observation_server::listen(
      loop, {.address = "127.0.0.1"}, false,
      {.metrics = [&metrics] { return metrics_text(metrics); },
       .status =
           [&] {
             // Something moves each time.
             if (scenario != "empty") {
               use_token(seen, key_for("https://vault.azure.net"), 1000, 3);
             }
             auto state = seen.look();
             // There is no service.
             state.totals.service.keys = state.keys.size();
             return status_json(state);
           },
       .live = {},
       .ready = {}});
  if (!server) {
    std::cerr << to_string(server.error()) << '\n';
    return 1;
  }
  std::cout << (*server)->port() << std::endl;
  boost::asio::posix::stream_descriptor input{loop, 0};
  input.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [&](const auto&) { loop.stop(); });
  (*server)->run(loop);
  input.release();
  return 0;
}
