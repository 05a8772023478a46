// midas load, run as a user runs it.
#include "tests/support/catch.hpp"
#include "tests/support/environment_scope.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/tools/load/load_schema.hpp"
#include "tests/tools/load/run_load.hpp"
#include <midas/simulated_host.hpp>

#include <csignal>
#include <thread>

using namespace midas;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const std::vector<std::string> kinds_of_callers{"actors", "messages", "threads", "coroutines",
                                                "callbacks"};

// The document of a run that succeeds.
rapidjson::Document document_of(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const auto result = run_load(std::move(arguments));
  CAPTURE(result.errors, result.output);
  CHECK(result.exit_code == 0);
  check_load_schema(result.output);
  return parsed(result.output);
}

}  // namespace

TEST_CASE("midas load makes the requests of a rate with any kind of callers") {
  const auto as = GENERATE(from_range(kinds_of_callers));
  const auto document = document_of({"--as", as, "--rate", "200/s", "--duration", "500ms",
                                     "--callers", "20", "--latency", "1ms", "--warm-up", "50ms"});
  CHECK(document["open_model"].GetBool());
  CHECK_FALSE(document.HasMember("cold"));
  CHECK(document["tokens"].GetUint64() == 100);
  CHECK(document["seconds"].GetDouble() >= 0.495);
  CHECK(document["service_time_ms"]["p50"].GetDouble() <=
        document["latency_ms"]["p50"].GetDouble());
  std::uint64_t warm_up = 0;
  std::uint64_t steady = 0;
  for (const auto& row : document["series"].GetArray()) {
    const bool is_steady = std::string{row["phase"].GetString()} == "steady";
    (is_steady ? steady : warm_up) += row["tokens"].GetUint64();
  }
  CHECK(warm_up == 10);
  CHECK(steady == 100);
}

