// Writes JSON with RapidJSON into a string of the caller.
#pragma once

#include <rapidjson/writer.h>

#include <string_view>
#include <type_traits>
#include <utility>

namespace midas::internal::http {

/// An output stream for RapidJSON's Writer.
template <class String>
class string_stream {
 public:
  using Ch = char;  // NOLINT(readability-identifier-naming): RapidJSON's name

  explicit string_stream(String& out) : out_(out) {}
  void Put(char c) { out_.push_back(c); }  // NOLINT(readability-identifier-naming)
  void Flush() {}                          // NOLINT(readability-identifier-naming)

 private:
  String& out_;
};

/// Appends one JSON object to a std::string, or to a sensitive_string if it has secrets. end(), or
/// the destructor, closes the object. Bytes that are not UTF-8 are written as they are.
template <class String>
class json_object {
 public:
  using writer = rapidjson::Writer<string_stream<String>>;

  explicit json_object(String& out) : stream_(out) { writer_.StartObject(); }
  ~json_object() { end(); }
  json_object(const json_object&) = delete;
  json_object& operator=(const json_object&) = delete;

  void end() {
    if (!std::exchange(is_ended_, true)) {
      writer_.EndObject();
    }
  }

  json_object& text(std::string_view name, std::string_view value) {
    key(name);
    put(value);
    return *this;
  }

  template <class Integer>
  json_object& number(std::string_view name, Integer value) {
    key(name);
    if constexpr (std::is_signed_v<Integer>) {
      writer_.Int64(value);
    } else {
      writer_.Uint64(value);
    }
    return *this;
  }

  /// An array of strings.
  template <class Range>
  json_object& texts(std::string_view name, const Range& values) {
    key(name);
    writer_.StartArray();
    for (const auto& value : values) {
      put(value);
    }
    writer_.EndArray();
    return *this;
  }

  /// A value that `write` writes with the RapidJSON writer that it receives.
  template <class Function>
  json_object& nested(std::string_view name, const Function& write) {
    key(name);
    write(writer_);
    return *this;
  }

 private:
  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void put(std::string_view value) {
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }

  string_stream<String> stream_;
  writer writer_{stream_};
  bool is_ended_ = false;
};

}  // namespace midas::internal::http
