#include "tools/load/rate.hpp"

#include "messages/make_error.hpp"
#include "tools/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace midas::internal::tools {

namespace {

constexpr double max_per_second = 1e7;

struct rate_unit {
  std::string_view name;
  double seconds;
};
constexpr std::array<rate_unit, 4> rate_units{{{"/s", 1}, {"", 1}, {"/min", 60}, {"/h", 3600}}};

unexpected refuse_rate(std::string_view text, std::string_view why) {
  return fail(errc::invalid_configuration, fmt::format("{} {}", quoted_start(text), why),
              "Write a number and /s, /min or /h, such as 5000/s, up to 10000000/s");
}

// Zero included.
expected<double> read_rate_or_zero(std::string_view text) {
  double number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (read.ec != std::errc{} || !std::isfinite(number)) {
    return refuse_rate(text, "is not a rate");
  }
  const std::string_view rest(read.ptr, static_cast<std::size_t>(end - read.ptr));
  for (const auto& unit : rate_units) {
    if (rest == unit.name) {
      const auto rate = number / unit.seconds;
      if (rate < 0 || rate > max_per_second) {
        return refuse_rate(text, rate < 0 ? "is negative" : "is too high a rate");
      }
      return rate;
    }
  }
  return refuse_rate(text, "is not a rate");
}

unexpected refuse_stage(std::string_view stage, std::string_view why) {
  return fail(errc::invalid_configuration, fmt::format("stage {} {}", quoted_start(stage), why),
              "Write DURATION:RATE, or DURATION:RATE..RATE for a ramp, such as 10s:100/s..1000/s");
}

// `before` is the rate at which the stage before ends.
expected<std::pair<double, double>> parse_rates(std::string_view text, double before) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos) {
    const auto rate = parse_rate(text);
    return rate ? expected<std::pair<double, double>>{{*rate, *rate}} : unexpected{rate.error()};
  }
  const auto from = dots == 0 ? before : read_rate_or_zero(text.substr(0, dots));
  const auto to = read_rate_or_zero(text.substr(dots + 2));
  if (!from || !to) {
    return unexpected{from ? to.error() : from.error()};
  }
  if (*from == 0 && *to == 0) {
    return refuse_rate(text, "has no requests");
  }
  return std::pair{*from, *to};
}

expected<load_stage> parse_stage(std::string_view text, double before) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return refuse_stage(text, "has no colon");
  }
  const auto length = parse_duration(text.substr(0, colon));
  if (!length || length->count() == 0) {
    return refuse_stage(text, length ? "has no length" : "does not begin with a duration");
  }
  const auto rates = parse_rates(text.substr(colon + 1), before);
  if (!rates) {
    return unexpected{rates.error()};
  }
  return load_stage{*length, rates->first, rates->second};
}

}  // namespace

expected<double> parse_rate(std::string_view text) {
  auto rate = read_rate_or_zero(text);
  if (rate && *rate == 0) {
    return refuse_rate(text, "is not a rate: it has no requests");
  }
  return rate;
}

expected<std::vector<load_stage>> parse_stages(std::string_view text) {
  std::vector<load_stage> stages;
  std::chrono::nanoseconds length{0};
  while (true) {
    const auto comma = text.find(',');
    const auto part = text.substr(0, comma);
    const auto stage = parse_stage(part, stages.empty() ? 0 : stages.back().to);
    if (!stage) {
      return unexpected{stage.error()};
    }
    constexpr auto most = std::chrono::years{100};
    if (stage->length > most - length) {
      return refuse_stage(part, "ends after more than a hundred years");
    }
    length += stage->length;
    stages.push_back(*stage);
    if (comma == std::string_view::npos) {
      return stages;
    }
    text.remove_prefix(comma + 1);
  }
}

std::string format_rate(double per_second) { return fmt::format("{:.6g}/s", per_second); }

}  // namespace midas::internal::tools
