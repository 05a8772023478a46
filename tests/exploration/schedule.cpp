#include "tests/exploration/schedule.hpp"

namespace midas::internal::exploration {

namespace {

constexpr std::string_view separator = "; ";

}  // namespace

std::string to_string(const schedule& steps) {
  std::string result;
  for (const auto& step : steps) {
    result.append(result.empty() ? "" : separator).append(step);
  }
  return result;
}

schedule schedule_of(std::string_view text) {
  schedule result;
  while (!text.empty()) {
    const auto end = text.find(separator);
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
  }
  return result;
}

const std::vector<std::string>& answers_of_host() {
  static const std::vector<std::string> all{"ok",  "short", "same",  "expired", "429",
                                            "503", "reset", "throw", "400",     "401"};
  return all;
}

}  // namespace midas::internal::exploration
