// Writes members of a token cache of MSAL, formatted as Python's json.dumps(indent=4) does.
#pragma once

#include <midas/sensitive_string.hpp>
#include <midas/token_store.hpp>

#include <cstddef>
#include <string_view>

namespace midas::internal {

/// A line break, and the spaces that begin a line in an object that is nested this deep.
void append_line(sensitive_string& text, std::size_t depth);

/// The members of one object: "\n", the spaces, the first one, ",\n" and so on.
class cache_writer {
 public:
  /// `depth` is 1 for the outermost object. `expected` is the size that the text will probably
  /// have.
  explicit cache_writer(std::size_t depth, std::size_t expected = 0) : depth_(depth) {
    text_.reserve(expected);
  }

  [[nodiscard]] sensitive_string take() && { return std::move(text_); }

  void put(std::string_view name, std::string_view value);
  void put_null(std::string_view name);
  /// A member with an object, whose members `members` puts.
  template <class Members>
  void put_object(std::string_view name, Members members) {
    begin_object(name);
    members();
    end_object();
  }

  /// The members of an entry in the section AccessToken.
  void put_entry(const stored_token& token);
  /// The members that the section of midas has for an entry.
  void put_mark(const stored_token& token, std::string_view machine);

 private:
  void begin_member(std::string_view name);
  void begin_object(std::string_view name);
  void end_object();
  void append_string(std::string_view text);
  void put_times(const stored_token& token);

  sensitive_string text_;
  std::size_t depth_;
  bool is_first_ = true;
};

}  // namespace midas::internal
