#include "proxy/observation/access_log_line.hpp"

#include "messages/plain_text.hpp"
#include "messages/time_text.hpp"
#include "proxy/observation/json_text.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace midas::internal::proxy {

namespace {

void append_time(std::string& to, std::chrono::system_clock::time_point at) {
  to += R"({"when":")";
  to += utc_text(std::chrono::floor<std::chrono::milliseconds>(at));
  to += '"';
}

void append_member(std::string& to, std::string_view name, std::string_view value) {
  to += ",\"";
  to += name;
  to += "\":";
  append_json_string(to, value);
}

template <class Number>
void append_number(std::string& to, std::string_view name, Number value) {
  fmt::format_to(std::back_inserter(to), ",\"{}\":{}", name, value);
}

// Clients send tokens in odd places. Each has two dots; the search for them costs more.
void append_input(std::string& to, std::string_view name, std::string_view value) {
  if (value.find("eyJ") == std::string_view::npos) {
    append_member(to, name, value);
  } else {
    append_member(to, name, without_tokens(value));
  }
}

void append_client(std::string& to, const client& who) {
  if (who.uid) {
    append_number(to, "uid", *who.uid);
  } else if (!who.address.empty()) {
    // Nothing else tells who it was.
    append_member(to, "address", who.address);
  }
  if (who.pid) {
    append_number(to, "pid", *who.pid);
  }
}

}  // namespace

void append_access_line(std::string& to, const served_request& request) {
  append_time(to, request.at);
  append_client(to, request.who);
  if (const auto* query = request.query) {
    append_member(to, "protocol", to_string(query->protocol));
    append_input(to, "resource", query->resource);
    append_input(to, "identity", to_string(query->identity));
  }
  append_member(to, "result", to_string(request.result));
  if (!request.reason.empty()) {
    append_member(to, "reason", request.reason);
  }
  if (request.status != 0) {
    append_number(to, "status", request.status);
  }
  const auto elapsed = std::chrono::duration<double, std::milli>{request.elapsed}.count();
  fmt::format_to(std::back_inserter(to), ",\"elapsed_ms\":{:.3f}}}\n", elapsed);
}

void append_loss_line(std::string& to, std::uint64_t lost,
                      std::chrono::system_clock::time_point at) {
  append_time(to, at);
  append_number(to, "lost_lines", lost);
  to += "}\n";
}

}  // namespace midas::internal::proxy
