#include "http/query_string.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>

#include <algorithm>

namespace midas::internal::http {
namespace {

constexpr int hexadecimal(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct discarding_stream {
  using Ch = char;         // NOLINT(readability-identifier-naming): RapidJSON's names
  void Put(char) const {}  // NOLINT(readability-identifier-naming)
};

bool is_utf8(std::string_view text) {
  rapidjson::MemoryStream input(text.data(), text.size());
  discarding_stream output;
  while (input.Tell() < text.size()) {
    if (!rapidjson::UTF8<>::Validate(input, output)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  bool all_ascii = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      if (text.size() - i < 3) {
        return std::nullopt;
      }
      const int high = hexadecimal(text[i + 1]);
      const int low = hexadecimal(text[i + 2]);
      if (high < 0 || low < 0) {
        return std::nullopt;
      }
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    all_ascii = all_ascii && static_cast<unsigned char>(c) < 0x80;
    decoded.push_back(c);
  }
  // Answers repeat the text in JSON, which cannot represent other bytes.
  if (!all_ascii && !is_utf8(decoded)) {
    return std::nullopt;
  }
  return decoded;
}

std::optional<query_string> query_string::parse(std::string_view text) {
  query_string result;
  result.parameters_.reserve(4);
  while (!text.empty()) {
    const auto component = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), component.size() + 1));
    if (component.empty()) {
      continue;
    }
    const auto name_size = std::min(component.find('='), component.size());
    auto name = percent_decode(component.substr(0, name_size));
    auto value = percent_decode(component.substr(std::min(component.size(), name_size + 1)));
    if (!name || !value) {
      return std::nullopt;
    }
    result.parameters_.push_back({std::move(*name), std::move(*value)});
  }
  return result;
}

const std::string* query_string::find(std::string_view name) const noexcept {
  for (const auto& candidate : parameters_) {
    if (candidate.name == name) {
      return &candidate.value;
    }
  }
  return nullptr;
}

const std::string* query_string::repeated() const noexcept {
  // Quadratic, but the server limits the size of a request's head, and real queries have three
  // parameters.
  for (auto later = parameters_.begin(); later != parameters_.end(); ++later) {
    if (std::any_of(parameters_.begin(), later,
                    [&](const parameter& earlier) { return earlier.name == later->name; })) {
      return &later->name;
    }
  }
  return nullptr;
}

}  // namespace midas::internal::http
