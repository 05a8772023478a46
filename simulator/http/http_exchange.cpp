#include "simulator/http/http_exchange.hpp"

#include <algorithm>

namespace midas::internal::simulator {
namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> request_view::field(std::string_view name) const noexcept {
  for (const auto& candidate : fields) {
    if (equal_ignoring_case(candidate.name, name)) {
      return candidate.value;
    }
  }
  return std::nullopt;
}

std::string_view request_view::path() const noexcept { return target.substr(0, target.find('?')); }

std::string_view request_view::query() const noexcept {
  return target.substr(std::min(target.size(), path().size() + 1));
}

void response::add_field(std::string_view name, std::string_view value) {
  fields.append(name).append(": ").append(value).append("\r\n");
}

void response::clear() noexcept {
  status = 200;
  fields.clear();
  body.clear();
  delay = std::chrono::nanoseconds{0};
  close = false;
  fault = {};
  number = 0;
  counted = true;
  token_request = false;
  resource = {};
}

}  // namespace midas::internal::simulator
