#include "vector_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>

namespace midas::test {

namespace {

std::string with_colons(std::string_view digits) {
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    result += i != 0 && i % 2 == 0 ? ":" : "";
    result += static_cast<char>(std::toupper(static_cast<unsigned char>(digits[i])));
  }
  return result;
}

std::string moment(std::string_view form, std::chrono::sys_seconds at) {
  const auto time = std::chrono::system_clock::to_time_t(at);
  if (form == "iso:") {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.0000000Z", fmt::gmtime(time));
  }
  if (form == "http_date:") {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(time));
  }
  return std::to_string(time);
}

// "+60", "-5", or nothing.
std::optional<std::chrono::seconds> offset_of(std::string_view text) {
  if (text.empty()) {
    return std::chrono::seconds{0};
  }
  const auto digits = text.substr(1);
  long long number = 0;
  const auto* const end = digits.data() + digits.size();
  if ((text.front() != '+' && text.front() != '-') || digits.empty() ||
      std::from_chars(digits.data(), end, number).ptr != end) {
    return std::nullopt;
  }
  return std::chrono::seconds{text.front() == '-' ? -number : number};
}

std::optional<std::string> meaning_of(std::string_view name, std::chrono::sys_seconds now) {
  for (const std::string_view form : {"iso:", "http_date:", ""}) {
    const auto beginning = std::string{form} + "now";
    if (name.starts_with(beginning)) {
      const auto offset = offset_of(name.substr(beginning.size()));
      return offset ? std::optional{moment(form, now + *offset)} : std::nullopt;
    }
  }
  if (name == "arc_dir") {
    return "/var/opt/azcmagent/tokens";
  }
  if (name == "tmp") {
    return std::string{scratch_directory};
  }
  if (name == "thumbprint") {
    return std::string{server_thumbprint};
  }
  if (name == "thumbprint_colon_upper") {
    return with_colons(server_thumbprint);
  }
  return std::nullopt;
}

}  // namespace

rapidjson::Document read_vector_file(const std::string& path) {
  std::ifstream in{path};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  rapidjson::Document result;
  result.Parse(text.c_str());
  if (!in || result.HasParseError() || !result.IsObject() || !result.HasMember("vectors")) {
    throw std::runtime_error{path + " is no file of conformance cases"};
  }
  return result;
}

std::vector<std::string> vector_files() {
  std::vector<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator{MIDAS_VECTOR_DIRECTORY}) {
    result.push_back(entry.path().string());
  }
  std::ranges::sort(result);
  const auto* const others = std::getenv("MIDAS_VECTORS");
  std::string_view rest = others == nullptr ? "" : others;
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    if (colon != 0) {
      result.emplace_back(rest.substr(0, colon));
    }
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return result;
}

const rapidjson::Value& member_of(const rapidjson::Value& object, const char* member) {
  static const rapidjson::Value null;
  if (!object.IsObject()) {
    return null;
  }
  const auto found = object.FindMember(member);
  return found == object.MemberEnd() ? null : found->value;
}

std::string text_of(const rapidjson::Value& object, const char* member) {
  const auto& value = member_of(object, member);
  return value.IsString() ? std::string{value.GetString(), value.GetStringLength()} : "";
}

std::string expanded(std::string text, std::chrono::sys_seconds now) {
  for (auto begin = text.find("{{"); begin != std::string::npos; begin = text.find("{{", begin)) {
    const auto end = text.find("}}", begin);
    const auto meaning =
        end == std::string::npos
            ? std::nullopt
            : meaning_of(std::string_view{text}.substr(begin + 2, end - begin - 2), now);
    if (!meaning) {
      // JSON objects in JSON objects look alike.
      ++begin;
      continue;
    }
    text.replace(begin, end + 2 - begin, *meaning);
    begin += meaning->size();
  }
  return text;
}

}  // namespace midas::test