TEST_CASE("midas load counts latency from the schedule when its callers are busy") {
  const auto as = GENERATE(from_range(kinds_of_callers));
  // One caller, whose requests take 50 ms each, for 20 requests in half a second.
  const auto document = document_of({"--as", as, "--rate", "40/s", "--duration", "500ms",
                                     "--callers", "1", "--latency", "50ms", "--fresh-keys"});
  CHECK(document["tokens"].GetUint64() == 20);
  CHECK(document["http_requests"].GetUint64() == 20);
  CHECK(document["upstream_requests_per_1000_tokens"].GetDouble() == 1'000);
  CHECK(document["answers"]["fetched"].GetUint64() == 20);
  CHECK(document["missed"].GetUint64() >= 19);
  // The last one is due after 475 ms, and begins after 950 ms.
  CHECK(document["latency_ms"]["max"].GetDouble() >= 525);
  CHECK(document["latency_ms"]["p50"].GetDouble() > document["service_time_ms"]["p50"].GetDouble());
  CHECK(document["seconds"].GetDouble() >= 1);
}

TEST_CASE("midas load follows the stages of a schedule") {
  const auto document = document_of({"--stages", "200ms:0..200/s,200ms:..0/s", "--as", "threads",
                                     "--callers", "10", "--latency", "1ms"});
  CHECK(document["tokens"].GetUint64() == 40);
  CHECK(std::string{document["settings"]["stages"].GetString()} == "200ms:0..200/s,200ms:..0/s");
}

TEST_CASE("midas load --force-refresh asks the host again and again") {
  const auto as = GENERATE(from_range(kinds_of_callers));
  const auto document = document_of({"--as", as, "--callers", "2", "--force-refresh", "--duration",
                                     "200ms", "--latency", "10ms"});
  CHECK(document["http_requests"].GetUint64() > 2);
  CHECK(document["answers"]["hit"].GetUint64() == 0);
  CHECK(document["cache_hits"].GetUint64() == 0);
}

TEST_CASE("midas load asks a simulator of any kind of host") {
  const std::string host = GENERATE("imds", "app-service", "app-service-2017", "service-fabric",
                                    "arc", "machine-learning", "cloud-shell", "workload-identity");
  auto document = document_of({"--host", host, "--once", "--callers", "20", "--latency", "1ms"});
  CHECK(document["tokens"].GetUint64() == 20);
  // The first answer of Azure Arc is a challenge.
  CHECK(document["http_requests"].GetUint64() == (host == "arc" ? 2 : 1));
  CHECK(std::string{document["settings"]["host"].GetString()} == host);
}

TEST_CASE("midas load asks a target of another kind than IMDS") {
  simulated_host_options options;
  options.host = identity_host::app_service;
  simulated_host app_service{options};
  std::vector<environment_variable> variables;
  std::string address;
  for (const auto& variable : app_service.environment()) {
    if (variable.name == "IDENTITY_ENDPOINT") {
      address = variable.value;
    } else {
      variables.push_back(variable);
    }
  }
  REQUIRE_FALSE(address.empty());
  const scoped_environment secret{variables};
  const std::vector<std::string> arguments{"--host", "app-service", "--once", "--callers", "5"};
  SECTION("by its address") {
    auto with_address = arguments;
    with_address.insert(with_address.end(), {"--target", address});
    CHECK(document_of(with_address)["tokens"].GetUint64() == 5);
  }
  SECTION("that the environment names") {
    const scoped_environment endpoint{{{"IDENTITY_ENDPOINT", address}}};
    CHECK(document_of({"--target", "environment", "--once", "--callers", "5"})["tokens"]
              .GetUint64() == 5);
  }
  CHECK(app_service.statistics().token_requests == 1);
}

TEST_CASE("midas load requests tokens of the identity in its options") {
  simulated_host imds;
  const auto sample = sample_user_assigned_identity();
  const auto with = [&imds](const std::string& option, const std::string& id) {
    return run_load({"--target", imds.endpoint(), "--once", "--callers", "3", option, id});
  };
  CHECK(with("--client-id", sample.client_id).exit_code == 0);
  CHECK(with("--object-id", sample.object_id).exit_code == 0);
  CHECK(with("--resource-id", sample.resource_id).exit_code == 0);
  const auto unknown = with("--client-id", "00000000-0000-0000-0000-000000000001");
  CHECK(unknown.exit_code == 1);
  CHECK_THAT(unknown.output, Contains("error identity_not_found"));
}

TEST_CASE("midas load against a dead target has errors by kind and no latency") {
  const std::string model = GENERATE("--once", "--rate=100/s");
  std::vector<std::string> arguments{
      "--target", "http://127.0.0.1:9", "--callers", "20", "--timeout", "2s", model, "--json"};
  if (model != "--once") {
    arguments.insert(arguments.end(), {"--duration", "200ms"});
  }
  const auto dead = run_load(arguments);
  CHECK(dead.exit_code == 1);
  CHECK_THAT(dead.errors, Contains("20 requests failed") && Contains("127.0.0.1:9"));
  check_load_schema(dead.output);
  const auto document = parsed(dead.output);
  CHECK(document["tokens"].GetUint64() == 0);
  CHECK(document["errors_by_kind"]["unreachable"].GetUint64() == 20);
  CHECK(document["error_latency_ms"]["unreachable"]["max"].GetDouble() > 0);
  CHECK_FALSE(document.HasMember("latency_ms"));
  REQUIRE(document["faults"].Size() == 1);
  CHECK(std::string{document["faults"][0]["text"].GetString()} == "unreachable from IMDS");
}

TEST_CASE("midas load marks the faults of the host on the time axis") {
  temporary_file rules{R"({"rules": [{"match": {"nth": 1}, "action": {"status": 503}}]})"};
  const auto document =
      document_of({"--faults", rules.path(), "--once", "--callers", "5", "--as", "callbacks"});
  REQUIRE(document["faults"].Size() == 1);
  CHECK(std::string{document["faults"][0]["text"].GetString()} == "503 from IMDS");
  CHECK(document["retries"].GetUint64() == 1);
}

TEST_CASE("midas load ends at a signal with the results so far") {
  const auto as = GENERATE(from_range(kinds_of_callers));
  const std::string model = GENERATE("--callers=10", "--rate=100/s");
  simulated_host imds;
  SECTION("of a host that answers") {}
  SECTION("of a host that does not answer any more") {
    imds.set_fault_rules(R"({"rules": [{"action": {"hang": true}}]})");
  }
  running_program load{MIDAS_PROGRAM,
                       {"load", "--as", as, model, "--threads", "2", "--target", imds.endpoint(),
                        "--duration", "1h", "--timeout", "1h", "--json"}};
  while (imds.statistics().token_requests == 0) {
    std::this_thread::sleep_for(1ms);
  }
  const auto stopped = load.stop(SIGINT);
  CHECK(stopped.exit_code == 0);
  check_load_schema(stopped.output);
  const auto document = parsed(stopped.output);
  CHECK(document["interrupted"].GetBool());
  CHECK(document["errors"].GetUint64() == 0);
}
