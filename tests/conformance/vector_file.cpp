#include "vector_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
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

std::string moment(const std::string& form, std::chrono::sys_seconds at) {
  const auto time = std::chrono::system_clock::to_time_t(at);
  if (form == "iso:") {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.0000000Z", fmt::gmtime(time));
  }
  if (form == "http_date:") {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(time));
  }
  return std::to_string(time);
}

std::optional<std::string> meaning_of(const std::string& name, std::chrono::sys_seconds now) {
  static const std::regex time{R"((iso:|http_date:|)now(?:([+-])(\d+))?)"};
  if (std::smatch parts; std::regex_match(name, parts, time)) {
    const std::chrono::seconds offset{parts[3].matched ? std::stoll(parts[3]) : 0};
    return moment(parts[1], parts[2] == "-" ? now - offset : now + offset);
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
  const auto found = object.IsObject() ? object.FindMember(member) : object.MemberEnd();
  return object.IsObject() && found != object.MemberEnd() ? found->value : null;
}

std::string text_of(const rapidjson::Value& object, const char* member) {
  const auto& value = member_of(object, member);
  return value.IsString() ? std::string{value.GetString(), value.GetStringLength()} : "";
}

std::string expanded(std::string text, std::chrono::sys_seconds now) {
  for (auto begin = text.find("{{"); begin != std::string::npos; begin = text.find("{{", begin)) {
    const auto end = text.find("}}", begin);
    const auto meaning = end == std::string::npos
                             ? std::nullopt
                             : meaning_of(text.substr(begin + 2, end - begin - 2), now);
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
