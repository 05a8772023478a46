// RapidJSON's reader, for the text of a token cache.
#pragma once

#include "messages/json_reader_settings.hpp"
#include <midas/sensitive_string.hpp>

#include <rapidjson/reader.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace midas::internal {

/// Python's reader of JSON refuses deeper nesting, too.
inline constexpr std::size_t deepest_cache_nesting = 1'000;

/// Spare capacity with which a text is read without being moved: the reader examines sixteen
/// characters at a time, some of them after the last one.
inline constexpr std::size_t cache_read_ahead = 16;

/// Passes the values of `text`, which has no control characters, to `handler`, decoding strings in
/// place. The handler is given the stream, too: its place is that of the bracket when an object
/// begins or ends. False if it is not JSON (RFC 8259) or the handler returned false. Nesting uses
/// no stack.
template <class Handler>
bool read_in_place(sensitive_string& text, bool is_ascii, Handler& handler) {
  text.reserve(text.size() + cache_read_ahead);
  rapidjson::InsituStringStream stream{text.data()};
  handler.read_from(stream);
  rapidjson::Reader reader;
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  // Validating UTF-8 takes longer than everything else, and MSAL writes ASCII.
  return is_ascii ? !reader.Parse<flags>(stream, handler).IsError()
                  : !reader.Parse<flags | rapidjson::kParseValidateEncodingFlag>(stream, handler)
                         .IsError();
}

/// Where a handler of RapidJSON is in a document: the names of the members that lead to the current
/// one, as far as they matter.
class json_position {
 public:
  static constexpr std::size_t named_levels = 4;

  /// The number of open objects and arrays.
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }
  /// False inside arrays, where no member has a path.
  [[nodiscard]] bool is_named() const noexcept { return array_ == 0 && depth_ <= named_levels; }
  /// The name at this level, from 1 to named_levels.
  [[nodiscard]] std::string_view name(std::size_t level) const noexcept {
    return names_[level - 1];
  }

  void enter_member(std::string_view name) noexcept {
    if (is_named()) {
      names_[depth_ - 1] = name;
    }
  }
  /// False if the nesting is too deep.
  [[nodiscard]] bool open(bool is_array) noexcept {
    ++depth_;
    if (is_array && array_ == 0) {
      array_ = depth_;
    }
    return depth_ <= deepest_cache_nesting;
  }
  void close() noexcept {
    if (depth_ == array_) {
      array_ = 0;
    }
    --depth_;
  }

 private:
  std::array<std::string_view, named_levels> names_{};
  std::size_t depth_ = 0;
  // The depth of the outermost open array; 0 if none is open.
  std::size_t array_ = 0;
};

}  // namespace midas::internal
