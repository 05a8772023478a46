#include "bench/bare_curl.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

namespace midas::internal::bench {

namespace {

using clock_type = std::chrono::steady_clock;

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

}  // namespace

std::string token_url(const std::string& endpoint, std::size_t n) {
  return endpoint + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" +
         "https%3A%2F%2Fcurl.example%2F" + std::to_string(n);
}

double bare_curl(const std::string& endpoint, std::size_t in_flight, std::size_t count) {
  const auto headers = headers_of_midas();
  std::vector<std::string> bodies(in_flight);
  std::vector<std::unique_ptr<CURL, easy_deleter>> handles;
  const std::unique_ptr<CURLM, multi_deleter> multi{curl_multi_init()};
  std::size_t begun = 0;
  const auto begin_next = [&](CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_URL, token_url(endpoint, begun++).c_str());
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
  while (done < count) {
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
      if (begun < count) {
        begin_next(easy);
      }
    }
    if (done < count) {
      curl_multi_poll(multi.get(), nullptr, 0, 1'000, nullptr);
    }
  }
  const std::chrono::duration<double> took = clock_type::now() - began;
  for (const auto& easy : handles) {
    curl_multi_remove_handle(multi.get(), easy.get());
  }
  return static_cast<double>(count) / took.count();
}

}  // namespace midas::internal::bench
