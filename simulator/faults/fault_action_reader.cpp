#include "simulator/faults/fault_action_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal::simulator {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds max_lifetime = std::chrono::years{100};
constexpr std::uint64_t max_bytes = 1U << 30U;

latency_distribution read_latency(const rule_value& value) {
  if (!value.is_object()) {
    return fixed_latency{value.duration(max_latency)};
  }
  value.require_object({"min", "max", "median", "p99"});
  if (value.member("min") || value.member("max")) {
    if (value.member("median") || value.member("p99")) {
      value.refuse(R"(must have either "min" and "max", or "median" and "p99")");
    }
    const uniform_latency latency{value.required("min").duration(max_latency),
                                  value.required("max").duration(max_latency)};
    if (latency.max < latency.min) {
      value.refuse(R"(must have a "max" of at least its "min")");
    }
    return latency;
  }
  const lognormal_latency latency{value.required("median").duration(max_latency),
                                  value.required("p99").duration(max_latency)};
  if (latency.median == 0ns || latency.p99 < latency.median) {
    value.refuse(R"(must have a "median" above zero, and a "p99" of at least the median)");
  }
  return latency;
}

wire_fault read_reset(const rule_value& value) {
  const auto where = value.text();
  constexpr std::array<std::pair<std::string_view, wire_fault_kind>, 3> places{{
      {"before", wire_fault_kind::reset_before},
      {"within_headers", wire_fault_kind::reset_within_headers},
      {"after_headers", wire_fault_kind::reset_after_headers},
  }};
  for (const auto& [name, kind] : places) {
    if (where == name) {
      return {.kind = kind};
    }
  }
  value.refuse(R"(must be "before", "within_headers" or "after_headers")");
}

wire_fault read_drip(const rule_value& value) {
  value.require_object({"bytes", "every"});
  return {.kind = wire_fault_kind::slow_drip,
          .bytes = value.required("bytes").count(1, max_bytes),
          .every = value.required("every").duration(max_latency)};
}

/// Whether the text is a token as defined by HTTP (RFC 9110, section 5.6.2).
bool is_field_name(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           others.find(c) != std::string_view::npos;
  });
}

std::string read_field_value(const rule_value& value) {
  auto text = value.text();
  if (std::any_of(text.begin(), text.end(), [](char c) {
        return c == '\x7f' || (static_cast<unsigned char>(c) < ' ' && c != '\t');
      })) {
    value.refuse("must be a header value without control characters");
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> read_headers(const rule_value& value) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& [name, text] : value.members()) {
    if (!is_field_name(name)) {
      text.refuse("must have a valid header name");
    }
    for (const auto* own :
         {"Content-Length", "Transfer-Encoding", "Connection", "Date", "Content-Type"}) {
      if (http::equal_ignoring_case(name, own)) {
        text.refuse(
            "is a header that the simulator writes itself; to change it, use content_type, "
            "truncate_body or endless_body");
      }
    }
    headers.emplace_back(name, read_field_value(text));
  }
  return headers;
}

/// Reads the members of one action and records their names.
class action_reader {
 public:
  explicit action_reader(const rule_value& value) : value_(value) {
    value.require_object({"status", "body", "headers", "content_type", "redirect", "latency",
                          "reset", "truncate_body", "slow_drip", "endless_body", "garbage", "hang",
                          "lifetime", "wrong_identity", "same_token", "expires_on_form"});
  }

  fault_action read() {
    read_answer();
    read_wire();
    read_token();
    if (action_.name.empty()) {
      value_.refuse(R"(must have at least one member, such as "status" or "latency")");
    }
    check_combinations();
    return std::move(action_);
  }

 private:
  std::optional<rule_value> take(std::string_view name) {
    auto found = value_.member(name);
    if (found) {
      action_.name.append(action_.name.empty() ? "" : "+").append(name);
    }
    return found;
  }

