#include "refusals.hpp"

#include <map>

namespace midas::test {

namespace {

constexpr std::string_view no_retries = "midas does not repeat failed requests yet";

}  // namespace

const std::map<std::string, std::string>& reasons_for_refusing() {
  static const std::map<std::string, std::string> reasons{
      {"APP-007", std::string{no_retries}},
      {"APP-008", std::string{no_retries}},
      {"APP-009", std::string{no_retries}},
      {"APP-010", std::string{no_retries}},
      {"APP-014", std::string{no_retries}},
      {"APP-015", std::string{no_retries}},
      {"APP-025", std::string{no_retries}},
      {"APP-026", std::string{no_retries}},
      {"APP-028", std::string{no_retries}},
      {"APP-029", std::string{no_retries}},
      {"APP-054", std::string{no_retries}},
      {"IMDS-025", std::string{no_retries}},
      {"IMDS-026", std::string{no_retries}},
      {"IMDS-027", std::string{no_retries}},
      {"IMDS-028", std::string{no_retries}},
      {"IMDS-031", std::string{no_retries}},
      {"SF-028", std::string{no_retries}},
      {"SF-029", std::string{no_retries}},
      {"INP-009", "a caller cannot cancel a request; it gives the time that it waits"}};
  return reasons;
}

std::optional<std::string> reason_for_refusing(std::string_view id) {
  const auto& reasons = reasons_for_refusing();
  const auto found = reasons.find(std::string{id});
  return found == reasons.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace midas::test
