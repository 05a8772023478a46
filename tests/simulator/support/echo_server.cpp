#include "tests/simulator/support/echo_server.hpp"

#include <stdexcept>
#include <string>
#include <thread>

namespace midas::internal::test {

using namespace simulator;
using namespace std::chrono_literals;

namespace {

void echo(const request_view& request, std::chrono::system_clock::time_point, response& out) {
  if (request.target == "/throw") {
    throw std::runtime_error("no idea");
  }
  if (request.target == "/late") {
    out.delay = 10min;
  }
  if (request.target == "/soon") {
    out.delay = 1ms;
  }
  if (request.target == "/large") {
    out.body.assign(300'000, 'x');
  }
  out.close = request.target == "/close";
  out.add_field("X-Fields", std::to_string(request.fields.size()));
  out.body.append(request.method).append(" ").append(request.target).append(" ");
  out.body.append(request.body);
}

}  // namespace

echo_server::echo_server(const http_server_options& options) : server(options, echo, counter) {}

void wait_until_in_flight(const traffic_counter& counter, std::uint64_t count) {
  while (counter.snapshot().in_flight != count) {
    std::this_thread::yield();
  }
}

void wait_until_open(const traffic_counter& counter, std::uint64_t count) {
  while (counter.snapshot().open_connections != count) {
    std::this_thread::yield();
  }
}

}  // namespace midas::internal::test