  void read_answer() {
    if (const auto status = take("status")) {
      action_.status = static_cast<int>(status->count(200, 599));
    }
    if (const auto body = take("body")) {
      action_.body = body->text();
    }
    if (const auto headers = take("headers")) {
      action_.headers = read_headers(*headers);
    }
    if (const auto type = take("content_type")) {
      action_.content_type = read_field_value(*type);
    }
    if (const auto redirect = take("redirect")) {
      action_.redirect = read_field_value(*redirect);
    }
    if (const auto latency = take("latency")) {
      action_.latency = read_latency(*latency);
    }
  }

  void read_wire() {
    if (const auto reset = take("reset")) {
      set_wire(read_reset(*reset));
    }
    if (const auto bytes = take("truncate_body")) {
      set_wire({.kind = wire_fault_kind::truncate_body, .bytes = bytes->count(0, max_bytes)});
    }
    if (const auto drip = take("slow_drip")) {
      set_wire(read_drip(*drip));
    }
    constexpr std::array<std::pair<std::string_view, wire_fault_kind>, 3> flags{{
        {"endless_body", wire_fault_kind::endless_body},
        {"garbage", wire_fault_kind::garbage},
        {"hang", wire_fault_kind::hang},
    }};
    for (const auto& [name, kind] : flags) {
      if (const auto flag = take(name); flag && flag->is_set()) {
        set_wire({.kind = kind});
      }
    }
  }

  void set_wire(const wire_fault& fault) {
    if (action_.wire.kind != wire_fault_kind::none) {
      value_.refuse(
          "may have only one of \"reset\", \"truncate_body\", \"slow_drip\", \"endless_body\", "
          "\"garbage\" and \"hang\"; make them rules of their own");
    }
    action_.wire = fault;
  }

  void read_token() {
    if (const auto lifetime = take("lifetime")) {
      action_.token.lifetime =
          std::chrono::floor<std::chrono::seconds>(lifetime->duration(max_lifetime));
    }
    if (const auto wrong = take("wrong_identity")) {
      action_.token.wrong_identity = wrong->is_set();
    }
    if (const auto same = take("same_token")) {
      action_.token.same_token = same->is_set();
    }
    if (const auto form = take("expires_on_form")) {
      action_.expires_on_form = form->text();
    }
  }

  void check_combinations() const {
    const bool sends_nothing = action_.wire.kind == wire_fault_kind::garbage ||
                               action_.wire.kind == wire_fault_kind::hang ||
                               action_.wire.kind == wire_fault_kind::reset_before;
    const bool changes_head =
        action_.replaces_answer() || !action_.headers.empty() || action_.content_type;
    const bool changes_token = action_.token != token_change{} || action_.expires_on_form;
    if (sends_nothing && (changes_head || changes_token || action_.body)) {
      value_.refuse(
          "sends no answer (\"reset\" before, \"garbage\", \"hang\") and cannot change it; "
          "leave one of the two out");
    }
    if (action_.wire.kind == wire_fault_kind::hang && action_.latency) {
      value_.refuse(R"(never ends with "hang" and cannot have a "latency"; leave it out)");
    }
    if (action_.replaces_answer() && changes_token) {
      value_.refuse(
          "gives no token with \"status\" or \"redirect\" and cannot change it; leave one of the "
          "two out");
    }
    if (action_.body && !action_.replaces_answer()) {
      value_.refuse(R"(has a "body" without a "status"; add one, such as 200)");
    }
    if (action_.redirect && action_.status && *action_.status / 100 != 3) {
      value_.refuse(R"(has a "redirect"; its "status" must be 300 to 399 or left out)");
    }
    if (action_.token.same_token && action_.token.lifetime) {
      value_.refuse(R"(cannot give the "same_token" another "lifetime"; leave one of the two out)");
    }
  }

  const rule_value& value_;
  fault_action action_;
};

}  // namespace

fault_action read_fault_action(const rule_value& value) { return action_reader(value).read(); }

}  // namespace midas::internal::simulator
