#include "tests/conformance/templates.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string_view>

namespace midas::internal::conformance {

namespace {

std::string formatted(std::chrono::sys_seconds time, const char* format) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &fields)};
}

std::string colon_upper(const std::string& digits) {
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    result += i != 0 && i % 2 == 0 ? ":" : "";
    const char c = digits[i];
    result += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return result;
}

// "now+3600", "now-5", "now".
std::chrono::sys_seconds time_of(std::string_view name, const template_values& values) {
  name.remove_prefix(std::string_view{"now"}.size());
  const auto offset = name.empty() ? 0 : std::strtoll(std::string{name}.c_str(), nullptr, 10);
  return values.now + std::chrono::seconds{offset};
}

std::string value_of(const std::string& name, const template_values& values) {
  constexpr std::string_view iso = "iso:";
  constexpr std::string_view http_date = "http_date:";
  if (name == "arc_dir") {
    return values.arc_directory;
  }
  if (name == "tmp") {
    return values.scratch_directory;
  }
  if (name == "thumbprint") {
    return values.thumbprint;
  }
  if (name == "thumbprint_colon_upper") {
    return colon_upper(values.thumbprint);
  }
  if (name.starts_with("now")) {
    return std::to_string(time_of(name, values).time_since_epoch().count());
  }
  if (name.starts_with(iso)) {
    const auto time = time_of(std::string_view{name}.substr(iso.size()), values);
    return formatted(time, "%Y-%m-%dT%H:%M:%S.0000000Z");
  }
  if (name.starts_with(http_date)) {
    const auto time = time_of(std::string_view{name}.substr(http_date.size()), values);
    return formatted(time, "%a, %d %b %Y %H:%M:%S GMT");
  }
  throw std::runtime_error{"{{" + name + "}} is an unknown template"};
}

}  // namespace

std::string expand(std::string text, const template_values& values) {
  for (auto at = text.find("{{"); at != std::string::npos;) {
    const auto end = text.find("}}", at);
    // JSON has braces, too: only those followed by a word begin a template.
    if (end == std::string::npos || text.find_first_of("\"{ ,\n", at + 2) < end) {
      at = text.find("{{", at + 1);
      continue;
    }
    const auto value = value_of(text.substr(at + 2, end - at - 2), values);
    text.replace(at, end + 2 - at, value);
    at = text.find("{{", at + value.size());
  }
  return text;
}

}  // namespace midas::internal::conformance
