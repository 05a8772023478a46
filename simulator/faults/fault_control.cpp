#include "simulator/faults/fault_control.hpp"

#include "simulator/tokens/json_text.hpp"

#include <stdexcept>

namespace midas::internal::simulator {
namespace {

void refuse(response& out, int status, std::string_view why) {
  out.status = status;
  json_object(out.body).text("error", why);
}

bool comes_from_web_page(const request_view& request) {
  return request.field("Origin").has_value() || request.field("Sec-Fetch-Site").has_value();
}

/// Without its parameters.
bool is_json(const request_view& request) {
  const auto given = request.field("Content-Type").value_or("");
  const auto type = given.substr(0, given.find(';'));
  const auto end = type.find_last_not_of(" \t");
  return end != std::string_view::npos &&
         http::equal_ignoring_case(type.substr(0, end + 1), "application/json");
}

}  // namespace

bool fault_control::accepts_change(const request_view& request, response& out) const {
  if (!may_change_) {
    refuse(out, 403,
           "the simulator listens on an address that other machines can reach; give it "
           "--allow-remote-faults, or listen on 127.0.0.1");
    return false;
  }
  if (comes_from_web_page(request)) {
    refuse(out, 403, "web pages must not change the fault rules; use a program such as curl");
    return false;
  }
  if (request.method == "PUT" && !is_json(request)) {
    refuse(out, 415, "the rules must be sent with the header Content-Type: application/json");
    return false;
  }
  return true;
}

void fault_control::answer(const request_view& request, response& out) {
  out.counted = false;
  out.add_field("Content-Type", "application/json");
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!reads && request.method != "PUT" && request.method != "DELETE") {
    out.add_field("Allow", "GET, HEAD, PUT, DELETE");
    return refuse(out, 405, "the methods of /faults are GET, HEAD, PUT and DELETE");
  }
  if (!reads) {
    if (!accepts_change(request, out)) {
      return;
    }
    if (request.method == "PUT" && request.body.empty()) {
      return refuse(out, 400,
                    R"(the body is empty; send the rules, or {"rules": []}, or DELETE /faults)");
    }
    try {
      faults_.set_rules(request.method == "PUT" ? request.body : std::string_view{});
    } catch (const std::invalid_argument& malformed) {
      return refuse(out, 400, malformed.what());
    }
  }
  out.body = faults_.rules_text();
}

}  // namespace midas::internal::simulator
