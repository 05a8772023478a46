#include "tools/doctor/remedies.hpp"
#include "tools/doctor/report.hpp"
#include "tools/json_writer.hpp"

#include <string_view>

namespace midas::internal::tools {

namespace {

// Writes the kinds of members that a report has.
class json_report {
 public:
  void key(std::string_view name) { writer_.Key(name); }
  void text(std::string_view name, std::string_view value) { writer_.member(name, value); }
  void text(std::string_view value) { writer_.String(value); }
  // Omits the member if the value is empty.
  void optional_text(std::string_view name, std::string_view value) {
    if (!value.empty()) {
      text(name, value);
    }
  }
  void number(std::string_view name, std::int64_t value) {
    key(name);
    writer_.Int64(value);
  }
  void time(const std::string& name, std::chrono::sys_seconds when) { writer_.time(name, when); }
  void boolean(std::string_view name, bool value) {
    key(name);
    writer_.Bool(value);
  }
  void milliseconds(std::string_view name, std::chrono::nanoseconds value) {
    key(name);
    writer_.SetMaxDecimalPlaces(3);
    writer_.Double(std::chrono::duration<double, std::milli>(value).count());
  }
  void texts(std::string_view name, const std::vector<std::string>& values) {
    list(name, values, [this](const std::string& each) { text(each); });
  }
  template <class Values, class Write>
  void list(std::string_view name, const Values& values, Write write) {
    key(name);
    writer_.StartArray();
    for (const auto& each : values) {
      write(each);
    }
    writer_.EndArray();
  }
  template <class Write>
  void object(Write write) {
    writer_.StartObject();
    write();
    writer_.EndObject();
  }

  [[nodiscard]] std::string str() const { return writer_.str(); }

 private:
  json_writer writer_;
};

void write_error(json_report& to, const error& problem) {
  to.object([&] {
    to.text("code", to_string(problem.code));
    to.text("message", problem.message);
    if (problem.http_status != 0) {
      to.number("http_status", problem.http_status);
    }
    to.optional_text("service_code", problem.service_code);
    to.optional_text("service_description", problem.service_description);
    to.optional_text("correlation_id", problem.correlation_id);
  });
}

void write_detection(json_report& to, const host_detection& detection) {
  to.list("looked_for", detection.findings, [&to](const host_finding& finding) {
    to.object([&] {
      to.text("host", option_name(finding.host));
      to.boolean("matched", finding.matched);
      to.list("evidence", finding.evidence, [&to](const host_evidence& each) {
        to.object([&] {
          to.text("subject", each.subject);
          to.text("found", each.found);
          to.boolean("present", each.present);
        });
      });
    });
  });
  to.texts("remarks", detection.remarks);
}

void write_members(json_report& to, const body_shape& body) {
  to.list("members", body.members, [&to](const member_shape& each) {
    to.object([&] {
      to.text("name", each.name);
      to.text("kind", each.kind);
    });
  });
  to.number("other_members", static_cast<std::int64_t>(body.other_members));
}

void write_answer(json_report& to, const answer_shape& answer) {
  to.number("status", answer.status);
  to.number("answer_bytes", static_cast<std::int64_t>(answer.body_bytes));
  to.text("answer", answer.body.text);
  to.texts("answer_headers", answer.headers);
  to.optional_text("content_type", answer.content_type);
  if (const auto& wait = answer.retry_after) {
    to.milliseconds("retry_after_ms", *wait);
  }
  if (answer.body.text.starts_with("a JSON object")) {
    write_members(to, answer.body);
  }
}

void write_exchange(json_report& to, const exchange_record& exchange) {
  to.object([&] {
    to.text("method", exchange.method);
    to.text("url", exchange.url);
    to.texts("parameters", exchange.parameters);
    to.texts("headers", exchange.headers);
    to.number("body_bytes", static_cast<std::int64_t>(exchange.body_bytes));
    to.milliseconds("elapsed_ms", exchange.elapsed);
    if (is_cut_short(exchange)) {
      to.text("failed", to_string(errc::request_timeout));
    } else if (!*exchange.answer) {
      to.text("failed", to_string(exchange.answer->error().code));
    } else {
      write_answer(to, **exchange.answer);
    }
  });
}

void write_token(json_report& to, const examination& result) {
  const auto& token = *result.token;
  to.object([&] {
    to.text("token_type", token.token_type());
    to.text("resource", token.resource());
    to.number("expires_in", (token.expires_on() - result.at).count());
    to.time("expires_on", token.expires_on());
    if (const auto refresh = token.refresh_on()) {
      to.number("refresh_in", (*refresh - result.at).count());
    }
  });
}

}  // namespace

std::string to_json(const examination& result) {
  json_report to;
  to.object([&] {
    to.boolean("ok", result.token.has_value());
    to.text("asked_for", subject_of(result));
    to.text("identity", identity_of(result));
    to.optional_text("identity_from", result.identity_from);
    if (result.detection.host) {
      to.text("host", option_name(*result.detection.host));
    }
    to.optional_text("address", result.address);
    to.optional_text("reason", result.detection.reason);
    if (const auto& status = result.version_probe) {
      to.text("imds_v2", *status == 400 ? "yes" : *status == 404 ? "no" : "unknown");
    }
    to.optional_text("proxy", result.proxy);
    to.optional_text("identity_binding", result.binding_text);
    if (const auto ahead = clock_ahead(result); ahead != std::chrono::seconds{0}) {
      to.number("clock_ahead", ahead.count());
    }
    to.optional_text("other_resource", other_resource(result));
    if (const auto& listening = result.listening) {
      to.key("listener");
      to.object([&] {
        to.number("user_id", listening->user_id);
        to.optional_text("user_name", listening->user_name);
      });
    }
    write_detection(to, result.detection);
    to.list("exchanges", result.exchanges,
            [&to](const exchange_record& each) { write_exchange(to, each); });
    to.milliseconds("elapsed_ms", result.elapsed);
    if (result.token) {
      to.key("token");
      write_token(to, result);
    } else {
      to.key("error");
      write_error(to, result.token.error());
      to.texts("what_to_do", remedies(result));
    }
  });
  return to.str();
}

}  // namespace midas::internal::tools
