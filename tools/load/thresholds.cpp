#include "tools/load/thresholds.hpp"

#include "messages/make_error.hpp"
#include "tools/duration.hpp"
#include "tools/load/load_result.hpp"
#include "tools/load/percentiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace midas::internal::tools {

namespace {

using figure = std::optional<double>;

// A metric whose bound is a number, or with `of_requests` a part of all requests as well.
struct count_metric {
  std::string_view name;
  figure (*value)(const load_result&);
  bool of_requests = false;
  bool is_rate = false;
};

double as_figure(std::uint64_t count) { return static_cast<double>(count); }

constexpr std::array<count_metric, 6> count_metrics{{
    {"errors", [](const load_result& r) -> figure { return as_figure(r.total().errors()); }, true},
    {"missed", [](const load_result& r) -> figure { return as_figure(r.total().missed); }, true},
    {"tokens", [](const load_result& r) -> figure { return as_figure(r.total().tokens()); }},
    {"tokens_per_second",
     [](const load_result& r) -> figure {
       return r.judged() == nullptr ? figure{} : r.judged()->tokens_per_second();
     },
     false, true},
    {"http_requests",
     [](const load_result& r) -> figure { return as_figure(r.total().counts.http_requests); }},
    {"upstream_requests_per_1000_tokens",
     [](const load_result& r) -> figure { return r.total().upstream_per_1000(); }},
}};

constexpr std::string_view errors_of_kind = "errors.";

bool is_error_kind(std::string_view name) {
  for (unsigned code = 1; code < 256; ++code) {
    if (to_string(static_cast<errc>(code)) == name && name != "unknown") {
      return true;
    }
  }
  return false;
}

// Of a metric that is named "p99.5".
std::optional<double> percent_of(std::string_view metric) {
  if (!metric.starts_with('p')) {
    return std::nullopt;
  }
  const auto parsed = parse_percentiles(metric.substr(1));
  return parsed && parsed->size() == 1 ? std::optional{parsed->front()} : std::nullopt;
}

bool is_latency(std::string_view metric) {
  return metric == "mean" || metric == "max" || percent_of(metric);
}

const count_metric* count_metric_of(std::string_view metric) {
  if (metric.starts_with(errors_of_kind)) {
    return is_error_kind(metric.substr(errors_of_kind.size())) ? &count_metrics.front() : nullptr;
  }
  const auto* const found = std::ranges::find(count_metrics, metric, &count_metric::name);
  return found == count_metrics.end() ? nullptr : found;
}

unexpected refuse_threshold(std::string_view text, const std::string& why) {
  return fail(errc::invalid_configuration, fmt::format("threshold {} {}", quoted_start(text), why),
              "Write a figure, a comparison and a bound, such as p99<5ms or errors<0.1%");
}

std::optional<std::pair<double, bound_unit>> parse_count(std::string_view text,
                                                         const count_metric& metric) {
  double number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (read.ec != std::errc{} || number < 0) {
    return std::nullopt;
  }
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (unit.empty() || (unit == "/s" && metric.is_rate)) {
    return std::pair{number, metric.is_rate ? bound_unit::per_second : bound_unit::count};
  }
  if (unit == "%" && metric.of_requests && number <= 100) {
    return std::pair{number, bound_unit::percent};
  }
  return std::nullopt;
}

std::optional<std::pair<double, bound_unit>> parse_bound(std::string_view text,
                                                         std::string_view metric) {
  if (const auto* const counted = count_metric_of(metric)) {
    return parse_count(text, *counted);
  }
  // A number without a unit would be in seconds, which few mean.
  const bool has_unit = !text.empty() && (text.back() < '0' || text.back() > '9');
  const auto time = parse_duration(text);
  if (!time || !has_unit) {
    return std::nullopt;
  }
  return std::pair{static_cast<double>(time->count()), bound_unit::nanoseconds};
}

figure latency_of(std::string_view metric, const load_result& result) {
  const auto* const part = result.judged();
  if (part == nullptr || part->latencies.empty()) {
    return std::nullopt;
  }
  const auto& latencies = part->latencies;
  const auto percent = percent_of(metric);
  const auto time = percent ? latencies.percentile(*percent)
                            : (metric == "mean" ? latencies.mean() : latencies.maximum());
  return static_cast<double>(time.count());
}

std::uint64_t errors_with(std::string_view name, const load_part& total) {
  for (const auto& [code, failed] : total.failures) {
    if (to_string(code) == name) {
      return failed.count();
    }
  }
  return 0;
}

figure figure_of(const threshold& wanted, const load_result& result) {
  if (is_latency(wanted.metric)) {
    return latency_of(wanted.metric, result);
  }
  const auto total = result.total();
  const std::string_view metric = wanted.metric;
  const auto value =
      metric.starts_with(errors_of_kind)
          ? figure{as_figure(errors_with(metric.substr(errors_of_kind.size()), total))}
          : count_metric_of(metric)->value(result);
  if (wanted.unit != bound_unit::percent) {
    return value;
  }
  return total.requests() == 0 ? figure{} : *value * 100 / as_figure(total.requests());
}

bool holds(double value, comparison relation, double bound) {
  switch (relation) {
    case comparison::less:
      return value < bound;
    case comparison::less_or_equal:
      return value <= bound;
    case comparison::greater:
      return value > bound;
    case comparison::greater_or_equal:
      return value >= bound;
  }
  return false;
}

std::string text_of(double value, bound_unit unit) {
  switch (unit) {
    case bound_unit::nanoseconds:
      return format_duration(std::chrono::nanoseconds{std::llround(value)});
    case bound_unit::percent:
      return fmt::format("{:.3g}%", value);
    case bound_unit::per_second:
      return fmt::format("{:.0f}/s", value);
    case bound_unit::count:
      break;
  }
  return fmt::format("{:.10g}", value);
}

}  // namespace

