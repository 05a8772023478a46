#include "transport/curl/curl_exchange.hpp"

#include "transport/curl/curl_request_check.hpp"
#include "transport/curl/curl_set_option.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace midas::internal {

namespace {

// Large enough for a token response. libcurl's default is twice that, and there are many handles.
constexpr long receive_buffer_size = 8192;

constexpr std::string_view default_user_agent = "midas/" MIDAS_VERSION;

// At least 1 ms: 0 means "default" or "unlimited" to libcurl.
long as_timeout(std::chrono::milliseconds time) noexcept {
  constexpr std::chrono::milliseconds max{std::numeric_limits<int>::max()};
  return static_cast<long>(std::clamp(time, std::chrono::milliseconds{1}, max).count());
}

}  // namespace

curl_exchange::curl_exchange(const curl_multi_options& options, curl_sockets& sockets)
    : handle_(curl_easy_init()),
      sockets_(sockets),
      user_agent_(options.user_agent.empty() ? default_user_agent
                                             : std::string_view{options.user_agent}) {
  if (handle_ == nullptr) {
    throw std::runtime_error{"libcurl cannot create a handle"};
  }
  try {
    set_connection_policy(options);
    set_callbacks();
    route_.install(handle_);
  } catch (...) {
    curl_easy_cleanup(handle_);
    throw;
  }
}

// The members wipe what they hold of the request.
curl_exchange::~curl_exchange() { curl_easy_cleanup(handle_); }

curl_exchange* curl_exchange::from(CURL* handle) noexcept {
  char* self = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &self);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libcurl returns it as a char*
  return reinterpret_cast<curl_exchange*>(self);
}

