#include "simulator/faults/fault_rules.hpp"

#include "simulator/faults/fault_action_reader.hpp"
#include "simulator/faults/rule_value.hpp"
#include <midas/identity_host.hpp>

#include <rapidjson/error/en.h>

#include <algorithm>
#include <stdexcept>

namespace midas::internal::simulator {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds max_window = std::chrono::years{100};
constexpr std::uint64_t max_requests = std::numeric_limits<std::int64_t>::max();

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
  value.require_object({"from", "to", "every"});
  time_window window;
  if (const auto every = value.member("every")) {
    window.every = every->duration(max_window);
    if (*window.every == nanoseconds{0}) {
      every->refuse("must be longer than zero");
    }
    window.to = *window.every;
  }
  if (const auto from = value.member("from")) {
    window.from = from->duration(max_window);
  }
  if (const auto to = value.member("to")) {
    window.to = to->duration(max_window);
  }
  if (window.to <= window.from) {
    value.refuse(R"(must end after it begins; make "to" later than "from")");
  }
  if (window.every && window.to > *window.every) {
    value.refuse(R"(must end before it recurs; make "to" at most "every")");
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

[[noreturn]] void refuse_syntax(std::string_view json, const rapidjson::Document& document) {
  const auto before = json.substr(0, document.GetErrorOffset());
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  throw std::invalid_argument("the fault rules are not valid JSON: line " + std::to_string(line) +
                              ": " + rapidjson::GetParseError_En(document.GetParseError()) +
                              R"( The form is {"rules": [{"match": {...}, "action": {...}}]})");
}

}  // namespace

std::vector<fault_rule> parse_fault_rules(std::string_view json) {
  if (json.empty()) {
    return {};
  }
  rapidjson::Document document;
  // The iterative parser does not exhaust the stack on deeply nested input.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  document.Parse<flags>(json.data(), json.size());
  if (document.HasParseError()) {
    refuse_syntax(json, document);
  }
  const rule_value file(document, "");
  if (!file.is_object() || !file.member("rules")) {
    throw std::invalid_argument(
        R"(the fault rules are invalid: the file must be an object {"rules": [...]})");
  }
  std::vector<fault_rule> rules;
  for (const auto& value : file.require_object({"rules"}).required("rules").elements()) {
    value.require_object({"match", "action"});
    fault_rule rule;
    if (const auto match = value.member("match")) {
      rule.match = read_match(*match);
    }
    const auto action = value.required("action");
    rule.action = read_fault_action(action);
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace midas::internal::simulator
