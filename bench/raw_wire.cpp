// HTTP alone: the throughput of an actor that keeps a number of requests in flight at the HTTP
// actor, compared with that of a bare curl multi loop with the same simulator, alternating in one
// run.
#include "actors/http_actor.hpp"
#include "bench/bare_curl.hpp"
#include "bench/bench_report.hpp"
#include "bench/pinned_host.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/hosts/imds.hpp"
#include <midas/actors.hpp>

#include <curl/curl.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::bench {

struct begin_now {};

inline std::string to_string(const begin_now&) { return "begin_now"; }

}  // namespace midas::internal::bench

MIDAS_BEGIN_MESSAGES(midas_bench_wire, 130)
MIDAS_LOCAL_MESSAGE(midas_bench_wire, midas::internal::bench::begin_now)
MIDAS_END_MESSAGES(midas_bench_wire)

namespace {

using namespace midas::internal::bench;
namespace caf_compat = midas::caf_compat;
using clock_type = std::chrono::steady_clock;

using caller_actor = caf_compat::typed_actor<
    // Sends all requests, a number of them at a time.
    void(begin_now)>;

struct caller_state {
  static inline const char* name = "midas.bench.caller";

  explicit caller_state(caller_actor::pointer actor) : self(actor) {}

  void start(midas::internal::http_actor where, std::string host, std::size_t at_once,
             std::size_t all, std::latch* all_answered) {
    http = std::move(where);
    endpoint = std::move(host);
    in_flight = at_once;
    count = all;
    answered = all_answered;
  }

  caller_actor::behavior_type make_behavior() {
    return {[this](begin_now) {
      while (begun < in_flight) {
        begin_next();
      }
    }};
  }

  void begin_next() {
    midas::internal::http_request request;
    request.url = token_url(endpoint, begun++);
    request.headers = {{"Metadata", "true"},
                       {"x-client-SKU", "midas"},
                       {"x-client-Ver", MIDAS_VERSION},
                       {"x-ms-client-request-id", "6c0d6b3e-8f43-4c79-8fbb-1f3c6f9d1a11"}};
    caf_compat::request(self, http, std::move(request))
        .then(
            [this](const midas::internal::http_response& response) {
              if (response.status != 200) {
                fmt::print(stderr, "the host responded with status {}\n", response.status);
                std::exit(1);
              }
              if (begun < count) {
                begin_next();
              }
              answered->count_down();
            },
            [](const caf::error& e) {
              fmt::print(stderr, "the HTTP actor failed: {}\n", to_string(midas::to_error(e)));
              std::exit(1);
            });
  }

  caller_actor::pointer self;
  midas::internal::http_actor http;
  std::string endpoint;
  std::size_t in_flight = 0;
  std::size_t count = 0;
  std::size_t begun = 0;
  std::latch* answered = nullptr;
};

double by_http_actor(const std::string& endpoint, std::size_t in_flight, std::size_t count) {
  midas::init_global_meta_objects();
  caf_compat::register_messages<caf_compat::blocks::midas_bench_wire>();
  caf::actor_system_config config;
  // As in the actor system that a token service creates.
  caf_compat::configure_sleeping_threads(config, 1);
  caf::actor_system system{config};
  midas::internal::curl_multi_options options;
  options.max_connections_kept = in_flight;
  options.max_connections_per_host = in_flight;
  const auto transport = std::make_shared<midas::internal::curl_multi_loop>(options);
  const auto http = midas::internal::spawn_http(
      system, {.transport = transport,
               .limits = {in_flight, 0},
               .service = std::make_shared<midas::internal::service_context>(
                   midas::internal::service_context{
                       midas::internal::imds::make_protocol({}, {.imds_authority = endpoint})})});
  std::latch answered{static_cast<std::ptrdiff_t>(count)};
  const auto caller = caf_compat::spawn<caller_actor, caller_state>(system, http, endpoint,
                                                                    in_flight, count, &answered);
  const auto began = clock_type::now();
  caf_compat::anonymous_send(caller, begin_now{});
  answered.wait();
  const std::chrono::duration<double> took = clock_type::now() - began;
  caf_compat::send_exit(caller, caf::exit_reason::user_shutdown);
  caf_compat::send_exit(http, caf::exit_reason::user_shutdown);
  return static_cast<double>(count) / took.count();
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const int rounds = report.quick() ? 3 : 15;
  const std::size_t count = report.quick() ? 1'000 : 5'000;
  table summary{.title = "The HTTP actor compared with a bare curl loop, host latency 0",
                .note = fmt::format("{} requests; the simulated host is pinned to one processor; "
                                    "medians of {} rounds.",
                                    count, rounds),
                .headings = {"in flight", "bare curl, 1/s", "HTTP actor, 1/s", "ratio"}};
  plot drawn{
      .name = "raw-wire",
      .title = "HTTP requests per second, host latency 0",
      .x_label = "requests in flight",
      .y_label = "requests per second",
      .x_is_logarithmic = true,
      .lines = {{.label = "bare curl loop", .points = {}}, {.label = "HTTP actor", .points = {}}}};
  for (const std::size_t in_flight : {1U, 8U, 64U}) {
    std::vector<double> bare;
    std::vector<double> ours;
    std::vector<double> ratios;
    for (int i = 0; i < rounds; ++i) {
      const auto imds = make_host(host_thread::pinned);
      bare.push_back(bare_curl(imds->endpoint(), in_flight, count));
      ours.push_back(by_http_actor(imds->endpoint(), in_flight, count));
      ratios.push_back(ours.back() / bare.back());
    }
    const auto x = static_cast<double>(in_flight);
    drawn.lines[0].points.emplace_back(x, median(bare));
    drawn.lines[1].points.emplace_back(x, median(ours));
    summary.rows.push_back({std::to_string(in_flight), fmt::format("{:.0f}", median(bare)),
                            fmt::format("{:.0f}", median(ours)),
                            fmt::format("{:.2f}", median(ratios))});
  }
  report.add(summary);
  report.add(drawn);
  return report.finish();
}