void curl_exchange::set_connection_policy(const curl_multi_options& options) {
  set_option(handle_, CURLOPT_NOSIGNAL, 1L);
  set_option(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  set_option(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set_option(handle_, CURLOPT_HTTP09_ALLOWED, 0L);
  set_option(handle_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  // Empty, not null: null would use the proxy that the environment names.
  set_option(handle_, CURLOPT_PROXY, "");
  set_option(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  set_option(handle_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set_option(handle_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  // All encodings that libcurl decodes. curl_header_list suppresses the header that would ask for
  // one: some servers and proxies compress all the same.
  set_option(handle_, CURLOPT_ACCEPT_ENCODING, "");
  set_option(handle_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set_option(handle_, CURLOPT_BUFFERSIZE, receive_buffer_size);
  set_option(handle_, CURLOPT_MAXAGE_CONN, static_cast<long>(options.keep_alive.count()));
#if LIBCURL_VERSION_NUM >= 0x075700
  // Without this, abandoning a name lookup waits for the lookup and stalls all other exchanges.
  set_option(handle_, CURLOPT_QUICK_EXIT, 1L);
#endif
}

void curl_exchange::set_callbacks() {
  pin_.install(handle_);
  set_option(handle_, CURLOPT_PRIVATE, static_cast<void*>(this));
  set_option(handle_, CURLOPT_ERRORBUFFER, error_.data());
  set_option(handle_, CURLOPT_HEADERFUNCTION, &on_header);
  set_option(handle_, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set_option(handle_, CURLOPT_WRITEFUNCTION, &on_body);
  set_option(handle_, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set_option(handle_, CURLOPT_OPENSOCKETFUNCTION, &on_socket);
  set_option(handle_, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set_option(handle_, CURLOPT_CLOSESOCKETFUNCTION, &curl_sockets::close);
  set_option(handle_, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&sockets_));
  set_option(handle_, CURLOPT_PREREQFUNCTION, &on_connected);
  set_option(handle_, CURLOPT_PREREQDATA, static_cast<void*>(this));
}

void curl_exchange::prepare(http_request request) {
  request_ = std::move(request);
  response_.reset(request_.max_response_bytes, request_.method != "HEAD");
  opened_connection_ = false;
  is_connecting_ = false;
  was_connected_ = false;
  socket_error_ = 0;
  set_for_request();
}

void curl_exchange::set_for_request() {
  pin_.apply(handle_, request_.pinned_certificate);
  route_.apply(handle_, request_);
  set_option(handle_, CURLOPT_REQUEST_TARGET, target_of(request_.url).c_str());
  set_option(handle_, CURLOPT_IPRESOLVE,
             static_cast<long>(request_.ipv4_only ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_WHATEVER));
  set_option(handle_, CURLOPT_CONNECTTIMEOUT_MS, as_timeout(request_.connect_timeout));
  set_option(handle_, CURLOPT_TIMEOUT_MS, as_timeout(request_.total_timeout));
  set_method_and_body();
  headers_.assign(request_, user_agent_);
  set_option(handle_, CURLOPT_HTTPHEADER, headers_.get());
}

void curl_exchange::set_method_and_body() {
  // Pointed to, not copied, so that libcurl can send the body again if a kept connection was dead.
  // Set first, because this option turns any request into a POST.
  set_option(handle_, CURLOPT_POSTFIELDS, request_.body.c_str());
  set_option(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  const auto& method = request_.method;
  auto option = CURLOPT_HTTPGET;
  std::string_view implied = "GET";
  if (has_body(request_)) {
    option = CURLOPT_POST;
    implied = "POST";
  } else if (method == "HEAD") {
    option = CURLOPT_NOBODY;
    implied = "HEAD";
  }
  set_option(handle_, option, 1L);
  set_option(handle_, CURLOPT_CUSTOMREQUEST, method == implied ? nullptr : method.c_str());
}

expected<http_response> curl_exchange::outcome(CURLcode code) {
  if (pin_.refused()) {
    return unexpected{pin_.refusal(endpoint_name(request_.url))};
  }
  if (code == CURLE_OK && response_.headers_complete() && !response_.malformed()) {
    return response_.take();
  }
  return unexpected{describe(failure_of(code), request_)};
}

curl_failure curl_exchange::failure_of(CURLcode code) const {
  curl_failure result{.code = code,
                      .socket_error = socket_error_,
                      .request_sent = was_connected_,
                      .too_large = response_.too_large(),
                      .detail = error_.data()};
  if (response_.malformed()) {
    result.code = CURLE_WEIRD_SERVER_REPLY;
  } else if (code == CURLE_OK) {
    // libcurl accepts a header block that is cut off anywhere after the status line.
    result.code = CURLE_PARTIAL_FILE;
  } else if (code == CURLE_COULDNT_RESOLVE_HOST) {
    result.socket_error = curl_sockets::why_none();
  }
  long request_size = 0;
  curl_easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &request_size);
  result.awaits_headers = request_size > 0 && !response_.headers_complete();
  long system_error = 0;
  if (code != CURLE_OK &&
      curl_easy_getinfo(handle_, CURLINFO_OS_ERRNO, &system_error) == CURLE_OK) {
    result.system_error = static_cast<int>(system_error);
  }
  return result;
}

void curl_exchange::clear() {
  headers_.clear();
  // Not by assignment, which would keep the memory of the string with the bytes. The destructors
  // wipe them.
  const auto ended = std::exchange(request_, {});
  response_.reset(0, true);
}

// No exception may propagate through libcurl. Accepting fewer bytes than given ends the transfer.
std::size_t curl_exchange::on_header(char* data, std::size_t size, std::size_t count,
                                     void* self) noexcept {
  try {
    auto& response = static_cast<curl_exchange*>(self)->response_;
    return response.add_header_line({data, size * count}) ? size * count : 0;
  } catch (...) {
    return 0;
  }
}

std::size_t curl_exchange::on_body(char* data, std::size_t size, std::size_t count,
                                   void* self) noexcept {
  try {
    auto& response = static_cast<curl_exchange*>(self)->response_;
    return response.add_body({data, size * count}) ? size * count : 0;
  } catch (...) {
    return 0;
  }
}

curl_socket_t curl_exchange::on_socket(void* self, curlsocktype /*purpose*/,
                                       curl_sockaddr* address) noexcept {
  auto& exchange = *static_cast<curl_exchange*>(self);
  exchange.opened_connection_ = true;
  exchange.is_connecting_ = true;
  const auto result = exchange.sockets_.open(*address);
  exchange.socket_error_ = result == CURL_SOCKET_BAD ? errno : 0;
  return result;
}

int curl_exchange::on_connected(void* self, char* /*peer*/, char* /*local*/, int peer_port,
                                int local_port) noexcept {
  auto& exchange = *static_cast<curl_exchange*>(self);
  if (std::exchange(exchange.is_connecting_, false)) {
    exchange.sockets_.note_connection();
  }
  if (!exchange.pin_.allows_request()) {
    return CURL_PREREQFUNC_ABORT;
  }
  exchange.was_connected_ = true;
  // Not with TLS, which sends messages of its own between requests and prevents injection.
  if (!exchange.opened_connection_ && !is_https(exchange.request_.url)) {
    exchange.sockets_.shut_down_if_unread(local_port, peer_port);
  }
  return CURL_PREREQFUNC_OK;
}

}  // namespace midas::internal
