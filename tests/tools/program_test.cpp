// The midas program, run as a user runs it.
#include "tests/support/program.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/vault.hpp"
#include <midas/simulated_host.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

program_result run_midas(const std::vector<std::string>& arguments) {
  return run_program(MIDAS_PROGRAM, arguments);
}

bool is_one_line(const std::string& text) {
  return !text.empty() && std::ranges::count(text, '\n') == 1 && text.back() == '\n';
}

}  // namespace

TEST_CASE("midas token prints the token as JSON, raw, or as a header") {
  simulated_host imds;
  const std::vector<std::string> arguments_of_all{"token", "--endpoint", imds.endpoint(),
                                                  "--resource", "https://vault.azure.net/.default"};
  const auto with_output = [&arguments_of_all](const std::string& form) {
    auto arguments = arguments_of_all;
    arguments.insert(arguments.end(), {"--output", form});
    return run_midas(arguments);
  };

  const auto json = run_midas(arguments_of_all);
  CHECK(json.exit_code == 0);
  CHECK(json.errors.empty());
  const auto document = parsed(json.output);
  CHECK(std::string_view{document["access_token"].GetString()}.size() > 1'500);
  CHECK(std::string{document["token_type"].GetString()} == "Bearer");
  CHECK(std::string{document["resource"].GetString()} == "https://vault.azure.net");
  CHECK(std::string{document["token_source"].GetString()} == "identity_provider");
  CHECK(document["expires_in"].GetInt64() > 86'000);
  CHECK(document["expires_on"].GetInt64() - document["refresh_on"].GetInt64() > 43'000);
  CHECK(is_same_time(document, "expires_on"));
  CHECK(is_same_time(document, "refresh_on"));

  const auto raw = with_output("raw");
  CHECK(raw.exit_code == 0);
  CHECK(is_one_line(raw.output));
  CHECK_THAT(raw.output, StartsWith("ey"));

  const auto header = with_output("header");
  CHECK(header.exit_code == 0);
  CHECK_THAT(header.output, StartsWith("Authorization: Bearer ey"));
}

TEST_CASE("midas token requests a token of the user-assigned identity in its arguments") {
  simulated_host imds;
  const auto sample = sample_user_assigned_identity();
  const auto [option, id] = GENERATE_COPY(table<std::string, std::string>({
      {"--client-id", sample.client_id},
      {"--object-id", sample.object_id},
      {"--resource-id", sample.resource_id},
  }));
  const auto result = run_midas({"token", "--endpoint", imds.endpoint(), "--resource",
                                 "https://vault.azure.net", option, id});
  CHECK(result.exit_code == 0);
}

TEST_CASE("midas token --show-claims prints the claims but not the token") {
  simulated_host imds;
  const auto result = run_midas({"token", "--endpoint", imds.endpoint(), "--resource",
                                 "https://vault.azure.net", "--show-claims"});
  CHECK(result.exit_code == 0);
  CHECK(std::string{parsed(result.output)["aud"].GetString()} == "https://vault.azure.net");
  CHECK_THAT(result.output, !Contains("eyJ"));
}

TEST_CASE("midas token accepts a claims challenge and a forced refresh") {
  simulated_host imds;
  for (const auto& extra : std::vector<std::vector<std::string>>{
           {"--claims", R"({"access_token":{}})"}, {"--force-refresh"}}) {
    std::vector<std::string> arguments{"token",         "--host",     "imds",       "--endpoint",
                                       imds.endpoint(), "--resource", "https://a.b"};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    CHECK(run_midas(arguments).exit_code == 0);
  }
  CHECK(imds.statistics().token_requests == 2);
}

TEST_CASE("midas token says that the host did not learn of the claims") {
  simulated_host imds;
  const auto result = run_midas({"token", "--endpoint", imds.endpoint(), "--resource",
                                 "https://vault.azure.net", "--claims", "{}"});
  CHECK(result.exit_code == 0);
  CHECK(parsed(result.output)["claims_not_passed_on"].GetBool());
}

TEST_CASE("midas doctor exits with 0 only if it got a token") {
  simulated_host imds;
  const auto healthy = run_midas({"doctor", "--endpoint", imds.endpoint()});
  CHECK(healthy.exit_code == 0);
  CHECK(healthy.errors.empty());
  CHECK_THAT(healthy.output, Contains("Token: yes") && Contains("https://management.azure.com/"));
  const auto json = run_midas({"doctor", "--endpoint", imds.endpoint(), "--json"});
  CHECK(json.exit_code == 0);
  CHECK(parsed(json.output)["ok"].GetBool());
  const auto unreachable = run_midas({"doctor", "--endpoint", "http://127.0.0.1:9"});
  CHECK(unreachable.exit_code == 1);
  CHECK_THAT(unreachable.output, Contains("Token: no") && Contains("unreachable"));
  const auto refused =
      run_midas({"doctor", "--endpoint", imds.endpoint(), "--client-id", "unknown", "--json"});
  CHECK(refused.exit_code == 1);
  CHECK_FALSE(parsed(refused.output)["ok"].GetBool());
  const auto wrong = run_midas({"doctor", "--host", "service-fabric"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.output, Contains("IDENTITY_ENDPOINT") && Contains("nothing was sent"));
}

TEST_CASE(
    "invalid input causes one line on standard error that quotes it and a nonzero exit code") {
  const simulated_host imds;
  const auto endpoint = imds.endpoint();
  struct bad_input {
    std::vector<std::string> arguments;
    std::string named;
    int exit_code;
  };
  const std::vector<bad_input> inputs{
      {{"token", "--endpoint", endpoint, "--resource", ""}, "resource is empty", 2},
      {{"token", "--endpoint", endpoint, "--resource", "a b"}, "\"a b\"", 2},
      {{"token", "--endpoint", endpoint, "--resource", "/.default"}, "/.default", 2},
      {{"token", "--endpoint", endpoint, "--resource", vault_url, "--client-id", ""},
       "client id",
       2},
      {{"token", "--endpoint", endpoint, "--resource", vault_url, "--object-id", "unknown"},
       "dentity not found",
       1},
      {{"token", "--endpoint", "http://127.0.0.1:9", "--resource", vault_url, "--no-retries"},
       "127.0.0.1:9",
       1},
      {{"token", "--endpoint", "ftp://127.0.0.1", "--resource", vault_url}, "ftp://127.0.0.1", 2},
      {{"token", "--endpoint", "127.0.0.1", "--resource", vault_url}, "127.0.0.1", 2},
      {{"token", "--endpoint", "", "--resource", vault_url}, "--endpoint", 2},
      {{"token", "--endpoint", "http://example.com", "--resource", vault_url}, "example.com", 2},
      {{"token", "--resource", vault_url, "--timeout", "soon"}, "\"soon\"", 2},
      {{"token", "--resource", vault_url, "--timeout", "0s"}, "timeout", 2},
      {{"token"}, "--resource is required (see", 2},
      {{"token", vault_url},
       "--resource is required; unexpected arguments: https://vault.azure.net",
       2},
      {{"token", "--resource", vault_url, "--client-id", "--endpoint", endpoint},
       "--endpoint is an",
       2},
      {{"token", "--resource", "--endpoint", endpoint}, "--endpoint is an option", 2},
      {{"doctor", "--endpoint", endpoint, "--resource", ""}, "--resource", 2},
      {{"token", "--resource", vault_url, "--output", "yaml"}, "yaml", 2},
      {{"token", "--resource", vault_url, "--client-id", "a", "--object-id", "b"},
       "--object-id",
       2},
      {{"token", "--resource", vault_url, "--host", "kubernetes"}, "kubernetes", 2},
      {{"token", "--resource", vault_url, "--host", "app-service"}, "IDENTITY_ENDPOINT", 2},
      {{"token", "--resource", vault_url, "--host", "arc", "--endpoint", endpoint}, "Azure Arc", 2},
      {{"token", "--resource", vault_url, "--output", "raw", "--show-claims"}, "--show-claims", 2},
      {{"doctor", "--host", "kubernetes"}, "kubernetes", 2},
      {{"guess"}, "there is no command \"guess\"; the commands are token, ", 2},
      {{"--guess"}, "unexpected arguments: --guess", 2},
      {{}, "no command", 2},
      {{"simulate", "--address", "0.0.0.0"}, "0.0.0.0", 2},
      {{"simulate", "--print-env", "xml"},
       "xml not in {sh,powershell,docker,systemd,kubernetes,json}",
       2},
      {{"load", "--callers", "0"}, "--callers", 2},
      {{"load", "--target", "", "--once"}, "--target", 2},
      {{"load", "--resource", "", "--once", "--callers", "2"}, "resource is empty", 2},
      {{"load", "--as", "ghosts"}, "ghosts", 2},
      {{"load", "--target", "http://example.com", "--once", "--callers", "2"}, "example.com", 2},
  };
  for (const auto& [arguments, named, exit_code] : inputs) {
    CAPTURE(arguments);
    const auto result = run_midas(arguments);
    CHECK(result.exit_code == exit_code);
    CHECK(result.output.empty());
    CHECK_THAT(result.errors, Contains(named));
    CHECK(is_one_line(result.errors));
    CHECK_THAT(result.errors, StartsWith("midas"));
  }
}

TEST_CASE("midas simulate on an occupied port names the port") {
  const simulated_host imds;
  const auto port = std::to_string(imds.port());
  const auto result = run_midas({"simulate", "--port", port});
  CHECK(result.exit_code == 1);
  CHECK(is_one_line(result.errors));
  CHECK_THAT(result.errors, StartsWith("midas simulate") && Contains(port));
}

TEST_CASE("midas token that times out has its own exit code") {
  simulated_host_options slow;
  slow.latency = std::chrono::hours{1};
  simulated_host imds{slow};
  const auto result = run_midas({"token", "--endpoint", imds.endpoint(), "--resource",
                                 "https://vault.azure.net", "--timeout", "50ms"});
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.errors, Contains("deadline_exceeded"));
}

TEST_CASE("the help of every command lists its options and the exit codes") {
  for (const std::string command : {"token", "doctor", "simulate", "load", "store"}) {
    const auto help = run_midas({command, "--help"});
    CHECK(help.exit_code == 0);
    CHECK_THAT(help.output, Contains("Exit codes"));
    CHECK_THAT(help.output, Contains("--"));
  }
  CHECK_THAT(run_midas({"--version"}).output, StartsWith("midas "));
}

TEST_CASE("midas simulate serves at the address that it prints until a signal stops it") {
  const auto signal = GENERATE(SIGINT, SIGTERM);
  running_program simulator{MIDAS_PROGRAM, {"simulate", "--expires-in", "1h"}};
  const auto line = simulator.read_line();
  const auto endpoint = line.substr(line.find("http://"));
  const auto token = run_midas({"token", "--endpoint", endpoint, "--resource", "https://a.b"});
  CHECK(token.exit_code == 0);
  CHECK(parsed(token.output)["expires_in"].GetInt64() <= 3'600);
  const auto stopped = simulator.stop(signal);
  CHECK(stopped.exit_code == 0);
  CHECK_THAT(stopped.output, Contains("Stopped after 1 requests"));
}

TEST_CASE("midas load counts one request for a burst of any kind of callers") {
  const std::string as = GENERATE("actors", "threads", "coroutines", "callbacks");
  const auto result = run_midas({"load", "--as", as, "--callers", "200", "--once", "--json"});
  CHECK(result.exit_code == 0);
  CHECK(result.errors.empty());
  const auto report = parsed(result.output);
  CHECK(report["tokens"].GetUint64() == 200);
  CHECK(report["errors"].GetUint64() == 0);
  CHECK(report["http_requests"].GetUint64() == 1);
  CHECK(report["connections"].GetUint64() == 1);
  CHECK(report["coalesced"].GetUint64() + report["cache_hits"].GetUint64() == 199);
  CHECK(report["seconds"].GetDouble() >= 0.05);
  CHECK(report["tokens_per_second"].GetDouble() > 0);
  CHECK(report["latency_ms"]["p50"].GetDouble() <= report["latency_ms"]["p99"].GetDouble());
  CHECK(report["latency_ms"]["p99"].GetDouble() <= report["latency_ms"]["p999"].GetDouble());
  CHECK(report["latency_ms"]["p999"].GetDouble() <= report["latency_ms"]["max"].GetDouble());
  CHECK(report["peak_rss_bytes"].GetUint64() > 1'000'000);
}

TEST_CASE("midas load serves the steady state of any kind of callers from the cache") {
  const std::string as = GENERATE("actors", "threads", "coroutines", "callbacks");
  const auto result = run_midas({"load", "--as", as, "--callers", "20", "--resources", "5",
                                 "--duration", "100ms", "--latency", "1ms", "--json"});
  CHECK(result.exit_code == 0);
  const auto report = parsed(result.output);
  CHECK(report["http_requests"].GetUint64() == 5);
  CHECK(report["cold"]["tokens"].GetUint64() == 20);
  CHECK(report["steady"]["tokens"].GetUint64() > 100);
  CHECK(report["tokens"].GetUint64() ==
        report["cold"]["tokens"].GetUint64() + report["steady"]["tokens"].GetUint64());
}

TEST_CASE("midas load requests tokens from its target and reports failures") {
  simulated_host imds;
  const auto good = run_midas(
      {"load", "--target", imds.endpoint(), "--callers", "50", "--resources", "3", "--once"});
  CHECK(good.exit_code == 0);
  CHECK_THAT(good.output, Contains("HTTP requests to the host") && Contains("cold burst"));
  CHECK(imds.statistics().token_requests == 3);
  const auto bad = run_midas({"load", "--target", "http://127.0.0.1:9", "--callers", "50", "--once",
                              "--json", "--timeout", "2s"});
  CHECK(bad.exit_code == 1);
  CHECK(parsed(bad.output)["errors"].GetUint64() == 50);
  CHECK_THAT(bad.errors, Contains("50 requests failed") && Contains("127.0.0.1:9"));
}
