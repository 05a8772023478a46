#include "simulator/http/response_writer.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <charconv>
#include <ctime>

namespace midas::internal::simulator {
namespace {

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

}  // namespace

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

void append_response(std::string& out, const response& answer, const framing& frame) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(answer.status));
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(answer.status));
  out.append(" ").append(reason.data(), reason.size()).append("\r\n");
  out.append(answer.fields);
  out.append("Date: ").append(frame.date);
  if (frame.with_length) {
    out.append("\r\nContent-Length: ");
    append_number(out, answer.body.size());
  }
  if (!frame.connection.empty()) {
    out.append("\r\nConnection: ").append(frame.connection);
  }
  out.append("\r\n\r\n");
  if (frame.with_body) {
    out.append(answer.body);
  }
}

}  // namespace midas::internal::simulator
