// How a connection answers one request.
#include "messages/make_error.hpp"
#include "proxy/server/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <utility>
#include <variant>

namespace midas::internal::proxy {
namespace {

/// A refresh takes this long if all is well; a token that should have been replaced earlier is
/// stale.
constexpr std::chrono::seconds refresh_allowance{5};

std::chrono::sys_seconds whole_second(std::chrono::system_clock::time_point now) {
  return std::chrono::floor<std::chrono::seconds>(now);
}

bool is_stale(const access_token& token, std::chrono::system_clock::time_point now) {
  const auto refresh = token.refresh_on();
  return refresh && *refresh + refresh_allowance < whole_second(now);
}

/// Whether the host would refuse the same request again, or the proxy was not able to ask it.
token_result result_of(const error& failure) noexcept {
  switch (failure.code) {
    case errc::invalid_resource:
    case errc::invalid_identity:
      // midas refuses them without asking the host, unless there is a status.
      return failure.http_status == 0 ? token_result::denied : token_result::refused;
    case errc::shutting_down:
    case errc::not_started:
    case errc::cancelled:
    case errc::would_block:
    case errc::forked:
      return token_result::failed;
    default:
      return is_transient(failure.code) ? token_result::failed : token_result::refused;
  }
}

}  // namespace

reply_frame connection::frame_at(std::chrono::system_clock::time_point now) {
  last_ = last_ || !ending_.keep_alive || worker_.is_draining();
  return {.date = worker_.date(now),
          .connection = last_                 ? "close"
                        : ending_.is_http_1_0 ? "keep-alive"
                                              : "",
          .request_id = worker_.ids().next(),
          .with_body = ending_.with_body};
}

void connection::answer() {
  const request_start start{.at = std::chrono::system_clock::now(), .steady = clock::now()};
  const auto request = reader_.view();
  const auto& parser = reader_.parser();
  ending_ = {.keep_alive = parser.keep_alive(),
             .is_http_1_0 = parser.is_http_1_0(),
             .with_body = request.method != "HEAD"};
  has_served_ = true;
  if (admitted_by_ != worker_.policy_number()) {
    if (!worker_.settings()->policy.admits(who_)) {
      return refuse_client(rejection::uid_not_allowed, 403,
                           "This user may not use the endpoint any more");
    }
    admitted_by_ = worker_.policy_number();
  }
  const auto checked = check_request(request, {.local_address = local_address_,
                                               .identity_header = worker_.server().identity_header,
                                               .allowed_hosts = worker_.settings()->allowed_hosts});
  if (const auto* refused = std::get_if<refusal>(&checked)) {
    return send_refusal(*refused, nullptr, start, token_result::denied);
  }
  answer_query(request, std::get<client_protocol>(checked), start);
}

void connection::answer_query(const http::request_view& request, client_protocol protocol,
                              const request_start& start) {
  auto* prepared = worker_.replies().find(request.target);
  if (prepared != nullptr && prepared->is_allowed(who_.uid, worker_.policy_number())) {
    if (!answer_from_memory(*prepared, start)) {
      answer_cold(prepared->query(), start);
    }
    return;
  }
  auto read = read_query(request, protocol);
  if (const auto* refused = std::get_if<refusal>(&read)) {
    return send_refusal(*refused, nullptr, start, token_result::denied);
  }
  auto& query = std::get<token_query>(read);
  if (const auto denied = worker_.settings()->policy.check(who_, query)) {
    return send_refusal(refusal_of(protocol, *denied), &query, start, token_result::denied);
  }
  const token_request wanted{.identity = query.identity, .resource = query.resource};
  const auto token = worker_.server().tokens.try_get(wanted);
  if (!token) {
    return answer_cold(std::move(query), start);
  }
  if (prepared == nullptr) {
    prepared = &worker_.replies().add(request.target, std::move(query));
  }
  prepared->note_allowed(who_.uid, worker_.policy_number());
  send_cached(*prepared, *token, start);
}

bool connection::answer_from_memory(prepared_reply& prepared, const request_start& start) {
  const auto token = worker_.server().tokens.try_get(prepared.request());
  if (!token) {
    prepared.drop_token();
    return false;
  }
  send_cached(prepared, *token, start);
  return true;
}

void connection::send_cached(prepared_reply& prepared, const access_token& token,
                             const request_start& start) {
  send_token(prepared, token, start,
             is_stale(token, start.at) ? token_result::stale : token_result::hit);
}

void connection::answer_cold(token_query query, const request_start& start) {
  auto key = make_key(query.identity, query.resource);
  if (!key) {
    return send_refusal(refusal_of(query.protocol, key.error()), &query, start,
                        result_of(key.error()));
  }
  const auto decision = worker_.server().shares.begin(share_of(who_), *key, start.steady);
  if (const auto* known = std::get_if<error>(&decision)) {
    return send_refusal(refusal_of(query.protocol, *known), &query, start, token_result::refused);
  }
  if (const auto* over = std::get_if<client_shares::over_share>(&decision)) {
    return send_refusal(over_share_refusal(query.protocol, over->retry_after), &query, start,
                        token_result::failed);
  }
  try {
    wait_for_token(std::move(query), *key, start,
                   std::get<client_shares::admission>(decision).is_first);
  } catch (...) {
    worker_.server().shares.end(share_of(who_), *key, nullptr, start.steady);
    throw;
  }
}

void connection::wait_for_token(token_query query, const token_key& key, const request_start& start,
                                bool is_first) {
  phase_ = phase::waiting;
  deadline_ = clock::time_point::max();
  cold_ = std::make_shared<cold_request>(
      std::move(query), key, start, is_first,
      [self = shared_from_this()](cold_request& answered, const expected<access_token>& result) {
        self->guarded([&] { self->answer_waiting(answered, result); });
      });
  watch_for_end();
  cold_->begin(worker_, who_);
}

void connection::refuse_waiting() {
  const auto cold = std::exchange(cold_, nullptr);
  cold->note_answered();
  cold->cancel();
  phase_ = phase::reading;
  const auto problem = make_error(errc::shutting_down, "the proxy ended before the host answered",
                                  "Repeat the request");
  send_refusal(refusal_of(cold->query().protocol, problem), &cold->query(), cold->start(),
               token_result::failed);
}

void connection::answer_waiting(cold_request& request, const expected<access_token>& result) {
  if (request.is_answered()) {
    return;
  }
  if (cold_.get() != &request) {
    // The client has left.
    return report(&request.query(), request.start(),
                  {.result = token_result::failed, .reason = "client_disconnected"});
  }
  const auto answered = std::exchange(cold_, nullptr);
  // Ends the watch.
  ++watch_;
  error_code ignored;
  socket_.cancel(ignored);
  phase_ = phase::reading;
  if (!result) {
    send_refusal(refusal_of(request.query().protocol, result.error()), &request.query(),
                 request.start(), result_of(result.error()));
  } else {
    prepared_reply once{request.query()};
    send_token(once, *result, request.start(),
               result->source() == token_source::cache ? token_result::hit
               : request.is_first()                    ? token_result::fetched
                                                       : token_result::joined);
  }
  if (phase_ == phase::reading) {
    serve();
  }
}

void connection::send_token(prepared_reply& prepared, const access_token& token,
                            const request_start& start, token_result result) {
  // A token that was waited for has less time left than at the start of the request.
  const bool was_waited_for = result == token_result::fetched || result == token_result::joined;
  const auto at = was_waited_for ? std::chrono::system_clock::now() : start.at;
  const auto frame = frame_at(at);
  const auto now = whole_second(at);
  if (frame.connection.empty()) {
    send(prepared.text(token, now, frame.date, frame.request_id));
  } else {
    auto& out = worker_.scratch();
    prepared.append(out, token, now, frame);
    send(out);
    wipe(out.data(), out.size());
  }
  report(&prepared.query(), start, {.result = result, .status = 200});
}

void connection::send_refusal(const refusal& refused, const token_query* query,
                              const request_start& start, token_result result) {
  auto& out = worker_.scratch();
  append_refusal(out, refused, frame_at(std::chrono::system_clock::now()));
  send(out);
  report(query, start, {.result = result, .status = refused.status, .reason = refused.reason});
}

void connection::report(const token_query* query, const request_start& start, const outcome& what) {
  worker_.server().observer.served(worker_.index(), {.who = who_,
                                                     .query = query,
                                                     .result = what.result,
                                                     .status = what.status,
                                                     .reason = what.reason,
                                                     .at = start.at,
                                                     .elapsed = clock::now() - start.steady});
}

void connection::watch_for_end() {
  socket_.async_wait(stream_socket::wait_read,
                     [self = shared_from_this(), watch = ++watch_](error_code error) {
                       if (watch != self->watch_ || self->phase_ != phase::waiting) {
                         return;
                       }
                       self->guarded([&] { error ? self->close() : self->end_seen(); });
                     });
}

void connection::end_seen() {
  char first = 0;
  const auto size = ::recv(descriptor_number(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size < 0) {
    return errno == EAGAIN || errno == EINTR ? watch_for_end() : close();
  }
  if (size == 0) {
    // The client has closed its side of the connection or all of it, which looks alike at first.
    // The other side of a Unix socket says which; that of TCP refuses the next bytes. An interim
    // response does no harm to a client that still waits.
    pollfd state{.fd = descriptor_number(), .events = 0, .revents = 0};
    if (::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0) {
      return close();
    }
    if (!ending_.is_http_1_0) {
      static_cast<void>(::send(descriptor_number(), continue_text.data(), continue_text.size(),
                               MSG_NOSIGNAL | MSG_DONTWAIT));
    }
  }
  watch_for_failure();
}

void connection::watch_for_failure() {
  socket_.async_wait(stream_socket::wait_error,
                     [self = shared_from_this(), watch = ++watch_](error_code) {
                       if (watch == self->watch_ && self->phase_ == phase::waiting) {
                         self->close();
                       }
                     });
}

}  // namespace midas::internal::proxy
