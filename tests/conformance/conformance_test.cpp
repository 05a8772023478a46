// Runs the conformance cases, which other libraries' tests were distilled into, each as a section
// named by its id.
#define CATCH_CONFIG_EXTERNAL_INTERFACES

#include <midas/transport/certificate_pin.hpp>
#include <midas/transport/endpoints/detection.hpp>
#include <midas/transport/endpoints/dialects.hpp>
#include <midas/transport/identity_json.hpp>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "refusals.hpp"
#include "scripted_host.hpp"
#include "vector_file.hpp"

using namespace midas;
using namespace midas::test;

namespace {

using json = rapidjson::Value;

constexpr std::chrono::sys_seconds start{std::chrono::seconds{1'900'000'000}};
constexpr std::chrono::seconds tolerance{5};

struct tally {
  std::size_t passed = 0;
  std::size_t refused = 0;
  std::size_t failed = 0;
};

host_environment environment_of(const json& vector) {
  host_environment result;
  result.platform =
      text_of(vector, "platform") == "windows" ? host_platform::windows : host_platform::linux;
  for (const auto& member : member_of(vector, "env").GetObject()) {
    result.variables.emplace(member.name.GetString(), expanded(member.value.GetString(), start));
  }
  const auto agent = arc_agent_file(result);
  const auto& files = member_of(vector, "files");
  for (rapidjson::SizeType i = 0; files.IsArray() && i < files.Size(); ++i) {
    result.arc_agent_installed |= expanded(text_of(files[i], "path"), start) == agent;
  }
  return result;
}

// The files of a case, without a disk: what reading them from one has to check is tested elsewhere.
class case_files {
 public:
  explicit case_files(const json& vector) {
    const auto& files = member_of(vector, "files");
    for (rapidjson::SizeType i = 0; files.IsArray() && i < files.Size(); ++i) {
      const auto& exists = member_of(files[i], "exists");
      if (!exists.IsBool() || exists.GetBool()) {
        auto content = text_of(files[i], "content");
        const auto& size = member_of(files[i], "size");
        content.resize(
            size.IsUint() ? std::max<std::size_t>(size.GetUint(), content.size()) : content.size(),
            'x');
        contents_.emplace(expanded(text_of(files[i], "path"), start), content);
      }
    }
  }

  expected<sensitive_string> read(const std::string& path, std::size_t max_bytes,
                                  errc problem) const {
    const auto found = contents_.find(path);
    if (found == contents_.end()) {
      return fail(problem, path + " does not exist");
    }
    if (found->second.size() > max_bytes) {
      return fail(problem, path + " is too large");
    }
    return sensitive_string{found->second};
  }

 private:
  std::map<std::string, std::string> contents_;
};

endpoint_settings settings_of(const json& vector) {
  endpoint_settings result;
  const auto& capabilities = member_of(member_of(vector, "options"), "client_capabilities");
  for (rapidjson::SizeType i = 0; capabilities.IsArray() && i < capabilities.Size(); ++i) {
    result.client_capabilities.emplace_back(capabilities[i].GetString());
  }
  const case_files files{vector};
  result.files.read_key = [files](const std::string& path, std::size_t max_bytes) {
    return files.read(path, max_bytes, errc::challenge_rejected);
  };
  result.files.read_federated_token = [files](const std::string& path, std::size_t max_bytes) {
    return files.read(path, max_bytes, errc::invalid_configuration);
  };
  return result;
}

expected<managed_identity> identity_of(const json& identity) {
  static const std::map<std::string, std::string> types{{"system", "SystemAssigned"},
                                                        {"client_id", "ClientId"},
                                                        {"object_id", "ObjectId"},
                                                        {"resource_id", "ResourceId"}};
  const auto kind = text_of(identity, "kind");
  const auto type = types.find(kind);
  const auto id = text_of(identity, "value");
  return parse_managed_identity(R"({"ManagedIdentityIdType":")" +
                                (type == types.end() ? kind : type->second) + R"(","Id":)" +
                                (kind == "system" ? "null" : "\"" + id + "\"") + "}");
}

token_request request_of(const json& step, const json& vector) {
  const auto given = [&](const char* member) -> const json& {
    return step.HasMember(member) ? member_of(step, member) : member_of(vector, member);
  };
  token_request result;
  if (auto identity = identity_of(given("identity"))) {
    result.identity = *identity;
  }
  const auto& resource = given("resource");
  result.resource = resource.IsString() ? resource.GetString() : "";
  const auto& options = member_of(step, "options");
  result.claims = text_of(options, "claims");
  const auto& forced = member_of(options, "force_refresh");
  result.force_refresh = forced.IsBool() && forced.GetBool();
  return result;
}

bool is_error_of_class(errc code, const std::string& error_class) {
  static const std::map<std::string, std::set<errc>> classes{
      {"invalid_argument", {errc::invalid_resource, errc::invalid_identity}},
      {"unsupported_identity", {errc::identity_not_supported}},
      {"invalid_endpoint", {errc::invalid_endpoint}},
      {"insecure_endpoint", {errc::endpoint_not_allowed}},
      {"configuration", {errc::invalid_configuration}},
      {"challenge_rejected", {errc::challenge_rejected}},
      {"platform_not_supported", {errc::challenge_rejected}},
      {"identity_not_confirmed", {errc::identity_not_confirmed}},
      {"service_error",
       {errc::request_rejected, errc::identity_not_found, errc::throttled,
        errc::service_unavailable}},
      {"empty_response", {errc::invalid_response}},
      {"parse_error", {errc::invalid_response}},
      {"invalid_lifetime", {errc::invalid_response}},
      {"network_error", {errc::unreachable, errc::connection_lost}},
      {"redirect_rejected", {errc::request_rejected}},
      {"timeout", {errc::request_timeout, errc::deadline_exceeded}},
      {"tls_pin_mismatch", {errc::certificate_mismatch}},
      {"cancelled", {errc::cancelled}}};
  const auto found = classes.find(error_class);
  return found != classes.end() && found->second.contains(code);
}

// What the host said has to be told; words of the origin's own do not.
void check_fragments(const error& problem, const json& outcome, const json& exchange) {
  const auto& fragments = member_of(outcome, "error_contains");
  std::string said;
  for (rapidjson::SizeType i = 0; exchange.IsArray() && i < exchange.Size(); ++i) {
    said = text_of(member_of(exchange[i], "respond"), "body");
  }
  for (rapidjson::SizeType i = 0; fragments.IsArray() && i < fragments.Size(); ++i) {
    const std::string fragment = fragments[i].GetString();
    if (said.find(fragment) != std::string::npos) {
      CAPTURE(fragment);
      CHECK(to_string(problem).find(fragment) != std::string::npos);
    }
  }
}

bool is_token_of(const json& outcome, std::string_view token) {
  const auto& any = member_of(outcome, "token_any_of");
  return any.IsArray()
             ? std::ranges::any_of(any.GetArray(),
                                   [token](const json& each) { return token == each.GetString(); })
             : token == text_of(outcome, "token");
}

void check_token(const access_token& token, const json& outcome, std::chrono::sys_seconds now) {
  CHECK(is_token_of(outcome, token.token().reveal()));
  if (const auto source = text_of(outcome, "token_source"); !source.empty() && source != "mixed") {
    CHECK(to_string(token.source()) == source);
  }
  if (const auto type = text_of(outcome, "token_type"); !type.empty()) {
    CHECK(token.token_type() == type);
  }
  if (const auto& life = member_of(outcome, "expires_in"); life.IsInt64()) {
    CHECK(std::chrono::abs(token.expires_on() - now - std::chrono::seconds{life.GetInt64()}) <=
          tolerance);
  }
  if (const auto& end = member_of(outcome, "expires_on"); end.IsInt64()) {
    CHECK(token.expires_on().time_since_epoch().count() == end.GetInt64());
  }
  if (const auto& hint = member_of(outcome, "refresh_in"); hint.IsInt64()) {
    REQUIRE(token.refresh_on());
    CHECK(std::chrono::abs(*token.refresh_on() - now - std::chrono::seconds{hint.GetInt64()}) <=
          tolerance);
  }
}

void check_outcome(const expected<access_token>& told, const json& step,
                   std::chrono::sys_seconds now) {
  const auto& outcome = member_of(step, "outcome");
  const auto error_class = text_of(outcome, "error_class");
  if (error_class.empty()) {
    INFO((told ? "a token" : to_string(told.error())));
    REQUIRE(told);
    check_token(*told, outcome, now);
    return;
  }
  REQUIRE_FALSE(told);
  const auto& problem = told.error();
  INFO(to_string(problem));
  CHECK(is_error_of_class(problem.code, error_class));
  if (const auto& status = member_of(outcome, "http_status"); status.IsInt()) {
    CHECK(problem.http_status == status.GetInt());
  }
  check_fragments(problem, outcome, member_of(step, "exchange"));
}

std::optional<sha1_digest> server_certificate(const json& vector) {
  const auto digits = expanded(text_of(member_of(vector, "server_tls"), "sha1"), start);
  const auto digest = parse_thumbprint("sha1", digits);
  return digest ? std::optional{*digest} : std::nullopt;
}

void run_step(virtual_actors& actors, const json& step, const json& vector) {
  if (const auto& seconds = member_of(step, "advance_seconds"); seconds.IsInt64()) {
    actors.advance(std::chrono::seconds{seconds.GetInt64()});
  }
  const auto before = actors.transport->started();
  const auto told = actors.ask(request_of(step, vector));
  const auto came = play(actors, before, step, server_certificate(vector));
  REQUIRE(told->size() == 1);
  check_outcome(told->front(), step, actors.now());
  const auto& count = member_of(member_of(step, "outcome"), "request_count");
  if (count.IsUint64()) {
    CHECK(came == count.GetUint64());
  }
}

void check_detection(const json& vector) {
  static const std::map<std::string, identity_host> hosts{
      {"imds", identity_host::imds},
      {"app_service", identity_host::app_service},
      {"service_fabric", identity_host::service_fabric},
      {"azure_arc", identity_host::azure_arc},
      {"cloud_shell", identity_host::cloud_shell},
      {"machine_learning", identity_host::machine_learning},
      {"workload_identity", identity_host::workload_identity}};
  const auto detected = detect_host(environment_of(vector));
  REQUIRE(detected.host);
  const auto wanted = hosts.find(text_of(member_of(vector, "outcome"), "source"));
  REQUIRE(wanted != hosts.end());
  CHECK(*detected.host == wanted->second);
}

void check_construction(const json& vector) {
  const auto identity = identity_of(member_of(vector, "identity"));
  REQUIRE_FALSE(identity);
  CHECK(is_error_of_class(identity.error().code,
                          text_of(member_of(vector, "outcome"), "error_class")));
}

void check_pin(const json& vector) {
  const auto pin = parse_thumbprint("IDENTITY_SERVER_THUMBPRINT",
                                    environment_of(vector).variable("IDENTITY_SERVER_THUMBPRINT"));
  const auto shown =
      parse_thumbprint("sha1", expanded(text_of(member_of(vector, "server_tls"), "sha1"), start));
  REQUIRE(shown);
  const auto& accepted = member_of(member_of(vector, "outcome"), "certificate_accepted");
  CHECK((pin && certificate_matches(*pin, *shown)) == (accepted.IsBool() && accepted.GetBool()));
}

void run(const json& vector) {
  const auto operation = text_of(vector, "operation");
  if (operation == "detect_source") {
    return check_detection(vector);
  }
  if (operation == "construct") {
    return check_construction(vector);
  }
  if (operation == "validate_certificate") {
    return check_pin(vector);
  }
  const auto environment = environment_of(vector);
  virtual_actors actors{{64, 0},
                        make_endpoint(detect_host(environment), environment, settings_of(vector))};
  run_step(actors, vector, vector);
  const auto& then = member_of(vector, "then");
  for (rapidjson::SizeType i = 0; then.IsArray() && i < then.Size(); ++i) {
    INFO("then, step " << i + 1);
    run_step(actors, then[i], vector);
  }
}

// Catch2 has no other way to know in the end how many sections failed.
class tallying : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void sectionEnded(const Catch::SectionStats& section) override {
    if (section.sectionInfo.name.find('-') == std::string::npos) {
      return;
    }
    if (!section.assertions.allPassed()) {
      ++totals_.failed;
    } else if (reason_for_refusing(section.sectionInfo.name)) {
      ++totals_.refused;
    } else {
      ++totals_.passed;
    }
  }

