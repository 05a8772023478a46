#include "tests/conformance/expectation.hpp"

#include "transport/formats/url.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <utility>

namespace midas::internal::conformance {

namespace {

using pairs = std::multiset<std::pair<std::string, std::string>>;

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const std::string digits{text.substr(i + 1, 2)};
      result += static_cast<char>(std::strtol(digits.c_str(), nullptr, 16));
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

pairs read_pairs(std::string_view text) {
  pairs result;
  while (!text.empty()) {
    const auto field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), field.size() + 1));
    const auto equals = field.find('=');
    result.emplace(decoded(field.substr(0, equals)),
                   equals == std::string_view::npos ? "" : decoded(field.substr(equals + 1)));
  }
  return result;
}

pairs expected_pairs(const json& object, const template_values& values) {
  pairs result;
  for (const auto& each : object.GetObject()) {
    result.emplace(to_text(each.name), expand(to_text(each.value), values));
  }
  return result;
}

std::string shown(const pairs& fields) {
  std::string result;
  for (const auto& [name, value] : fields) {
    result += (result.empty() ? "" : "&") + name + "=" + value;
  }
  return "\"" + result + "\"";
}

bool is_uuid(const std::string& text) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, form, [](char c, char f) {
    return f == '-' ? c == '-' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
  });
}

bool matches(const std::string& text, const std::string& wanted) {
  if (wanted == "*") {
    return !text.empty();
  }
  return wanted == "<uuid>" ? is_uuid(text) : text == wanted;
}

class request_comparison {
 public:
  void same(const std::string& what, const std::string& found, const std::string& wanted) {
    if (found != wanted) {
      lines_.push_back(what + " is " + found + ", not " + wanted);
    }
  }

  void header(const http_request& request, const std::string& name, const json& wanted,
              const template_values& values) {
    std::vector<std::string> found;
    for (const auto& each : request.headers) {
      if (equal_ignoring_case(each.name, name)) {
        found.emplace_back(each.value);
      }
    }
    if (wanted.IsNull()) {
      same("the number of headers " + name, std::to_string(found.size()), "0");
    } else if (found.size() != 1) {
      lines_.push_back("the header " + name + " occurs " + std::to_string(found.size()) + " times");
    } else if (const auto text = expand(to_text(wanted), values); !matches(found.front(), text)) {
      lines_.push_back("the header " + name + " is \"" + found.front() + "\", not \"" + text +
                       "\"");
    }
  }

  void query(const pairs& found, const json& expected, const template_values& values) {
    const auto* object = member(expected, "query");
    if (object == nullptr) {
      return;
    }
    const auto wanted = expected_pairs(*object, values);
    const bool subset = text_of(expected, "query_match") == "subset";
    if (subset ? !std::ranges::includes(found, wanted) : found != wanted) {
      lines_.push_back("the query is " + shown(found) + ", not " + shown(wanted));
    }
  }

  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

void demand_known_request(const json& expected) {
  static const std::set<std::string> known{"method", "scheme",      "host",    "path",
                                           "query",  "query_match", "headers", "form"};
  for (const auto& each : expected.GetObject()) {
    if (const auto name = to_text(each.name); !known.contains(name)) {
      throw std::runtime_error{"the expected request of a case has an unknown member \"" + name +
                               "\""};
    }
  }
}

}  // namespace

std::vector<std::string> differences(const http_request& request, const json& expected,
                                     const template_values& values) {
  demand_known_request(expected);
  request_comparison result;
  const auto url = parse_url(request.url);
  if (!url) {
    return {"the URL is none: " + to_string(url.error())};
  }
  const auto stated = [&](std::string_view name) {
    return expand(text_of(expected, name), values);
  };
  const auto path = stated("path");
  result.same("the method", request.method, stated("method"));
  result.same("the scheme", url->scheme, stated("scheme"));
  result.same("the host", url->host + (url->port.empty() ? "" : ":" + url->port), stated("host"));
  result.same("the path", url->path, path.empty() ? "/" : path);
  result.query(read_pairs(url->query), expected, values);
  if (const auto* headers = member(expected, "headers"); headers != nullptr) {
    for (const auto& each : headers->GetObject()) {
      result.header(request, to_text(each.name), each.value, values);
    }
  }
  if (const auto* form = member(expected, "form"); form != nullptr) {
    result.same("the form", shown(read_pairs(std::string{request.body})),
                shown(expected_pairs(*form, values)));
  } else {
    result.same("the body", std::string{request.body}, "");
  }
  return result.take();
}

}  // namespace midas::internal::conformance
