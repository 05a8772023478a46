#include "simulator/http/response_writer.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <charconv>

namespace midas::internal::simulator {
namespace {

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

}  // namespace

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
