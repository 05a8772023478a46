#include "http/request_view.hpp"

#include <algorithm>

namespace midas::internal::http {
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

std::size_t request_view::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(),
      [name](const header_field& candidate) { return equal_ignoring_case(candidate.name, name); }));
}

std::optional<std::string_view> request_view::only_field(std::string_view name) const noexcept {
  return count(name) == 1 ? field(name) : std::nullopt;
}

std::optional<std::string_view> request_view::host() const noexcept {
  return authority ? authority : field("Host");
}

std::string_view request_view::path() const noexcept { return target.substr(0, target.find('?')); }

std::string_view request_view::query() const noexcept {
  return target.substr(std::min(target.size(), path().size() + 1));
}

}  // namespace midas::internal::http
