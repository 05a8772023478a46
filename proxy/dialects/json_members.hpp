// Writes one JSON object whose values may be secrets.
#pragma once

#include <midas/sensitive_string.hpp>

#include <rapidjson/writer.h>

#include <string_view>

namespace midas::internal::proxy {

/// Appends an object to a string, member by member; end() closes it. Bytes that are not UTF-8 are
/// written as they are.
class json_members {
 public:
  explicit json_members(sensitive_string& out) : stream_{out} { writer_.StartObject(); }
  json_members(const json_members&) = delete;
  json_members& operator=(const json_members&) = delete;

  json_members& text(std::string_view name, std::string_view value) {
    key(name);
    put(value);
    return *this;
  }

  json_members& number(std::string_view name, int value) {
    key(name);
    writer_.Int(value);
    return *this;
  }

  /// An array of strings.
  template <class Range>
  json_members& texts(std::string_view name, const Range& values) {
    key(name);
    writer_.StartArray();
    for (const auto& value : values) {
      put(value);
    }
    writer_.EndArray();
    return *this;
  }

  void end() { writer_.EndObject(); }

 private:
  /// An output stream for RapidJSON's Writer.
  struct stream {
    using Ch = char;  // NOLINT(readability-identifier-naming): RapidJSON's name

    sensitive_string& out;
    void Put(char c) { out.push_back(c); }  // NOLINT(readability-identifier-naming)
    void Flush() {}                         // NOLINT(readability-identifier-naming)
  };

  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void put(std::string_view value) {
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }

  stream stream_;
  rapidjson::Writer<stream> writer_{stream_};
};

}  // namespace midas::internal::proxy
