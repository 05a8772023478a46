// A cold fan-out: 1,000 resources at once, from a host without latency. What midas gets through, as
// a part of what a bare curl multi loop gets from the same simulator with as many requests in
// flight, both in turn in one run. Both send the same request to the byte, but for the names of the
// resources and the ids of the requests: libcurl spends a hundred instructions on each character of
// a header.
//
// A real host is no thread of this process. Where the simulator's thread is put decides more than
// what the clients do: with two processors the kernel often has it share one with the very thread
// that waits for it. So it has one to itself, and is measured a second time as the kernel puts it.
#include <midas/midas.hpp>
#include <midas/simulator/simulated_imds.hpp>

#include <curl/curl.h>
#include <fmt/format.h>

#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t resources = 1'000;
constexpr int rounds = 21;

double per_second(clock_type::time_point began) {
  return static_cast<double>(resources) /
         std::chrono::duration<double>(clock_type::now() - began).count();
}

struct easy_deleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct multi_deleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct list_deleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t append(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

std::unique_ptr<curl_slist, list_deleter> headers_of_midas() {
  std::unique_ptr<curl_slist, list_deleter> result;
  for (const auto* line : {"User-Agent: midas/" MIDAS_VERSION, "Metadata: true",
                           "x-client-SKU: midas", "x-client-Ver: " MIDAS_VERSION,
                           "x-ms-client-request-id: 6c0d6b3e-8f43-4c79-8fbb-1f3c6f9d1a11"}) {
    result.reset(curl_slist_append(result.release(), line));
  }
  return result;
}

// The least that an HTTP client of this host has to do.
double bare_curl(const std::string& endpoint, std::size_t in_flight) {
  const auto headers = headers_of_midas();
  std::vector<std::string> bodies(in_flight);
  std::vector<std::unique_ptr<CURL, easy_deleter>> handles;
  const std::unique_ptr<CURLM, multi_deleter> multi{curl_multi_init()};
  std::size_t begun = 0;
  const auto begin_next = [&](CURL* easy) {
    const auto url = endpoint + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" +
                     "https%3A%2F%2Fcurl.example%2F" + std::to_string(begun++);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_multi_add_handle(multi.get(), easy);
  };
  const auto began = clock_type::now();
  for (auto& body : bodies) {
    auto* easy = handles.emplace_back(curl_easy_init()).get();
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &body);
    begin_next(easy);
  }
  std::size_t done = 0;
  int running = 1;
  while (done < resources) {
    curl_multi_perform(multi.get(), &running);
    int left = 0;
    while (auto* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) {
        continue;
      }
      auto* easy = message->easy_handle;
      std::string* body = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &body);
      if (message->data.result != CURLE_OK || body->size() < 1'000) {
        fmt::print(stderr, "the bare loop failed: {}\n", curl_easy_strerror(message->data.result));
        std::exit(1);
      }
      body->clear();
      ++done;
      curl_multi_remove_handle(multi.get(), easy);
      if (begun < resources) {
        begin_next(easy);
      }
    }
    if (done < resources) {
      curl_multi_poll(multi.get(), nullptr, 0, 1'000, nullptr);
    }
  }
  const auto result = per_second(began);
  for (const auto& easy : handles) {
    curl_multi_remove_handle(multi.get(), easy.get());
  }
  return result;
}

double with_midas(const std::string& endpoint, std::size_t in_flight) {
  midas::token_service_options options;
  options.endpoint = endpoint;
  options.limits = {in_flight, 0};
  midas::token_service tokens{options};
  std::latch answered{static_cast<std::ptrdiff_t>(resources)};
  const auto began = clock_type::now();
  for (std::size_t i = 0; i < resources; ++i) {
    tokens.get_async({.resource = "https://curl.example/" + std::to_string(i)}, 60s,
                     [&answered](const midas::expected<midas::access_token>& token) {
                       if (!token) {
                         fmt::print(stderr, "midas failed: {}\n", to_string(token.error()));
                         std::exit(1);
                       }
                       answered.count_down();
                     });
  }
  answered.wait();
  return per_second(began);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// While it lives, threads that are made run on the last processor that this process may use; they
// stay there.
class last_processor {
 public:
  last_processor() {
    sched_getaffinity(0, sizeof all_, &all_);
    cpu_set_t last;
    CPU_ZERO(&last);
    for (int each = CPU_SETSIZE - 1; each >= 0 && CPU_COUNT(&last) == 0; --each) {
      if (CPU_ISSET(each, &all_)) {
        CPU_SET(each, &last);
      }
    }
    sched_setaffinity(0, sizeof last, &last);
  }
  ~last_processor() { sched_setaffinity(0, sizeof all_, &all_); }
  last_processor(const last_processor&) = delete;
  last_processor& operator=(const last_processor&) = delete;

 private:
  cpu_set_t all_{};
};

std::unique_ptr<midas::simulated_imds> make_host(bool own_processor) {
  if (!own_processor) {
    return std::make_unique<midas::simulated_imds>();
  }
  const last_processor here;
  return std::make_unique<midas::simulated_imds>();
}

void compare(bool own_processor) {
  fmt::print("{:>10}{:>18}{:>18}{:>10}\n", "in flight", "bare curl, 1/s", "midas, 1/s", "ratio");
  for (const std::size_t in_flight : {1, 5, 8, 16, 64}) {
    std::vector<double> bare;
    std::vector<double> ours;
    std::vector<double> ratios;
    for (int i = 0; i < rounds; ++i) {
      const auto imds = make_host(own_processor);
      bare.push_back(bare_curl(imds->endpoint(), in_flight));
      ours.push_back(with_midas(imds->endpoint(), in_flight));
      ratios.push_back(ours.back() / bare.back());
    }
    fmt::print("{:>10}{:>18.0f}{:>18.0f}{:>10.2f}\n", in_flight, median(bare), median(ours),
               median(ratios));
  }
}

}  // namespace

int main() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  fmt::print("{} resources, host latency 0, medians of {} rounds\n", resources, rounds);
  fmt::print("\nThe simulated host has a processor to itself:\n\n");
  compare(true);
  fmt::print("\nThe kernel puts its thread where it likes:\n\n");
  compare(false);
}
