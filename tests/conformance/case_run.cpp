#include "tests/conformance/case_run.hpp"

#include "actors/acquisition_actor.hpp"
#include "actors/policies/refresh_policy.hpp"
#include "messages/make_error.hpp"
#include "tests/conformance/case_input.hpp"
#include "tests/conformance/outcome.hpp"
#include "tests/conformance/scratch_files.hpp"
#include "tests/conformance/scripted_host.hpp"
#include "tests/support/virtual_actors.hpp"
#include "transport/formats/certificate_pin.hpp"
#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

namespace midas::internal::conformance {

namespace {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

lines differ(bool same, const std::string& line) { return same ? lines{} : lines{line}; }

// One case, as a process with its own environment and files.
class process {
 public:
  explicit process(const json& content) : content_(content) {
    values_.now = std::chrono::sys_seconds{1'900'000'000s};
    values_.scratch_directory = files_.directory();
    values_.thumbprint = "5f3a9c1e7d2b48a06c9e0f1d3b5a7c9e1f2d4b6a";
    environment_ = environment_of(content, values_);
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
    return {"the operation \"" + operation + "\" is unknown"};
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
    // The cases of workload identity are for a credential of its own, which does not detect the
    // host, even if the environment lacks a variable.
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
                  "the host is " + name_of(*detected) + ", not " + source);
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
    // The retry profiles are those of other libraries; midas has the same delays.
    const auto retry = options == nullptr ? std::string{} : text_of(*options, "retry");
    context.options.max_retries = retry.empty() || retry == "none" ? 0 : max_retries_of(content_);
    // Otherwise a case that lets hours pass would find its key evicted.
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
    const auto request = request_of(identity, resource, options);
    step_result came;
    if (request) {
      make_due(*request, options);
      came = play(*request, options, elements_of(content, "exchange"), result);
    } else {
      came.answers.emplace_back(unexpected{request.error()});
    }
    came.held = actors_->context->table->size();
    const auto more = differences(came, content["outcome"], known_text(content), values_);
    result.insert(result.end(), more.begin(), more.end());
    for (auto& each : result) {
      each.insert(0, name + ": ");
    }
    return result;
  }

  // Keeps the cached token, but makes its refresh due.
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

  // All callers request the token, then the host answers requests until every caller has an answer.
  step_result play(const token_request& request, const json* options,
                   const std::vector<const json*>& exchange, lines& result) {
    constexpr auto max_wait = 10min;
    const auto* parallel = options == nullptr ? nullptr : member(*options, "parallel_calls");
    std::stop_source stop;
    if (options != nullptr && is_true(*options, "cancelled_before_start")) {
      stop.request_stop();
    }
    std::vector<std::shared_ptr<test::answers>> answers;
    for (int i = 0; i < (parallel == nullptr ? 1 : parallel->GetInt()); ++i) {
      answers.push_back(actors_->ask(request, max_wait, stop.get_token()));
    }
    step_result came;
    const auto is_answered = [](const auto& each) { return !each->empty(); };
    while (received_ < actors_->transport->started() ||
           !std::ranges::all_of(answers, is_answered)) {
      if (received_ < actors_->transport->started()) {
        receive(exchange, came, result);
      } else if (came.elapsed > max_wait) {
        result.emplace_back("the callers were not answered");
        break;
      } else {
        pass(250ms, came);
      }
    }
    if (came.requests < exchange.size()) {
      result.push_back("the host received " + std::to_string(came.requests) + " requests, not " +
                       std::to_string(exchange.size()));
    }
    for (const auto& each : answers) {
      check_resources(*each, request, result);
      came.answers.insert(came.answers.end(), each->begin(), each->end());
    }
    return came;
  }

  // A token carries the resource of its key, not the text of the request.
  static void check_resources(const test::answers& answers, const token_request& request,
                              lines& result) {
    const auto key = make_key(request);
    for (const auto& each : answers) {
      if (each && (!key || each->resource() != key->resource)) {
        result.push_back("the token is for " + each->resource());
      }
    }
  }

  void receive(const std::vector<const json*>& exchange, step_result& came, lines& result) {
    const auto index = received_++;
    const auto request = actors_->transport->request(index);
    if (auto hands = shake_hands(request, content_, values_); !hands) {
      actors_->transport->complete(index, unexpected{std::move(hands.error())});
      actors_->run();
      return;
    }
    if (came.requests >= exchange.size()) {
      result.emplace_back("the host received more requests than it expects");
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

  // The texts that an error may have to repeat: those of the host and of the environment.
  [[nodiscard]] std::string known_text(const json& leg) const {
    std::string result;
    for (const auto* each : elements_of(leg, "exchange")) {
      result += dump((*each)["respond"]) + "\n";
    }
    for (const auto& each : environment_.variables) {
      result.append(each.first).append("\n").append(each.second).append("\n");
    }
    return result;
  }
  [[nodiscard]] std::string everything_known() const { return known_text(content_); }

  const json& content_;
  scratch_files files_;
  template_values values_;
  host_environment environment_;
  std::unique_ptr<test::virtual_actors> actors_;
  // The number of requests that the host has answered, in all steps.
  std::size_t received_ = 0;
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
