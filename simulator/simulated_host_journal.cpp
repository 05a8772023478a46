#include "simulator/tokens/json_text.hpp"
#include <midas/simulated_host_statistics.hpp>

#include <cmath>

namespace midas {

namespace simulator = internal::simulator;

namespace {

using simulator::json_object;

/// Milliseconds, rounded to microseconds.
double milliseconds_of(std::chrono::nanoseconds time) {
  return std::round(std::chrono::duration<double, std::micro>(time).count()) / 1000;
}

void write(json_object::writer& writer, const journal_entry& entry,
           journal_entry::time_point start) {
  const auto text = [&](const char* name, const std::string& value) {
    writer.Key(name);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  const auto time = [&](const char* name, journal_entry::time_point when) {
    writer.Key(name);
    if (when == journal_entry::time_point::max()) {
      writer.Null();
    } else {
      writer.Double(milliseconds_of(when - start));
    }
  };
  writer.StartObject();
  time("arrived", entry.arrived);
  time("answered", entry.answered);
  time("ended", entry.ended);
  text("resource", entry.resource);
  text("client_id", entry.client_id);
  writer.Key("status");
  writer.Int(entry.status);
  text("fault", entry.fault);
  writer.EndObject();
}

}  // namespace

std::string to_json(const std::vector<journal_entry>& journal, journal_entry::time_point start) {
  std::string text;
  json_object(text).nested("entries", [&](json_object::writer& writer) {
    writer.StartArray();
    for (const auto& entry : journal) {
      write(writer, entry, start);
    }
    writer.EndArray();
  });
  return text;
}

}  // namespace midas
