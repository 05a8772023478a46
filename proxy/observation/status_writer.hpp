// Writes the JSON of the status page.
#pragma once

#include "messages/plain_text.hpp"
#include "proxy/observation/json_text.hpp"
#include "proxy/observation/upstream_record.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// All texts go through append_json_string(), which escapes more than RapidJSON does. Times are
/// milliseconds since 1970.
class status_writer {
 public:
  void text(const char* name, std::string_view value) {
    writer_.Key(name);
    raw(shown(value));
  }
  void number(const char* name, std::uint64_t value) {
    writer_.Key(name);
    writer_.Uint64(value);
  }
  void time(const char* name, const std::optional<wall_time>& value) {
    if (value) {
      writer_.Key(name);
      writer_.Int64(
          std::chrono::floor<std::chrono::milliseconds>(value->time_since_epoch()).count());
    }
  }
  void user(const std::optional<uid_t>& uid) {
    if (uid) {
      number("uid", *uid);
    }
  }

  template <class Write>
  void object(const char* name, Write write) {
    writer_.Key(name);
    item(write);
  }
  template <class Write>
  void item(Write write) {
    writer_.StartObject();
    write();
    writer_.EndObject();
  }
  template <class Write>
  void array(const char* name, Write write) {
    writer_.Key(name);
    writer_.StartArray();
    write();
    writer_.EndArray();
  }

  [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  static constexpr std::size_t max_bytes = 300;

  [[nodiscard]] static std::string shown(std::string_view value) {
    // Before it is cut: half a token does not look like one.
    const auto harmless = without_tokens(value);
    auto result = printable(well_formed(std::string_view{harmless}.substr(0, max_bytes)));
    if (harmless.size() > max_bytes) {
      result += "…";
    }
    return result;
  }
  void raw(const std::string& value) {
    std::string quoted_value;
    append_json_string(quoted_value, value);
    writer_.RawValue(quoted_value.data(), quoted_value.size(), rapidjson::kStringType);
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace midas::internal::proxy
