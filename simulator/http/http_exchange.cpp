#include "simulator/http/http_exchange.hpp"

namespace midas::internal::simulator {

void response::add_field(std::string_view name, std::string_view value) {
  fields.append(name).append(": ").append(value).append("\r\n");
}

void response::clear() noexcept {
  status = 200;
  fields.clear();
  body.clear();
  delay = std::chrono::nanoseconds{0};
  close = false;
  fault = {};
  number = 0;
  counted = true;
  token_request = false;
  resource = {};
}

}  // namespace midas::internal::simulator
