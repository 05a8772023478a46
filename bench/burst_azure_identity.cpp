// A cold burst on the cache of azure-identity for C++, as bench/cached_azure_identity.hpp models
// it: each caller is a thread, and the thread that acquires the token holds the lock of its entry.
//
//   midas_bench_burst_azure_identity CALLERS
//
// Starts a simulated IMDS with a latency of 50 ms in the same process, and prints one JSON object
// with the members of `midas load --once --json` that midas_bench_burst reads.
#include "bench/bench_report.hpp"
#include "bench/cached_azure_identity.hpp"
#include "bench/child_process.hpp"
#include <midas/simulated_host.hpp>

#include <curl/curl.h>
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace midas::internal::bench;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

const std::string resource = "https://vault.azure.net";

std::size_t append(const char* data, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

// Blocks, as the library's transport does.
plain_token acquire(const std::string& endpoint) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle{curl_easy_init(),
                                                                   &curl_easy_cleanup};
  const auto url =
      endpoint + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + resource;
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{
      curl_slist_append(nullptr, "Metadata: true"), &curl_slist_free_all};
  std::string body;
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &body);
  rapidjson::Document response;
  if (curl_easy_perform(handle.get()) != CURLE_OK || response.Parse(body.c_str()).HasParseError() ||
      !response.HasMember("access_token")) {
    fmt::print(stderr, "no token from {}: {}\n", endpoint, body);
    std::exit(1);
  }
  return {response["access_token"].GetString(), std::chrono::system_clock::now() + 24h};
}

double milliseconds_since(clock_type::time_point start) {
  return std::chrono::duration<double, std::milli>{clock_type::now() - start}.count();
}

}  // namespace

int main(int count, char** arguments) {
  const auto callers = count == 2 ? std::strtoul(arguments[1], nullptr, 10) : 0;
  if (callers == 0) {
    fmt::print(stderr, "usage: {} CALLERS\n", arguments[0]);
    return 2;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  midas::simulated_host_options options;
  options.latency = 50ms;
  const midas::simulated_host host{options};
  azure_identity_cache cache;
  const auto context = azure_identity_cache::context_of(resource);

  std::latch ready{static_cast<std::ptrdiff_t>(callers)};
  std::latch go{1};
  std::vector<double> latencies(callers);
  std::vector<std::thread> threads;
  threads.reserve(callers);
  for (auto& latency : latencies) {
    threads.emplace_back([&] {
      ready.count_down();
      go.wait();
      const auto start = clock_type::now();
      const auto token = cache.get(context, [&host] { return acquire(host.endpoint()); });
      latency = token.text.empty() ? -1 : milliseconds_since(start);
    });
  }
  ready.wait();
  const auto start = clock_type::now();
  go.count_down();
  for (auto& thread : threads) {
    thread.join();
  }
  const auto last = milliseconds_since(start);
  const auto statistics = host.statistics();
  fmt::print(
      R"({{"http_requests":{},"connections":{},"seconds":{},"latency_ms":{{"max":{}}},"peak_rss_bytes":{}}})"
      "\n",
      statistics.token_requests, statistics.connections, last / 1e3, std::ranges::max(latencies),
      status_value("/proc/self/status", "VmHWM") * 1024);
  return std::ranges::min(latencies) < 0 ? 1 : 0;
}
