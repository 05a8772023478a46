#include <midas/simulator/http_server.hpp>
#include <midas/simulator/imds_dialect.hpp>
#include <midas/simulator/simulated_imds.hpp>
#include <midas/simulator/traffic_counter.hpp>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace midas {
namespace {

using namespace std::chrono_literals;

void require(bool in_range, std::string_view option, std::string_view range) {
  if (!in_range) {
    throw std::invalid_argument(
        std::string("the simulator's ").append(option).append(" must be ").append(range));
  }
}

simulated_imds_options checked(simulated_imds_options options) {
  require(options.latency >= 0ns && options.latency <= 24h, "latency",
          "between zero and 24 hours; give a duration in that range");
  require(options.expires_in >= 0s && options.expires_in <= std::chrono::years{100}, "expires_in",
          "between zero and 100 years; give a duration in that range");
  require(options.idle_timeout >= 1ms && options.idle_timeout <= 24h, "idle_timeout",
          "between one millisecond and 24 hours; give a duration in that range");
  require(options.stop_timeout >= 0ms && options.stop_timeout <= 60s, "stop_timeout",
          "between zero and a minute; give a duration in that range");
  return options;
}

simulator::http_server_options server_options(const simulated_imds_options& options) {
  simulator::http_server_options result;
  result.address = options.address;
  result.allow_any_address = options.allow_any_address;
  result.port = options.port;
  result.idle_timeout = options.idle_timeout;
  result.stop_timeout = options.stop_timeout;
  return result;
}

}  // namespace

class simulated_imds::implementation {
 public:
  explicit implementation(simulated_imds_options options)
      : options_(checked(std::move(options))),
        dialect_(options_),
        server_(
            server_options(options_),
            [this](const simulator::request_view& request,
                   std::chrono::system_clock::time_point now,
                   simulator::response& out) { answer(request, now, out); },
            counter_) {}

  [[nodiscard]] const simulator::http_server& server() const noexcept { return server_; }
  [[nodiscard]] simulated_imds_statistics statistics() const { return counter_.snapshot(); }
  void stop() { server_.stop(); }

 private:
  void answer(const simulator::request_view& request, std::chrono::system_clock::time_point now,
              simulator::response& out) {
    const auto path = request.target.substr(0, request.target.find('?'));
    if (path == "/stats" && (request.method == "GET" || request.method == "HEAD")) {
      out.counted = false;
      out.add_field("Content-Type", "application/json");
      out.body = to_json(counter_.snapshot());
      return;
    }
    dialect_.answer(request, now, out);
  }

  simulated_imds_options options_;
  simulator::traffic_counter counter_;
  simulator::imds_dialect dialect_;
  // Last, so that its thread ends before what it uses.
  simulator::http_server server_;
};

simulated_imds::simulated_imds(simulated_imds_options options)
    : implementation_(std::make_unique<implementation>(std::move(options))) {}

simulated_imds::~simulated_imds() = default;

std::string simulated_imds::endpoint() const { return implementation_->server().endpoint(); }

std::uint16_t simulated_imds::port() const { return implementation_->server().port(); }

simulated_imds_statistics simulated_imds::statistics() const {
  return implementation_->statistics();
}

void simulated_imds::stop() { implementation_->stop(); }

}  // namespace midas
