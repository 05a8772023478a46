// Writes JSON with RapidJSON into a std::string of the caller.
#pragma once

#include "http/json_object.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace midas::internal::simulator {

using string_stream = http::string_stream<std::string>;

class json_object final : public http::json_object<std::string> {
 public:
  using http::json_object<std::string>::json_object;
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
