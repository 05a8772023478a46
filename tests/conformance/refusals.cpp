#include "tests/conformance/refusals.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace midas::internal::conformance {

namespace {

const json* option(const json& step, std::string_view name) {
  const auto* options = member(step, "options");
  return options == nullptr ? nullptr : member(*options, name);
}

template <class Predicate>
bool any_step(const json& content, Predicate predicate) {
  return predicate(content) ||
         std::ranges::any_of(elements_of(content, "then"),
                             [&](const json* each) { return predicate(*each); });
}

// The lifetime in seconds of the token of a step, if the case states it.
std::optional<std::int64_t> life_of(const json& step) {
  const auto* outcome = member(step, "outcome");
  const auto* life = outcome == nullptr ? nullptr : member(*outcome, "expires_in");
  return life == nullptr || !life->IsInt64() ? std::nullopt : std::optional{life->GetInt64()};
}

// The case expects callers to wait for a refresh more than five minutes before the expiry.
bool needs_early_refresh(const json& content) {
  constexpr std::int64_t margin = 300;
  auto left = life_of(content);
  for (const auto* step : elements_of(content, "then")) {
    const auto* by = member(*step, "advance_seconds");
    if (by != nullptr && left) {
      *left -= by->GetInt64();
    }
    if (elements_of(*step, "exchange").empty()) {
      continue;
    }
    const bool is_later = by != nullptr || option(*step, "force_refresh_on_in_past") != nullptr;
    if (is_later && left.value_or(margin + 1) > margin && option(*step, "claims") == nullptr &&
        option(*step, "force_refresh") == nullptr) {
      return true;
    }
    left = life_of(*step);
  }
  return false;
}

bool probes(const json& content) { return text_of(content, "operation") == "discover"; }

bool binds_certificates(const json& content) {
  return text_of(content, "source") == "imds_v2" ||
         any_step(content, [](const json& step) { return option(step, "mtls_pop") != nullptr; });
}

bool replays_errors(const json& content) {
  return any_step(content,
                  [](const json& step) { return option(step, "throttle_cache") != nullptr; });
}

bool adds_parameters(const json& content) {
  return any_step(
      content, [](const json& step) { return option(step, "extra_query_parameters") != nullptr; });
}

bool demands_life(const json& content) {
  return any_step(
      content, [](const json& step) { return option(step, "min_remaining_seconds") != nullptr; });
}

bool is_of_one_library(const json& content) {
  return text_of(content, "conformance") == "library-specific";
}

constexpr std::array<refusal, 7> refusals{{
    {"midas refreshes early in the background, as MSAL .NET does: callers do not wait for it, and "
     "get the cached token",
     needs_early_refresh},
    {"midas does not probe hosts: it only sends requests for tokens", probes},
    {"certificate-bound tokens (IMDS v2) are not supported", binds_certificates},
    {"responses of a throttling host are not replayed", replays_errors},
    {"requests have only the parameters that the host documents", adds_parameters},
    {"the margin before the expiry of a token is the same for every caller", demands_life},
    {"the case documents one library, and contradicts another", is_of_one_library},
}};

}  // namespace

const refusal* find_refusal(const vector_case& each) {
  const auto* const found = std::ranges::find_if(
      refusals, [&each](const refusal& one) { return one.asked_by(*each.content); });
  return found == refusals.end() ? nullptr : found;
}

bool is_refused(const vector_case& each, const std::vector<std::string>& problems) {
  const auto is_about_request = [](const std::string& line) {
    return line.find(": request ") != std::string::npos;
  };
  return !problems.empty() && find_refusal(each) != nullptr &&
         std::ranges::none_of(problems, is_about_request);
}

std::string refusal_table(const std::vector<const vector_case*>& refused) {
  std::string result = "| cases | reason |\n|---|---|\n";
  for (const auto& each : refusals) {
    std::string ids;
    for (const auto* one : refused) {
      if (find_refusal(*one) == &each) {
        ids += (ids.empty() ? "" : ", ") + one->id;
      }
    }
    if (!ids.empty()) {
      result += "| " + ids + " | " + std::string{each.reason} + " |\n";
    }
  }
  return result;
}

}  // namespace midas::internal::conformance
