// Reads a token cache of MSAL, value by value.
#pragma once

#include "store/json_stream.hpp"
#include "store/msal_scan.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace midas::internal {

enum class json_scalar : std::uint8_t { null, number, other };

// The handler of RapidJSON's reader, which dictates the names of the functions.
class cache_scanner {
 public:
  explicit cache_scanner(std::size_t size) : max_members_(max_members_in(size)) {
    constexpr std::size_t typical_entry_size = 2'048;
    scan_.entries.reserve(size / typical_entry_size);
    scan_.marks.reserve(size / typical_entry_size);
  }

  void read_from(rapidjson::InsituStringStream& stream) noexcept { stream_ = &stream; }
  [[nodiscard]] msal_scan take() && { return std::move(scan_); }

  // NOLINTBEGIN(readability-identifier-naming)
  bool Null() { return scalar({}, json_scalar::null); }
  bool Bool(bool /*unused*/) { return scalar({}); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return scalar({text, size}, json_scalar::number);
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return scalar({text, size});
  }
  bool StartObject() {
    if (position_.depth() != 0) {
      begin_value(true);
    }
    const bool is_allowed = position_.open(false);
    if (auto* const object = open_object()) {
      object->brackets.begin = stream_->Tell();
    }
    return is_allowed;
  }
  bool StartArray() {
    if (position_.depth() == 0) {
      return false;
    }
    begin_value(false);
    return position_.open(true);
  }
  bool EndObject(rapidjson::SizeType /*unused*/) {
    if (auto* const object = open_object()) {
      end_member(*object, stream_->Tell());
      object->brackets.end = stream_->Tell();
    }
    return close();
  }
  bool EndArray(rapidjson::SizeType /*unused*/) { return close(); }
  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    if (auto* const object = open_object()) {
      if (++members_ > max_members_) {
        return false;
      }
      begin_member(*object, static_cast<std::size_t>(text - stream_->head_) - 1);
    }
    position_.enter_member({text, size});
    return true;
  }

  // Required by the reader, but not called, since numbers are kept as text.
  static bool Int(int) { return false; }
  static bool Uint(unsigned) { return false; }
  static bool Int64(std::int64_t) { return false; }
  static bool Uint64(std::uint64_t) { return false; }
  static bool Double(double) { return false; }
  // NOLINTEND(readability-identifier-naming)

 private:
  // What is kept of a member takes 256 bytes, and one that is not worth a token takes five in the
  // text: a hostile file would need fifty times its size in memory. A token with all that belongs
  // to it has three members, and a thousand bytes.
  static constexpr std::size_t max_members_in(std::size_t size) noexcept {
    constexpr std::size_t min_size_of_member = 256;
    constexpr std::size_t always_allowed = 4'096;
    return std::max(always_allowed, size / min_size_of_member);
  }

  bool close() {
    position_.close();
    return true;
  }

  bool scalar(std::string_view text, json_scalar kind = json_scalar::other) {
    if (position_.depth() == 0) {
      return false;
    }
    begin_value(false);
    if (position_.is_named()) {
      set_scalar(text, kind);
    }
    return true;
  }

  void set_scalar(std::string_view text, json_scalar kind) {
    const auto depth = position_.depth();
    if (in(msal::access_token) && depth == 3) {
      set(scan_.entries.back(), text, kind);
    } else if (in(msal::midas_section) && depth == 2) {
      if (position_.name(2) == "machine") {
        scan_.machine = text;
      } else if (position_.name(2) == "since") {
        scan_.since = text;
      }
    } else if (in_marks() && depth == 4) {
      set(scan_.marks.back(), text, kind);
    }
  }

  // The object that the current position is in, if its members matter.
  scanned_object* open_object() noexcept {
    if (!position_.is_named()) {
      return nullptr;
    }
    switch (position_.depth()) {
      case 1:
        return &scan_.root;
      case 2:
        return in(msal::access_token)    ? &scan_.access_tokens
               : in(msal::app_metadata)  ? &scan_.app_metadata
               : in(msal::midas_section) ? &scan_.midas
                                         : nullptr;
      case 3:
        return in_marks() ? &scan_.marks_section : nullptr;
      default:
        return nullptr;
    }
  }

  // `place` is that of the quotation mark that begins the name.
  void begin_member(scanned_object& object, std::size_t place) const {
    const auto begin = end_member(object, place);
    object.members.push_back({begin, begin});
  }

  // `place` is that of the next name, or of the closing bracket. The reader does not tell where a
  // value ends, but only white space and one comma follow it.
  std::size_t end_member(scanned_object& object, std::size_t place) const {
    while (is_between_members(stream_->head_[place - 1])) {
      --place;
    }
    if (!object.members.empty()) {
      object.members.back().end = place;
    }
    return place;
  }

  static bool is_between_members(char c) noexcept {
    return c == ' ' || c == '\n' || c == ',' || c == '\r' || c == '\t';
  }

  // A value of any kind: what was read under the same name before does not count.
  void begin_value(bool is_object) {
    if (!position_.is_named()) {
      return;
    }
    const auto depth = position_.depth();
    if (depth == 1) {
      begin_section(is_object);
    } else if (depth == 2 && in(msal::access_token)) {
      scan_.entries.push_back(
          {.key = position_.name(2), .member = scan_.access_tokens.members.size() - 1});
    } else if (depth == 2 && in(msal::app_metadata)) {
      scan_.app_metadata_keys.insert(position_.name(2));
    } else if (depth == 2 && in(msal::midas_section)) {
      begin_member_of_midas(is_object);
    } else if (depth == 3 && in_marks()) {
      scan_.marks.push_back(
          {.key = position_.name(3), .member = scan_.marks_section.members.size() - 1});
    }
  }

  void begin_section(bool is_object) {
    if (in(msal::access_token)) {
      scan_.entries.clear();
      again(scan_.access_tokens, scan_.root, is_object);
    } else if (in(msal::app_metadata)) {
      scan_.app_metadata_keys.clear();
      again(scan_.app_metadata, scan_.root, is_object);
    } else if (in(msal::midas_section)) {
      scan_.marks.clear();
      scan_.machine = {};
      scan_.since = {};
      scan_.owner_members.clear();
      scan_.marks_section = {};
      again(scan_.midas, scan_.root, is_object);
    }
  }

  void begin_member_of_midas(bool is_object) {
    const auto name = position_.name(2);
    if (name == "tokens") {
      scan_.marks.clear();
      again(scan_.marks_section, scan_.midas, is_object);
    } else if (name == "machine" || name == "since") {
      (name == "machine" ? scan_.machine : scan_.since) = {};
      scan_.owner_members.push_back(scan_.midas.members.size() - 1);
    }
  }

  static void again(scanned_section& section, const scanned_object& parent, bool is_object) {
    section.occurrences.push_back(parent.members.size() - 1);
    section.is_object = is_object;
    section.members.clear();
  }

  void set(scanned_entry& entry, std::string_view text, json_scalar kind) const {
    const auto name = position_.name(position_.depth());
    const auto field = field_named(name);
    if (field == entry_field::count) {
      return;
    }
    const bool may_be_number = field == entry_field::cached_at ||
                               field == entry_field::expires_on || field == entry_field::refresh_on;
    if (kind == json_scalar::null && field == entry_field::client_id) {
      // MSAL's class for the system-assigned identity has an id, which is None.
      text = msal::system_assigned;
    } else if (kind == json_scalar::number && !may_be_number) {
      text = {};
    }
    entry.fields[static_cast<std::size_t>(field)] = text;
  }

  [[nodiscard]] bool in(std::string_view section) const noexcept {
    return position_.name(1) == section;
  }
  [[nodiscard]] bool in_marks() const noexcept {
    return in(msal::midas_section) && position_.name(2) == "tokens";
  }

  rapidjson::InsituStringStream* stream_ = nullptr;
  msal_scan scan_;
  json_position position_;
  std::size_t members_ = 0;
  std::size_t max_members_;
};

}  // namespace midas::internal
