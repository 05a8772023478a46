// An HTTP server that answers each request with the response of a downstream service, which
// requires a token. One thread serves all requests. However many of them need the token at the same
// time, the identity endpoint receives one request; from then on the token is cached.
//
// Try it with the simulated IMDS and any HTTP server on port 9000:
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_server 8081 9000
//   curl http://127.0.0.1:8081/
#include <midas/adapters/boost_asio.hpp>
#include <midas/midas.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using net::use_awaitable;
using net::ip::tcp;
using namespace std::chrono_literals;

using response = http::response<http::string_body>;
// Headers that Beast wipes when it frees them, since one of them is the token.
using secret_headers = http::basic_fields<midas::wiping_allocator<char>>;

response failure(http::status status, const std::string& text) {
  response result{status, 11};
  result.body() = text + "\n";
  return result;
}

net::awaitable<response> call_downstream(tcp::endpoint downstream,
                                         const midas::access_token& token) {
  beast::tcp_stream stream{co_await net::this_coro::executor};
  stream.expires_after(10s);
  co_await stream.async_connect(downstream, use_awaitable);

  http::request<http::empty_body, secret_headers> request{http::verb::get, "/", 11};
  request.set(http::field::host, "127.0.0.1");
  const auto header = token.authorization_header().reveal();
  request.set(http::field::authorization, beast::string_view{header.data(), header.size()});
  co_await http::async_write(stream, request, use_awaitable);

  beast::flat_buffer buffer;
  response answer;
  co_await http::async_read(stream, buffer, answer, use_awaitable);
  co_return answer;
}

// What midas's failure means for the client, to whom its text says nothing.
response without_token(const midas::error& problem) {
  std::cerr << problem << '\n';
  const bool is_temporary =
      midas::is_transient(problem.code) || problem.code == midas::errc::shutting_down;
  if (!is_temporary) {
    return failure(http::status::internal_server_error, "no token");
  }
  auto result = failure(http::status::service_unavailable, "no token");
  const auto pause = std::chrono::ceil<std::chrono::seconds>(problem.retry_after.value_or(1s));
  result.set(http::field::retry_after, std::to_string(std::max(pause, 1s).count()));
  return result;
}

net::awaitable<response> answer_to(const midas::token_handle& vault, tcp::endpoint downstream) {
  const auto token = co_await midas::async_get(vault, 5s, use_awaitable);
  if (!token) {
    co_return without_token(token.error());
  }
  co_return co_await call_downstream(downstream, *token);
}

net::awaitable<void> serve(beast::tcp_stream stream, midas::token_handle vault,
                           tcp::endpoint downstream) {
  beast::flat_buffer buffer;
  for (bool open = true; open;) {
    stream.expires_after(30s);
    http::request<http::string_body> request;
    co_await http::async_read(stream, buffer, request, use_awaitable);
    response answer;
    try {
      answer = co_await answer_to(vault, downstream);
    } catch (const std::exception& problem) {
      answer = failure(http::status::bad_gateway, problem.what());
    }
    open = request.keep_alive();
    answer.keep_alive(open);
    answer.prepare_payload();
    stream.expires_after(30s);
    co_await http::async_write(stream, answer, use_awaitable);
  }
}

net::awaitable<void> listen(tcp::acceptor acceptor, midas::token_handle vault,
                            tcp::endpoint downstream) {
  const auto executor = co_await net::this_coro::executor;
  for (;;) {
    auto socket = co_await acceptor.async_accept(use_awaitable);
    // A client that leaves ends its coroutine with an exception, which concerns nobody else.
    net::co_spawn(executor, serve(beast::tcp_stream{std::move(socket)}, vault, downstream),
                  [](const std::exception_ptr&) {});
  }
}

tcp::endpoint local(const char* port) {
  return {net::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: midas_example_server PORT DOWNSTREAM_PORT\n";
    return 2;
  }
  net::io_context io{1};
  tcp::acceptor acceptor{io, local(argv[1])};
  std::cout << "http://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
  net::co_spawn(io,
                listen(std::move(acceptor),
                       midas::token_service::shared().for_resource("https://vault.azure.net"),
                       local(argv[2])),
                [](const std::exception_ptr& problem) { std::rethrow_exception(problem); });
  io.run();
}
