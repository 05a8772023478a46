// What remains of a request in a handle, and what the process lends to programs that it starts.
#include "transport/curl/curl_exchange.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/temporary_file.hpp"
#include "transport/curl/curl_header_list.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using midas::internal::curl_exchange;
using midas::internal::curl_header_list;
using midas::internal::curl_multi_loop;
using midas::internal::http_request;
using namespace midas::internal::test;

namespace {

// AddressSanitizer keeps memory that was freed, ThreadSanitizer maps memory of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool frees_memory_at_once = false;
#else
constexpr bool frees_memory_at_once = true;
#endif

http_request secret_request(const std::string& url) {
  auto result = get_request(url);
  result.method = "POST";
  result.headers.push_back({"X-IDENTITY-HEADER", "hush-hush-hush-hush-hush-hush"});
  result.body = "secret=hush";
  return result;
}

// How often the text occurs in memory that was allocated, secrets included. `text` itself must be
// elsewhere.
std::size_t on_heap(std::string_view text) {
  std::ifstream maps{"/proc/self/maps"};
  std::size_t result = 0;
  for (std::string line; std::getline(maps, line);) {
    const bool is_anonymous = line.find(" 00:00 0") != std::string::npos;
    if (!is_anonymous || line.find(" rw-p ") == std::string::npos || line.ends_with("[stack]")) {
      continue;
    }
    std::size_t end = 0;
    const auto first = std::stoull(line, &end, 16);
    const auto last = std::stoull(line.substr(end + 1), nullptr, 16);
    const std::string_view heap{reinterpret_cast<const char*>(first), last - first};
    for (auto at = heap.find(text); at != std::string_view::npos; at = heap.find(text, at + 1)) {
      ++result;
    }
  }
  return result;
}

// The memory that this process can write to, whether it has used it yet or not.
std::size_t mapped_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t data = 0;
  for (int field = 0; field < 6; ++field) {
    statm >> data;
  }
  return data * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// The descriptors of this process that are connected to that port.
std::vector<int> connected_to(std::uint16_t port) {
  std::vector<int> result;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    const int descriptor = std::stoi(entry.path().filename().string());
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) {
      result.push_back(descriptor);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("clearing the list of header lines wipes their bytes") {
  curl_header_list list;
  const auto request = secret_request("http://127.0.0.1/");
  list.assign(request, "agent");
  const auto* const first = list.get()->data;
  std::size_t size = 0;
  for (const auto* line = list.get(); line != nullptr; line = line->next) {
    size += std::string_view{line->data}.size() + 1;
  }
  REQUIRE(std::string_view{first, size}.find("hush") != std::string_view::npos);
  list.clear();
  CHECK(list.get() == nullptr);
  // The list keeps its memory for the next request.
  CHECK(std::all_of(first, first + size, [](char c) { return c == '\0'; }));
}

TEST_CASE("a list of header lines holds those of the last request only") {
  curl_header_list list;
  const auto request = secret_request("http://127.0.0.1/");
  const auto lines = [&] {
    list.assign(request, "agent");
    std::size_t result = 0;
    for (const auto* line = list.get(); line != nullptr; line = line->next) {
      ++result;
    }
    return result;
  };
  const auto first = lines();
  CHECK(lines() == first);
}

TEST_CASE("an exchange speaks no protocol but HTTP, whatever the URL says") {
  const temporary_file file{"hush"};
  const midas::internal::curl_multi_options options;
  midas::internal::curl_sockets sockets;
  curl_exchange exchange{options, sockets};
  exchange.prepare(get_request("file://" + file.path()));
  CHECK(curl_easy_perform(exchange.handle()) == CURLE_UNSUPPORTED_PROTOCOL);
}

TEST_CASE("asking why there is no socket leaves no descriptor open") {
  const auto open_descriptors = [] {
    const std::filesystem::directory_iterator descriptors{"/proc/self/fd"};
    return std::distance(begin(descriptors), end(descriptors));
  };
  const auto before = open_descriptors();
  for (int i = 0; i < 10; ++i) {
    CHECK(midas::internal::curl_sockets::why_none() == 0);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a handle that is cleared holds nothing of its request") {
  const midas::internal::curl_multi_options options;
  midas::internal::curl_sockets sockets;
  curl_exchange exchange{options, sockets};
  exchange.prepare(secret_request("http://127.0.0.1:9/"));
  exchange.clear();
  CHECK(exchange.request().headers.empty());
  CHECK(exchange.request().body.empty());
  CHECK(exchange.request().url.empty());
}

TEST_CASE("a handle that is cleared has wiped the header lines of its request") {
  if (!frees_memory_at_once) {
    WARN("cannot be seen here");
    return;
  }
  const midas::internal::curl_multi_options options;
  midas::internal::curl_sockets sockets;
  curl_exchange exchange{options, sockets};
  // Only libcurl's list has the name and the value in one piece.
  constexpr std::string_view line = "X-IDENTITY-HEADER: hush-hush-hush-hush-hush-hush";
  const auto before = on_heap(line);
  exchange.prepare(secret_request("http://127.0.0.1:9/"));
  if (on_heap(line) == before) {
    WARN("the memory of this allocator is not shown");
    return;
  }
  exchange.clear();
  CHECK(on_heap(line) == before);
}

TEST_CASE("the loop keeps no memory of a request that has ended") {
  if (!frees_memory_at_once) {
    WARN("cannot be seen here");
    return;
  }
  // Half of it is more than the stacks of the threads that are started meanwhile.
  constexpr std::size_t large = std::size_t{128} << 20U;
  raw_server server{[](raw_connection& connection) {
    if (connection.index() != 0) {
      connection.read_request();
      connection.send(ok_response("x"));
      return;
    }
    // Without keeping what arrives.
    std::vector<char> buffer(std::size_t{1} << 16U);
    std::size_t received = 0;
    while (received < large) {
      const auto count = ::recv(connection.socket(), buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        return;
      }
      received += static_cast<std::size_t>(count);
    }
    connection.send(ok_response("x"));
  }};
  curl_multi_loop loop;
  const auto before = mapped_bytes();
  auto request = secret_request(server.url());
  request.body.assign(large, 'x');
  REQUIRE(exchange(loop, std::move(request)));
  // The completion of this one runs after the first is cleared. It uses another handle.
  raw_server another{answer_always(ok_response("x"))};
  exchanges two{loop};
  two.begin(get_request(another.url()));
  two.begin(get_request(another.url()));
  two.wait_for(2);
  CHECK(mapped_bytes() < before + large / 2);
}

TEST_CASE("the loop keeps no memory of an answer that was canceled") {
  if (!frees_memory_at_once) {
    WARN("cannot be seen here");
    return;
  }
  constexpr std::size_t large = std::size_t{64} << 20U;
  std::atomic<bool> begun = false;
  raw_server server{[&](raw_connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large) + "\r\n\r\nabc");
    begun = true;
    begun.notify_all();
    connection.wait_for_end();
  }};
  curl_multi_loop loop;
  const auto before = mapped_bytes();
  auto request = get_request(server.url());
  request.max_response_bytes = large;
  exchanges one{loop};
  const auto id = one.begin(std::move(request));
  begun.wait(false);
  // The loop reserves the announced size when the first bytes of the body arrive.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (mapped_bytes() < before + large / 2) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  loop.cancel(id);
  one.wait_for(1);
  CHECK(mapped_bytes() < before + large / 2);
}

TEST_CASE("the sockets of the loop are closed in programs that the process starts") {
  raw_server server{[](raw_connection& connection) {
    connection.read_request();
    connection.send(ok_response("x"));
    connection.wait_for_end();
  }};
  curl_multi_loop loop;
  REQUIRE(get(loop, server.url()));
  const auto sockets = connected_to(server.port());
  REQUIRE(sockets.size() == 1);
  CHECK((::fcntl(sockets.front(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("credentials in .netrc are not sent") {
  std::string head;
  {
    raw_server server{[&](raw_connection& connection) {
      head = connection.read_request();
      connection.send(ok_response("x"));
    }};
    auto home = (std::filesystem::temp_directory_path() / "midas-XXXXXX").string();
    REQUIRE(::mkdtemp(home.data()) != nullptr);
    std::ofstream{home + "/.netrc"} << "machine 127.0.0.1 login user password hush\n"
                                    << "default login user password hush\n";
    const auto* const variable = ::getenv("HOME");
    const std::string before = variable == nullptr ? "" : variable;
    ::setenv("HOME", home.c_str(), 1);
    {
      curl_multi_loop loop;
      CHECK(get(loop, server.url()));
    }
    ::setenv("HOME", before.c_str(), 1);
    std::filesystem::remove_all(home);
  }
  CHECK(head.starts_with("GET / HTTP/1.1\r\n"));
  CHECK(head.find("uthorization") == std::string::npos);
}