  void testRunEnded(const Catch::TestRunStats&) override {
    fmt::print("conformance: {} passed, {} refused on purpose, {} failed\n", totals_.passed,
               totals_.refused, totals_.failed);
  }

 private:
  tally totals_;
};

CATCH_REGISTER_LISTENER(tallying)

}  // namespace

TEST_CASE("docs/compatibility.md tells of each case that is refused, and why") {
  std::ifstream in{MIDAS_COMPATIBILITY_PAGE};
  std::map<std::string, std::string> told;
  bool in_table = false;
  for (std::string line; std::getline(in, line);) {
    const auto middle = line.find(" | ");
    if (in_table && line.starts_with("| ") && line.ends_with(" |") && middle != std::string::npos) {
      told.emplace(line.substr(2, middle - 2), line.substr(middle + 3, line.size() - middle - 5));
    }
    in_table = line.starts_with(in_table ? "|" : "| case |");
  }
  CHECK(told == reasons_for_refusing());
}

TEST_CASE("midas does what the conformance cases ask") {
  for (const auto& file : vector_files()) {
    const auto document = read_vector_file(file);
    for (const auto& vector : member_of(document, "vectors").GetArray()) {
      const auto id = text_of(vector, "id");
      DYNAMIC_SECTION(id) {
        if (const auto reason = reason_for_refusing(id)) {
          SUCCEED(*reason);
        } else {
          run(vector);
        }
      }
    }
  }
}
