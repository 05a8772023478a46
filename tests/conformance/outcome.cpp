#include "tests/conformance/outcome.hpp"

#include "tests/conformance/error_classes.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

namespace midas::internal::conformance {

namespace {

constexpr std::int64_t tolerance = 5;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool contains(const std::string& text, const std::string& part) {
  return lower(text).find(lower(part)) != std::string::npos;
}

bool is_number(const std::string& text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

// The members that are compared here, and those that concern only the origin library.
void demand_known_outcome(const json& outcome) {
  static const std::set<std::string> known{"token",
                                           "token_any_of",
                                           "at_least_one_from_identity_provider",
                                           "token_source",
                                           "token_type",
                                           "expires_in",
                                           "expires_in_max",
                                           "expires_on",
                                           "refresh_in",
                                           "request_count",
                                           "cache_entries",
                                           "min_elapsed_ms",
                                           "max_elapsed_ms",
                                           "error_class",
                                           "error_contains",
                                           "http_status",
                                           "error_code",
                                           "error_phase",
                                           "body_passthrough",
                                           "cache_client_id",
                                           "refresh_reason",
                                           "parallel",
                                           "source"};
  for (const auto& each : outcome.GetObject()) {
    if (const auto name = to_text(each.name); !known.contains(name)) {
      throw std::runtime_error{"the outcome of a case has an unknown member \"" + name + "\""};
    }
  }
}

class outcome_comparison {
 public:
  void add(std::string line) { lines_.push_back(std::move(line)); }

  void same(const std::string& what, const std::string& found, const std::string& wanted) {
    if (found != wanted) {
      add(what + " is " + found + ", not " + wanted);
    }
  }

  void near(const std::string& what, std::int64_t found, std::int64_t wanted, std::int64_t by) {
    if (found < wanted - by || found > wanted + by) {
      add(what + " is " + std::to_string(found) + ", not " + std::to_string(wanted));
    }
  }

  void add_all(std::vector<std::string> added) {
    for (auto& each : added) {
      add(std::move(each));
    }
  }

  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

void compare_times(outcome_comparison& result, const access_token& token, const json& outcome,
                   const template_values& values) {
  const auto life = (token.expires_on() - values.now).count();
  if (const auto* wanted = member(outcome, "expires_in"); wanted != nullptr) {
    result.near("expires_in", life, wanted->GetInt64(), tolerance);
  }
  if (const auto* most = member(outcome, "expires_in_max");
      most != nullptr && life > most->GetInt64() + tolerance) {
    result.add("expires_in is " + std::to_string(life) + ", over " + to_text(*most));
  }
  if (const auto* wanted = member(outcome, "expires_on"); wanted != nullptr) {
    result.near("expires_on", token.expires_on().time_since_epoch().count(), wanted->GetInt64(), 0);
  }
  if (const auto found = outcome.FindMember("refresh_in"); found != outcome.MemberEnd()) {
    const auto refresh_on = token.refresh_on();
    if (found->value.IsNull()) {
      result.same("refresh_in", refresh_on ? "present" : "none", "none");
    } else if (!refresh_on) {
      result.add("refresh_in is none, not " + to_text(found->value));
    } else {
      result.near("refresh_in", (*refresh_on - values.now).count(), found->value.GetInt64(),
                  tolerance);
    }
  }
}

bool is_one_of(const json& outcome, std::string_view token) {
  const auto any = elements_of(outcome, "token_any_of");
  if (any.empty()) {
    return text_of(outcome, "token") == token;
  }
  return std::ranges::any_of(any, [&](const json* each) { return to_text(*each) == token; });
}

void compare_token(outcome_comparison& result, const access_token& token, const json& outcome,
                   const template_values& values) {
  if (!is_one_of(outcome, token.token().reveal())) {
    result.add("the token is not the expected one");
  }
  const auto source = text_of(outcome, "token_source");
  if (!source.empty() && source != "mixed") {
    result.same("token_source", std::string{to_string(token.source())}, source);
  }
  if (const auto type = text_of(outcome, "token_type"); !type.empty()) {
    result.same("token_type", token.token_type(), type);
  }
  compare_times(result, token, outcome, values);
}

}  // namespace

bool is_failure(const json& outcome) { return member(outcome, "error_class") != nullptr; }

std::vector<std::string> differences(const error& problem, const json& outcome,
                                     const std::string& known_text) {
  outcome_comparison result;
  const auto text = to_string(problem);
  const auto error_class = text_of(outcome, "error_class");
  if (error_class.empty()) {
    return {"the request failed: " + text};
  }
  if (!is_of_class(problem, error_class)) {
    result.add("the error is not of class " + error_class + ": " + text);
  }
  if (const auto* status = member(outcome, "http_status"); status != nullptr) {
    result.near("the status", problem.http_status, status->GetInt64(), 0);
  }
  for (const auto* each : elements_of(outcome, "error_contains")) {
    const auto part = to_text(*each);
    const bool is_required = is_number(part) || contains(known_text, part);
    if (is_required && !contains(text, part)) {
      result.add("the error does not contain \"" + part + "\": " + text);
    }
  }
  return result.take();
}

std::vector<std::string> differences(const step_result& step, const json& outcome,
                                     const std::string& known_text, const template_values& values) {
  demand_known_outcome(outcome);
  outcome_comparison result;
  if (step.answers.empty()) {
    result.add("no caller was answered");
  }
  std::size_t acquired = 0;
  for (const auto& each : step.answers) {
    if (!each) {
      result.add_all(differences(each.error(), outcome, known_text));
    } else if (is_failure(outcome)) {
      result.add("the request returned a token, but should have failed");
    } else {
      acquired += each->source() == token_source::identity_provider ? 1 : 0;
      compare_token(result, *each, outcome, values);
    }
  }
  if (is_true(outcome, "at_least_one_from_identity_provider") && acquired == 0) {
    result.add("no token came from the identity provider");
  }
  if (text_of(outcome, "token_source") == "mixed" &&
      (acquired == 0 || acquired == step.answers.size())) {
    result.add("all tokens came from the same source");
  }
  if (const auto* count = member(outcome, "request_count"); count != nullptr) {
    result.near("the number of requests", static_cast<std::int64_t>(step.requests),
                count->GetInt64(), 0);
  }
  if (const auto* count = member(outcome, "cache_entries"); count != nullptr) {
    result.near("the number of cached tokens", static_cast<std::int64_t>(step.held),
                count->GetInt64(), 0);
  }
  if (const auto* least = member(outcome, "min_elapsed_ms");
      least != nullptr && step.elapsed.count() < least->GetInt64()) {
    result.add("it took " + std::to_string(step.elapsed.count()) + " ms, under " + to_text(*least));
  }
  if (const auto* most = member(outcome, "max_elapsed_ms");
      most != nullptr && step.elapsed.count() > most->GetInt64()) {
    result.add("it took " + std::to_string(step.elapsed.count()) + " ms, over " + to_text(*most));
  }
  return result.take();
}

}  // namespace midas::internal::conformance