expected<threshold> parse_threshold(std::string_view text) {
  threshold result;
  result.expression = text;
  std::erase(result.expression, ' ');
  const std::string_view rest = result.expression;
  const auto sign = rest.find_first_of("<>");
  if (sign == 0 || sign == std::string_view::npos) {
    return refuse_threshold(text, "has no comparison (<, <=, >, >=) after a figure");
  }
  result.metric = rest.substr(0, sign);
  if (!is_latency(result.metric) && count_metric_of(result.metric) == nullptr) {
    return fail(errc::invalid_configuration,
                fmt::format("threshold {} is about an unknown figure", quoted_start(text)),
                "The figures are " + threshold_metrics(std::string::npos));
  }
  const bool or_equal = rest.substr(sign + 1).starts_with('=');
  const bool is_less = rest[sign] == '<';
  result.relation = is_less ? (or_equal ? comparison::less_or_equal : comparison::less)
                            : (or_equal ? comparison::greater_or_equal : comparison::greater);
  const auto bound = parse_bound(rest.substr(sign + (or_equal ? 2 : 1)), result.metric);
  if (!bound) {
    return refuse_threshold(text, is_latency(result.metric)
                                      ? "does not end in a duration with its unit"
                                      : "does not end in a bound of that figure");
  }
  std::tie(result.bound, result.unit) = *bound;
  return result;
}

std::string threshold_metrics(std::size_t max_width) {
  std::string result = "p50, p99.9 and the like, mean, max";
  std::size_t line_begin = 0;
  const auto add = [&](std::string_view name) {
    const bool fits = result.size() - line_begin + name.size() + 3 <= max_width;
    result += fits ? ", " : ",\n";
    line_begin = fits ? line_begin : result.size();
    result += name;
  };
  for (const auto& metric : count_metrics) {
    add(metric.name);
  }
  add("errors.KIND (docs/errors.md)");
  return result;
}

threshold_outcome evaluate(const threshold& wanted, const load_result& result) {
  const auto value = figure_of(wanted, result);
  return {wanted.expression, value ? text_of(*value, wanted.unit) : "none",
          value && holds(*value, wanted.relation, wanted.bound)};
}

bool judges_errors(const threshold& wanted) { return wanted.metric.starts_with("errors"); }

}  // namespace midas::internal::tools
