// Writes JSON that is valid and safe to print, whatever the texts in it contain.
#pragma once

#include "messages/plain_text.hpp"
#include "messages/time_text.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::tools {

/// RapidJSON's writer, with ASCII as its output: other characters and control characters are
/// escaped, and a byte that is not part of well-formed UTF-8 becomes U+FFFD.
template <class Writer>
class basic_json_writer : public Writer {
 public:
  basic_json_writer() { this->Reset(buffer_); }

  // NOLINTBEGIN(readability-identifier-naming): the names of RapidJSON
  bool Key(std::string_view name) { return String(name); }
  bool String(std::string_view text) {
    const auto valid = well_formed(text);
    return Writer::String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  }
  // NOLINTEND(readability-identifier-naming)

  void member(std::string_view name, std::string_view value) {
    Key(name);
    String(value);
  }

  /// A time twice: `name` in Unix seconds, for programs, and `name`_utc in the form of ISO 8601.
  void time(const std::string& name, std::chrono::sys_seconds when) {
    Key(name);
    this->Int64(when.time_since_epoch().count());
    member(name + "_utc", utc_text(when));
  }

  /// What was written so far.
  [[nodiscard]] std::string str() const {
    std::string result;
    for (const char c : std::string_view{buffer_.GetString(), buffer_.GetSize()}) {
      // RapidJSON leaves this control character as it is.
      if (c == '\x7f') {
        result += "\\u007f";
      } else {
        result += c;
      }
    }
    return result;
  }

 private:
  rapidjson::StringBuffer buffer_;
};

/// Writes an indented text.
class json_writer
    : public basic_json_writer<
          rapidjson::PrettyWriter<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>> {
 public:
  json_writer() {
    SetIndent(' ', 2);
    // RapidJSON's default constructor leaves them uninitialized.
    SetFormatOptions(rapidjson::kFormatDefault);
  }
};

/// Writes one line.
using json_line_writer = basic_json_writer<
    rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>>;

}  // namespace midas::internal::tools
