#include "tests/support/disguises.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdio>

namespace midas::internal::test {

namespace {

constexpr std::size_t part_size = 10;
constexpr std::string_view header_in_base64 = "base64 of a header";

template <class Function>
std::string each(std::string_view text, Function function) {
  std::string result;
  for (const char c : text) {
    result += function(static_cast<unsigned char>(c));
  }
  return result;
}

std::string printed(const char* format, unsigned value) {
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

std::string percent(std::string_view text) {
  return each(text, [](unsigned char c) {
    return std::isalnum(c) != 0 ? std::string(1, static_cast<char>(c)) : printed("%%%02x", c);
  });
}

std::string base64(std::string_view text) {
  std::string result(4 * ((text.size() + 2) / 3) + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  result.resize(static_cast<std::size_t>(size));
  return result;
}

std::string base64url(std::string_view text) {
  auto result = base64(text);
  std::ranges::replace(result, '+', '-');
  std::ranges::replace(result, '/', '_');
  result.erase(result.find_last_not_of('=') + 1);
  return result;
}

std::string broken_into_lines(const std::string& text, std::size_t length, std::string_view end) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); i += length) {
    result.append(text, i, length).append(end);
  }
  return result;
}

std::string json(std::string_view text) {
  return each(text, [](unsigned char c) {
    return (c == '"' || c == '\\' || c == '/' ? "\\" : "") + std::string(1, static_cast<char>(c));
  });
}

std::string folded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ') {
      result += static_cast<char>(std::tolower(byte));
    }
  }
  return result;
}

}  // namespace

std::vector<disguise> disguises_of(std::string_view secret) {
  const std::string plain{secret};
  const auto changed = [&](int (*to)(int)) {
    return each(secret, [to](unsigned char c) { return std::string(1, static_cast<char>(to(c))); });
  };
  const auto code = [&](const char* format) {
    return each(secret, [format](unsigned char c) { return printed(format, c); });
  };
  return {{"plain", plain},
          {"cut", plain.substr(0, 20)},
          {"the end", plain.substr(15)},
          {"lower case", changed(std::tolower)},
          {"upper case", changed(std::toupper)},
          {"percent", percent(secret)},
          {"percent, each character", code("%%%02X")},
          {"percent, twice", percent(percent(secret))},
          {"JSON", json(secret)},
          {"JSON in JSON", json(json(secret))},
          {"JSON, each character", code("\\u%04x")},
          {"JSON, each backslash escaped", code("\\\\u%04X")},
          {"Python", code("\\x%02x")},
          {"HTML", code("&#%u;")},
          {"HTML, hexadecimal", code("&#x%X;")},
          {"base64", base64(secret)},
          {"base64 at 1", base64("a" + plain + "b")},
          {"base64 at 2", base64("ab" + plain + "cd")},
          {std::string{header_in_base64}, base64("X-IDENTITY-HEADER: " + plain + "\r\n")},
          {"base64url", base64url(secret)},
          {"base64url at 1", base64url("a" + plain)},
          {"base64, percent", percent(base64("x" + plain))},
          {"base64, JSON", json(base64("xx" + plain))},
          {"base64, lines", broken_into_lines(base64(secret), 7, "\r\n")},
          {"lines", broken_into_lines(plain, 5, "\n  ")},
          {"UTF-16", each(secret, [](unsigned char c) {
             return std::string{static_cast<char>(c), '\0'};
           })}};
}

leak_search::leak_search(std::string_view secret) {
  for (const auto& form : disguises_of(secret)) {
    if (form.name == header_in_base64) {
      continue;  // Begins with a part that is not secret, and ends as another form does.
    }
    const auto text = folded(form.text);
    for (std::size_t i = 0; i + part_size <= text.size(); ++i) {
      parts_.insert(text.substr(i, part_size));
    }
  }
}

bool leak_search::finds_in(std::string_view text) const {
  const auto shown = folded(text);
  for (std::size_t i = 0; i + part_size <= shown.size(); ++i) {
    if (parts_.contains(shown.substr(i, part_size))) {
      return true;
    }
  }
  return false;
}

}  // namespace midas::internal::test
