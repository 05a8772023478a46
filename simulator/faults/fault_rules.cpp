#include "simulator/faults/fault_rules.hpp"

#include "simulator/faults/rule_value.hpp"
#include <midas/identity_host.hpp>

#include <rapidjson/error/en.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace midas::internal::simulator {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds max_window = std::chrono::years{100};
constexpr nanoseconds max_lifetime = std::chrono::years{100};
constexpr std::uint64_t max_requests = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t max_bytes = 1U << 30U;

identity_host read_host(const rule_value& value) {
  const auto host = read_identity_host(value.text());
  if (!host) {
    std::string known;
    for (const auto each : identity_hosts()) {
      known.append(known.empty() ? "" : ", ").append(option_name(each));
    }
    value.refuse("must be one of " + known);
  }
  return *host;
}

std::string read_identity(const rule_value& value) {
  auto id = value.text();
  if (id.empty()) {
    value.refuse(R"(must be an id, or "system" for requests that name none)");
  }
  return id == "system" ? std::string{} : id;
}

nth_request read_nth(const rule_value& value) {
  nth_request nth;
  if (value.is_object()) {
    nth.every = value.require_object({"every"}).required("every").count(1, max_requests);
    return nth;
  }
  if (value.is_array()) {
    const auto ends = value.elements();
    if (ends.size() != 2) {
      value.refuse(R"(must be a number, a range [from, to] or {"every": number})");
    }
    nth.from = ends[0].count(1, max_requests);
    nth.to = ends[1].count(nth.from, max_requests);
    return nth;
  }
  nth.from = nth.to = value.count(1, max_requests);
  return nth;
}

time_window read_window(const rule_value& value) {
  value.require_object({"from", "to"});
  time_window window;
  if (const auto from = value.member("from")) {
    window.from = from->duration(max_window);
  }
  if (const auto to = value.member("to")) {
    window.to = to->duration(max_window);
  }
  if (window.to <= window.from) {
    value.refuse(R"(must end after it begins; make "to" later than "from")");
  }
  return window;
}

fault_match read_match(const rule_value& value) {
  value.require_object({"host", "resource", "identity", "nth", "window", "probability"});
  fault_match match;
  if (const auto host = value.member("host")) {
    match.host = read_host(*host);
  }
  if (const auto resource = value.member("resource")) {
    match.resource = resource->text();
  }
  if (const auto identity = value.member("identity")) {
    match.identity = read_identity(*identity);
  }
  if (const auto nth = value.member("nth")) {
    match.nth = read_nth(*nth);
  }
  if (const auto window = value.member("window")) {
    match.window = read_window(*window);
  }
  if (const auto probability = value.member("probability")) {
    match.probability = probability->number(0, 1);
  }
  return match;
}

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

/// A token of HTTP (RFC 9110, section 5.6.2), which the names of fields are.
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
    value.refuse("must be a header's value, without control characters");
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> read_headers(const rule_value& value) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& [name, text] : value.members()) {
    if (!is_field_name(name)) {
      text.refuse("must have the name of a header");
    }
    for (const auto* own :
         {"Content-Length", "Transfer-Encoding", "Connection", "Date", "Content-Type"}) {
      if (equal_ignoring_case(name, own)) {
        text.refuse(
            "is a header that the simulator writes itself; leave it out, and use content_type, "
            "truncate_body or endless_body for what is wrong with it");
      }
    }
    headers.emplace_back(name, read_field_value(text));
  }
  return headers;
}

/// Reads the members of one action, and keeps their names.
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
      value_.refuse(R"(must have a member that says what happens, such as "status" or "latency")");
    }
    check();
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
          "may have one of \"reset\", \"truncate_body\", \"slow_drip\", \"endless_body\", "
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

  void check() const {
    const bool sends_nothing = action_.wire.kind == wire_fault_kind::garbage ||
                               action_.wire.kind == wire_fault_kind::hang ||
                               action_.wire.kind == wire_fault_kind::reset_before;
    const bool changes_head =
        action_.replaces_answer() || !action_.headers.empty() || action_.content_type;
    const bool changes_token = action_.token != token_change{} || action_.expires_on_form;
    if (sends_nothing && (changes_head || changes_token || action_.body)) {
      value_.refuse(
          "sends no answer (\"reset\" before, \"garbage\", \"hang\"), and so cannot say what the "
          "answer is; leave one of the two out");
    }
    if (action_.wire.kind == wire_fault_kind::hang && action_.latency) {
      value_.refuse(R"(never ends with "hang", and so has no "latency"; leave it out)");
    }
    if (action_.replaces_answer() && changes_token) {
      value_.refuse(
          "gives no token with \"status\" or \"redirect\", and so cannot change it; leave one of "
          "the two out");
    }
    if (action_.body && !action_.replaces_answer()) {
      value_.refuse(R"(has a "body" without a "status"; give it one, such as 200)");
    }
    if (action_.redirect && action_.status && *action_.status / 100 != 3) {
      value_.refuse(R"(has a "redirect", and so must have a "status" of 300 to 399, or none)");
    }
    if (action_.token.same_token && action_.token.lifetime) {
      value_.refuse(
          R"(cannot give the "same_token" with another "lifetime"; leave one of the two out)");
    }
  }

  const rule_value& value_;
  fault_action action_;
};

[[noreturn]] void refuse_syntax(std::string_view json, const rapidjson::Document& document) {
  const auto before = json.substr(0, document.GetErrorOffset());
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  throw std::invalid_argument("the fault rules are no JSON: line " + std::to_string(line) + ": " +
                              rapidjson::GetParseError_En(document.GetParseError()) +
                              R"( Write {"rules": [{"match": {...}, "action": {...}}]})");
}

}  // namespace

std::vector<fault_rule> parse_fault_rules(std::string_view json) {
  if (json.empty()) {
    return {};
  }
  rapidjson::Document document;
  // Iterative, so that no nesting exhausts the stack.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  document.Parse<flags>(json.data(), json.size());
  if (document.HasParseError()) {
    refuse_syntax(json, document);
  }
  const rule_value file(document, "");
  if (!file.is_object() || !file.member("rules")) {
    throw std::invalid_argument(
        R"(the fault rules are wrong: the file must be an object {"rules": [...]})");
  }
  std::vector<fault_rule> rules;
  for (const auto& value : file.require_object({"rules"}).required("rules").elements()) {
    value.require_object({"match", "action"});
    fault_rule rule;
    if (const auto match = value.member("match")) {
      rule.match = read_match(*match);
    }
    const auto action = value.required("action");
    rule.action = action_reader(action).read();
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace midas::internal::simulator
