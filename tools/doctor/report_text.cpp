#include "messages/plain_text.hpp"
#include "messages/time_text.hpp"
#include "tools/doctor/remedies.hpp"
#include "tools/doctor/report.hpp"
#include "tools/duration.hpp"
#include "transport/hosts/host_registry.hpp"

#include <fmt/format.h>

namespace midas::internal::tools {

namespace {

std::string joined(const std::vector<std::string>& words) {
  return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

std::string evidence_of(const host_finding& finding) {
  std::string text;
  for (const auto& each : finding.evidence) {
    text += text.empty() ? "" : "; ";
    text += each.subject + " " + each.found;
  }
  return text;
}

// The first line for a host that an option chooses and that cannot be asked.
std::string unusable_choice(const host_detection& detection) {
  return detection.findings.empty()
             ? std::string{"Host: could not be determined\n"}
             : fmt::format("Host: {}, which an option chooses, cannot be asked\n",
                           to_string(detection.findings.back().host));
}

std::string host_of(const examination& result) {
  if (!result.detection.host) {
    return unusable_choice(result.detection);
  }
  auto text = fmt::format("Host: {}", to_string(*result.detection.host));
  if (!result.address.empty()) {
    text += " at " + result.address;
  }
  text += "\n";
  if (const auto& reason = result.detection.reason; !reason.empty()) {
    text += "Why: " + printable(reason) + "\n";
  }
  if (const auto& listening = result.listening) {
    text += fmt::format("Listening there: a process of user {} ({})\n",
                        listening->user_name.empty() ? "unknown" : printable(listening->user_name),
                        listening->user_id);
  }
  return text;
}

std::string version_of(int status) {
  switch (status) {
    case 400:
      return "known to this host, but not used: its tokens are bound to keys";
    case 404:
      return "not known to this host; midas does not need it";
    case 0:
      return "the host did not say whether it knows it; midas does not need it";
    default:
      return fmt::format("the host answered HTTP {} in place of 400 or 404; midas does not need it",
                         status);
  }
}

// Facts about this machine that explain answers.
std::string surroundings_of(const examination& result) {
  auto text = fmt::format(
      "Identity: {}, {}\n", printable(identity_of(result)),
      result.identity_from.empty() ? "since none is named" : "named by " + result.identity_from);
  if (result.version_probe) {
    text += fmt::format("IMDS v2: {}\n", version_of(*result.version_probe));
  }
  if (!result.proxy.empty()) {
    text += "Proxy: " + printable(result.proxy) + "\n";
  }
  if (!result.binding_text.empty()) {
    text += "Identity binding: " + printable(result.binding_text) + "\n";
  }
  if (const auto ahead = clock_ahead(result); ahead != std::chrono::seconds{0}) {
    text +=
        fmt::format("Clock: this machine's clock is {} {} the host's{}\n",
                    duration_text(std::chrono::abs(ahead)),
                    ahead > std::chrono::seconds{0} ? "ahead of" : "behind",
                    result.token ? "; midas allows for that, but correct it (timedatectl)" : "");
  }
  return text;
}

std::string findings_of(const host_detection& detection) {
  std::string text = "\nHost detection, in order\n";
  for (const auto& each : detection.findings) {
    // An assumption is not a finding.
    const auto* const matched = detection.is_assumed ? "try" : "yes";
    text += fmt::format("  {:<4}{:<20}{}\n", each.matched ? matched : "no", to_string(each.host),
                        evidence_of(each));
  }
  for (const auto& each : detection.remarks) {
    text += fmt::format("  {:<4}{}\n", "", each);
  }
  return text;
}

// A first 401 is not a refusal where the host begins with it.
std::string_view note_on_challenge(const examination& result, const exchange_record& exchange) {
  const auto& host = result.detection.host;
  const bool is_challenge = host && profile_of(*host).begins_with_challenge &&
                            &exchange == &result.exchanges.front() && exchange.answer &&
                            *exchange.answer && (*exchange.answer)->status == 401;
  return is_challenge ? "; the challenge that each exchange with this host begins with" : "";
}

std::string answer_of(const exchange_record& exchange) {
  const auto time = format_duration(exchange.elapsed);
  if (is_cut_short(exchange)) {
    return fmt::format("no answer within {}", time);
  }
  if (!*exchange.answer) {
    return fmt::format("{} after {}", to_string(exchange.answer->error().code), time);
  }
  const auto& answer = **exchange.answer;
  return fmt::format("HTTP {} after {}, {} bytes: {}", answer.status, time, answer.body_bytes,
                     answer.body.text);
}

std::string exchanges_of(const examination& result) {
  std::string text = "\nHTTP exchanges\n";
  if (result.exchanges.empty()) {
    return text + "  nothing was sent\n";
  }
  for (const auto& each : result.exchanges) {
    text += fmt::format("  {} {}\n", each.method, each.url);
    text += fmt::format("      parameters: {}; headers: {}; body: {} bytes\n",
                        joined(each.parameters), joined(each.headers), each.body_bytes);
    text += fmt::format("      {}{}\n", answer_of(each), note_on_challenge(result, each));
  }
  return text;
}

std::string token_of(const examination& result) {
  const auto& token = *result.token;
  const auto left = [&result](std::chrono::sys_seconds time) {
    return fmt::format("{} ({})", duration_text(time - result.at), utc_text(time));
  };
  auto text = fmt::format("\nToken: yes, for {}, after {}\n", printable(subject_of(result)),
                          format_duration(result.elapsed));
  text += fmt::format("  {}, expires in {}", token.token_type(), left(token.expires_on()));
  if (const auto refresh = token.refresh_on()) {
    text += fmt::format(", refresh in {}", left(*refresh));
  }
  text += "\n";
  if (const auto other = other_resource(result); !other.empty()) {
    text += "  but the host says that the token is for " + printable(other) + "\n";
  }
  return text;
}

std::string failure_of(const examination& result) {
  auto shown = result.token.error();
  shown.advice.clear();
  auto text = fmt::format("\nToken: no, for {}, after {}\n\nWhat went wrong\n  {}\n",
                          printable(subject_of(result)), format_duration(result.elapsed),
                          printable(to_string(shown)));
  if (const auto advice = remedies(result); !advice.empty()) {
    text += "\nWhat to do\n";
    for (const auto& each : advice) {
      text += "  - " + printable(each) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string to_text(const examination& result) {
  const auto text = host_of(result) + surroundings_of(result) + findings_of(result.detection) +
                    exchanges_of(result) + (result.token ? token_of(result) : failure_of(result));
  // Texts from outside that may have several lines are escaped above.
  return printable_lines(text);
}

}  // namespace midas::internal::tools
