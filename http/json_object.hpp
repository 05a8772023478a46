// Writes JSON with RapidJSON into a std::string of the caller.
#pragma once

#include <rapidjson/writer.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace midas::internal::simulator {

/// An output stream for RapidJSON's Writer.
class string_stream {
 public:
  using Ch = char;  // NOLINT(readability-identifier-naming): RapidJSON's name

  explicit string_stream(std::string& out) : out_(out) {}
  void Put(char c) { out_.push_back(c); }  // NOLINT(readability-identifier-naming)
  void Flush() {}                          // NOLINT(readability-identifier-naming)

 private:
  std::string& out_;
};

/// Appends one JSON object to a string. The destructor closes the object. Text must be UTF-8.
class json_object {
 public:
  using writer = rapidjson::Writer<string_stream>;

  explicit json_object(std::string& out) : stream_(out) { writer_.StartObject(); }
  ~json_object() { writer_.EndObject(); }
  json_object(const json_object&) = delete;
  json_object& operator=(const json_object&) = delete;

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

  string_stream stream_;
  writer writer_{stream_};
};

/// For json_object::nested(): an object of numbers. `name_of` returns the name for a key of the
/// map. Refers to the map.
template <class Map, class Name>
auto numbers_by_name(const Map& map, Name name_of) {
  return [&map, name_of](json_object::writer& writer) {
    writer.StartObject();
    for (const auto& [key, number] : map) {
      const auto name = name_of(key);
      writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
      writer.Uint64(number);
    }
    writer.EndObject();
  };
}

/// For json_object::nested(): an object of strings. Refers to the list, so it must be used in the
/// same expression.
inline auto texts_by_name(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  return [members](json_object::writer& writer) {
    writer.StartObject();
    for (const auto& [name, value] : members) {
      writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
      writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    writer.EndObject();
  };
}

}  // namespace midas::internal::simulator
