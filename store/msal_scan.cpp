#include "store/msal_scan.hpp"

#include "store/cache_scanner.hpp"
#include "store/json_stream.hpp"
#include "store/python_json.hpp"
#include "store/whole_text.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(entry_field::count)> field_names{
    "secret",    "home_account_id", "environment", "client_id", "target",  "realm",   "token_type",
    "cached_at", "expires_on",      "refresh_on",  "id_kind",   "machine", "endpoint"};

using entry_places = std::unordered_map<std::string_view, std::size_t>;

// The last one of equal keys counts, as for Python. Returns where each entry is.
entry_places drop_overridden(std::vector<scanned_entry>& entries) {
  entry_places places;
  places.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    places.insert_or_assign(entries[i].key, i);
  }
  if (places.size() != entries.size()) {
    std::size_t i = 0;
    std::erase_if(entries, [&](const auto& each) { return places[each.key] != i++; });
    return drop_overridden(entries);
  }
  return places;
}

std::optional<msal_scan> read(sensitive_string& text, bool is_ascii) {
  cache_scanner scanner{text.size()};
  if (!read_in_place(text, is_ascii, scanner)) {
    return std::nullopt;
  }
  auto result = std::move(scanner).take();
  drop_overridden(result.entries);
  const auto places = drop_overridden(result.marks);
  for (auto& entry : result.entries) {
    const auto found = places.find(entry.key);
    entry.mark = found == places.end() ? scanned_entry::none : found->second;
  }
  return result;
}

std::optional<msal_scan> read_copy(sensitive_string copy, bool is_ascii) {
  auto result = read(copy, is_ascii);
  if (result) {
    result->decoded = std::move(copy);
  }
  return result;
}

sensitive_string copy_of(const sensitive_string& text) {
  sensitive_string result;
  result.reserve(text.size() + cache_read_ahead);
  result = text;
  return result;
}

}  // namespace

std::string_view name_of(entry_field field) noexcept {
  return field_names[static_cast<std::size_t>(field)];
}

entry_field field_named(std::string_view name) noexcept {
  return static_cast<entry_field>(std::ranges::find(field_names, name) - field_names.begin());
}

std::optional<msal_scan> scan_msal_cache(sensitive_string& text) {
  const auto traits = traits_of(text);
  // The reader takes a NUL for the end of the text, and would ignore the rest. With SIMD, it finds
  // some other control characters only at some places.
  if (traits.has_control) {
    return std::nullopt;
  }
  if (!traits.has_backslash) {
    if (auto result = read(text, traits.is_ascii)) {
      return result;
    }
    restore_quotation_marks(text);
  } else if (auto result = read_copy(copy_of(text), traits.is_ascii)) {
    return result;
  }
  auto copy = copy_of(text);
  return replace_what_python_adds(copy) ? read_copy(std::move(copy), traits.is_ascii)
                                        : std::nullopt;
}

void restore_scanned(sensitive_string& text, const msal_scan& scan) noexcept {
  if (scan.decoded.empty()) {
    restore_quotation_marks(text);
  }
}

}  // namespace midas::internal
