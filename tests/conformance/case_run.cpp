#include "tests/conformance/case_run.hpp"

#include "actors/acquisition_actor.hpp"
#include "actors/policies/refresh_policy.hpp"
#include "messages/make_error.hpp"
#include "tests/conformance/outcome.hpp"
#include "tests/conformance/scratch_files.hpp"
#include "tests/conformance/scripted_host.hpp"
#include "tests/support/virtual_actors.hpp"
#include "transport/curl/certificate_pin.hpp"
#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_registry.hpp"
#include <midas/managed_identity.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

namespace midas::internal::conformance {

namespace {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

// What the cases call hosts and kinds of identities, and what midas calls them.
constexpr std::array<std::pair<std::string_view, identity_host>, 8> host_names{{
    {"imds", identity_host::imds},
    {"app_service", identity_host::app_service},
    {"app_service_2017", identity_host::app_service_2017},
    {"service_fabric", identity_host::service_fabric},
    {"azure_arc", identity_host::azure_arc},
    {"machine_learning", identity_host::machine_learning},
    {"cloud_shell", identity_host::cloud_shell},
    {"workload_identity", identity_host::workload_identity},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kind_names{{
    {"system", "SystemAssigned"},
    {"client_id", "ClientId"},
    {"object_id", "ObjectId"},
    {"resource_id", "ResourceId"},
}};

std::string_view name_of(identity_host host) {
  const auto* const found =
      std::ranges::find(host_names, host, [](const auto& each) { return each.second; });
  return found->first;
}

// From configuration, as an application that is told its identity by a file has it. What is no kind
// keeps its name, and a value that is not there is left out.
expected<managed_identity> identity_of(const json& identity) {
  const auto kind = text_of(identity, "kind");
  const auto* const found =
      std::ranges::find(kind_names, kind, [](const auto& each) { return each.first; });
  rapidjson::Document text{rapidjson::kObjectType};
  const auto add = [&text](const char* name, const std::string& value) {
    text.AddMember(json{name, text.GetAllocator()}, json{value.c_str(), text.GetAllocator()},
                   text.GetAllocator());
  };
  add("ManagedIdentityIdType", found == kind_names.end() ? kind : std::string{found->second});
  if (member(identity, "value") != nullptr) {
    add("Id", text_of(identity, "value"));
  }
  auto parsed = parse_managed_identity(dump(text));
  if (parsed) {
    if (auto valid = parsed->validate(); !valid) {
      return unexpected{std::move(valid.error())};
    }
  }
  return parsed;
}

host_platform platform_of(const json& content) {
  const auto platform = text_of(content, "platform");
  if (platform.empty() || platform == "linux") {
    return host_platform::unix_like;
  }
  return platform == "windows" ? host_platform::windows : host_platform::other;
}

std::string arc_directory_of(const host_environment& environment) {
  return environment.platform == host_platform::windows
             ? std::string{environment.variable("ProgramData")} +
                   "\\AzureConnectedMachineAgent\\Tokens"
             : "/var/opt/azcmagent/tokens";
}

lines differ(bool same, const std::string& line) { return same ? lines{} : lines{line}; }

// One case: a process of its own, with its environment and its files.
class process {
 public:
  explicit process(const json& content) : content_(content) {
    values_.now = std::chrono::sys_seconds{1'900'000'000s};
    values_.scratch_directory = files_.directory();
    values_.thumbprint = "5f3a9c1e7d2b48a06c9e0f1d3b5a7c9e1f2d4b6a";
    environment_.platform = platform_of(content);
    if (const auto* variables = member(content, "env"); variables != nullptr) {
      for (const auto& each : variables->GetObject()) {
        const auto name = to_text(each.name);
        // midas would not see a variable that is not among those that it reads.
        if (std::ranges::find(identity_variables, name) != identity_variables.end()) {
          environment_.variables[name] = expand(to_text(each.value), values_);
        }
      }
    }
    values_.arc_directory = arc_directory_of(environment_);
    for (auto& each : environment_.variables) {
      each.second = expand(each.second, values_);
    }
    files_.create(content, values_, environment_);
  }

  lines run() {
    const auto operation = text_of(content_, "operation");
    if (operation.empty() || operation == "acquire_token") {
      return acquire();
    }
    if (operation == "detect_source" || operation == "discover") {
      return detect();
    }
    if (operation == "construct") {
      return construct();
    }
    if (operation == "validate_certificate") {
      return validate_certificate();
    }
    return {"there is no operation \"" + operation + "\" here"};
  }

 private:
  [[nodiscard]] const json& outcome() const { return content_["outcome"]; }

  [[nodiscard]] expected<host_protocol> endpoint(const json* options) const {
    host_settings settings;
    settings.files = files_.reader(values_.arc_directory);
    if (options != nullptr) {
      for (const auto* each : elements_of(*options, "client_capabilities")) {
        settings.client_capabilities.push_back(to_text(*each));
      }
    }
    // Whose credential is workload identity's own leaves no choice to the environment, which may
    // lack what it needs.
    const bool is_chosen = text_of(content_, "source") == "workload_identity";
    const auto chosen = is_chosen ? std::optional{identity_host::workload_identity} : std::nullopt;
    return make_protocol(detect_host(environment_, chosen), environment_, settings);
  }

  lines detect() {
    if (!elements_of(content_, "exchange").empty()) {
      return {"midas does not probe"};
    }
    const auto detected = detect_host(environment_).host;
    if (!detected) {
      return differences(detected.error(), outcome(), everything_known());
    }
    const auto source = text_of(outcome(), "source");
    return differ(name_of(*detected) == source,
                  "the host is " + std::string{name_of(*detected)} + ", not " + source);
  }

  lines construct() {
    const auto identity = identity_of(content_["identity"]);
    const auto made = endpoint(member(content_, "options"));
    const auto* problem = !identity ? &identity.error() : !made ? &made.error() : nullptr;
    if (problem != nullptr) {
      return differences(*problem, outcome(), everything_known());
    }
    return differ(!is_failure(outcome()), "nothing failed");
  }

  lines validate_certificate() {
    const std::string_view variable = "IDENTITY_SERVER_THUMBPRINT";
    const auto pin = parse_thumbprint(variable, environment_.variable(variable));
    if (!pin) {
      return differences(pin.error(), outcome(), everything_known());
    }
    const auto sha1 = expand(text_of(content_["server_tls"], "sha1"), values_);
    const auto certificate = parse_thumbprint("sha1", sha1);
    const bool accepted = certificate && certificate_matches(*pin, *certificate);
    const bool wanted = is_true(outcome(), "certificate_accepted");
    return differ(accepted == wanted,
                  std::string{"the certificate is "} + (accepted ? "accepted" : "not accepted"));
  }

  lines acquire() {
    const auto* options = member(content_, "options");
    service_context context{endpoint(options)};
    if (options != nullptr && member(*options, "request_timeout_ms") != nullptr) {
      context.options.attempt_timeout =
          std::chrono::milliseconds{(*options)["request_timeout_ms"].GetInt64()};
    }
    // The profiles are those of other libraries, with the delays that midas has, too.
    const auto retry = options == nullptr ? std::string{} : text_of(*options, "retry");
    context.options.retries = !retry.empty() && retry != "none";
    // Else a case that lets hours pass would find the token dropped, and a new one got for that.
    constexpr auto never = std::chrono::years{1};
    actors_ = std::make_unique<test::virtual_actors>(std::move(context), host_limits{64, 0}, never);
    const auto* identity = member(content_, "identity");
    const auto* resource = member(content_, "resource");
    auto result = leg(content_, identity, resource, options, "the call");
    std::size_t number = 0;
    for (const auto* each : elements_of(content_, "then")) {
      const auto* const own_identity = member(*each, "identity");
      const auto* const own_resource = member(*each, "resource");
      if (const auto* by = member(*each, "advance_seconds"); by != nullptr) {
        actors_->advance(std::chrono::seconds{by->GetInt64()});
      }
      const auto more = leg(*each, own_identity == nullptr ? identity : own_identity,
                            own_resource == nullptr ? resource : own_resource,
                            member(*each, "options"), "then " + std::to_string(++number));
      result.insert(result.end(), more.begin(), more.end());
    }
    return result;
  }

  lines leg(const json& content, const json* identity, const json* resource, const json* options,
            const std::string& name) {
    values_.now = actors_->now();
    lines result;
    const auto asked = request_of(identity, resource, options);
    step_result came;
    if (asked) {
      make_due(*asked, options);
      came = play(*asked, options, elements_of(content, "exchange"), result);
    } else {
      came.answers.emplace_back(unexpected{asked.error()});
    }
    came.held = actors_->context->table->size();
    const auto more = differences(came, content["outcome"], known_text(content), values_);
    result.insert(result.end(), more.begin(), more.end());
    for (auto& each : result) {
      each.insert(0, name + ": ");
    }
    return result;
  }

  [[nodiscard]] static expected<token_request> request_of(const json* identity,
                                                          const json* resource,
                                                          const json* options) {
    token_request result;
    if (identity != nullptr) {
      auto parsed = identity_of(*identity);
      if (!parsed) {
        return unexpected{std::move(parsed.error())};
      }
      result.identity = *std::move(parsed);
    }
    result.resource = resource == nullptr ? "" : to_text(*resource);
    if (options != nullptr) {
      result.claims = text_of(*options, "claims");
      result.force_refresh = is_true(*options, "force_refresh");
    }
    return result;
  }

  // The token at hand stays as it is, but that a new one should be sought.
  void make_due(const token_request& request, const json* options) {
    const auto key = make_key(request);
    if (options == nullptr || !is_true(*options, "force_refresh_on_in_past") || !key) {
      return;
    }
    const auto held = actors_->context->table->find_held(*key);
    if (held) {
      const access_token due{{.token = held->token(),
                              .token_type = held->token_type(),
                              .resource = held->resource(),
                              .expires_on = held->expires_on(),
                              .refresh_on = actors_->now() - 1s},
                             token_source::cache};
      const auto now = actors_->context->now();
      auto validity = validity_of({.expires_on = held->expires_on()}, now, 0);
      validity.refresh_at = now.boot;
      actors_->context->table->publish(*key, due, validity, now);
    }
  }

  // All callers ask, and then the host answers what it is asked, until they have been told.
  step_result play(const token_request& request, const json* options,
                   const std::vector<const json*>& exchange, lines& result) {
    constexpr auto max_wait = 10min;
    const auto* parallel = options == nullptr ? nullptr : member(*options, "parallel_calls");
    std::stop_source stop;
    if (options != nullptr && is_true(*options, "cancelled_before_start")) {
      stop.request_stop();
    }
    std::vector<std::shared_ptr<test::answers>> told;
    for (int i = 0; i < (parallel == nullptr ? 1 : parallel->GetInt()); ++i) {
      told.push_back(actors_->ask(request, max_wait, stop.get_token()));
    }
    step_result came;
    const auto is_told = [](const auto& each) { return !each->empty(); };
    while (heard_ < actors_->transport->started() || !std::ranges::all_of(told, is_told)) {
      if (heard_ < actors_->transport->started()) {
        hear(exchange, came, result);
      } else if (came.elapsed > max_wait) {
        result.emplace_back("nobody was told anything");
        break;
      } else {
        pass(250ms, came);
      }
    }
    if (came.requests < exchange.size()) {
      result.push_back("the host was asked " + std::to_string(came.requests) + " times, not " +
                       std::to_string(exchange.size()));
    }
    for (const auto& each : told) {
      came.answers.insert(came.answers.end(), each->begin(), each->end());
    }
    return came;
  }

  void hear(const std::vector<const json*>& exchange, step_result& came, lines& result) {
    const auto index = heard_++;
    const auto request = actors_->transport->request(index);
    if (auto hands = shake_hands(request, content_, values_); !hands) {
      actors_->transport->complete(index, unexpected{std::move(hands.error())});
      actors_->run();
      return;
    }
    if (came.requests >= exchange.size()) {
      result.emplace_back("the host was asked once more than it expects");
      ++came.requests;
      actors_->transport->complete(index, fail(errc::connection_lost, "not expected"));
      actors_->run();
      return;
    }
    const auto& entry = *exchange[came.requests++];
    for (auto& each : conformance::differences(request, entry["expect"], values_)) {
      result.push_back("request " + std::to_string(came.requests) + ": " + each);
    }
    auto answer = answer_to(request, entry["respond"], values_);
    pass(answer.after, came);
    actors_->transport->complete(index, std::move(answer.outcome));
    actors_->run();
  }

  void pass(std::chrono::milliseconds time, step_result& came) {
    came.elapsed += time;
    if (time > 0ms) {
      actors_->advance(time);
    }
  }

  // What an error can be asked to repeat: what the host said, and what the environment has.
  [[nodiscard]] std::string known_text(const json& leg) const {
    std::string result;
    for (const auto* each : elements_of(leg, "exchange")) {
      result += dump((*each)["respond"]) + "\n";
    }
    for (const auto& each : environment_.variables) {
      result += each.first + "\n" + each.second + "\n";
    }
    return result;
  }
  [[nodiscard]] std::string everything_known() const { return known_text(content_); }

  const json& content_;
  scratch_files files_;
  template_values values_;
  host_environment environment_;
  std::unique_ptr<test::virtual_actors> actors_;
  // How many requests the host has answered, in all steps.
  std::size_t heard_ = 0;
};

}  // namespace

std::vector<std::string> run_case(const vector_case& each) {
  try {
    return process{*each.content}.run();
  } catch (const std::exception& e) {
    return {std::string{"the case cannot be run: "} + e.what()};
  }
}

}  // namespace midas::internal::conformance
