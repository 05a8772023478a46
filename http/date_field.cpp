#include "http/date_field.hpp"

#include <cstddef>
#include <ctime>

namespace midas::internal::http {

std::string_view date_field::at(std::chrono::system_clock::time_point now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second != formatted_) {
    formatted_ = second;
    const auto time = static_cast<std::time_t>(second.time_since_epoch().count());
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    // Not strftime, which depends on the locale.
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto two_digits = [this](int number) {
      text_.push_back(static_cast<char>('0' + number / 10));
      text_.push_back(static_cast<char>('0' + number % 10));
    };
    text_.assign(days.substr(static_cast<std::size_t>(parts.tm_wday) * 3, 3)).append(", ");
    two_digits(parts.tm_mday);
    text_.append(" ").append(months.substr(static_cast<std::size_t>(parts.tm_mon) * 3, 3));
    text_.append(" ").append(std::to_string(parts.tm_year + 1900)).append(" ");
    two_digits(parts.tm_hour);
    text_.append(":");
    two_digits(parts.tm_min);
    text_.append(":");
    two_digits(parts.tm_sec);
    text_.append(" GMT");
  }
  return text_;
}

}  // namespace midas::internal::http
