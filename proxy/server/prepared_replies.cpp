#include "proxy/server/prepared_replies.hpp"

#include <utility>

namespace midas::internal::proxy {
namespace {

/// A reply has about 4 kB, so a worker keeps at most about 4 MB.
constexpr std::size_t max_replies = 1024;

/// A token that leaves the memory of midas leaves that of the workers within this time.
constexpr std::chrono::seconds token_memory{10};

bool are_same_token(const access_token& a, const access_token& b) noexcept {
  return !a.empty() && a.token().reveal().data() == b.token().reveal().data();
}

}  // namespace

prepared_reply::prepared_reply(token_query query)
    : query_(std::move(query)),
      request_{.identity = query_.identity, .resource = query_.resource} {}

void prepared_reply::take(const access_token& token) {
  if (!are_same_token(token_, token)) {
    drop_token();
    token_ = token;
    claims_ = claims_of(token.token().reveal());
  }
}

std::string_view prepared_reply::text(const access_token& token, std::chrono::sys_seconds now,
                                      std::string_view date, std::string_view request_id) {
  if (now != made_at_ || text_.empty() || !are_same_token(token_, token)) {
    take(token);
    text_.clear();
    id_at_ =
        append_token(text_, query_, token_, claims_, now, {.date = date, .request_id = request_id});
    made_at_ = now;
  }
  if (id_at_ != 0) {
    request_id.copy(text_.data() + id_at_, request_id.size());
  }
  return text_;
}

void prepared_reply::append(sensitive_string& out, const access_token& token,
                            std::chrono::sys_seconds now, const reply_frame& frame) {
  take(token);
  append_token(out, query_, token_, claims_, now, frame);
}

void prepared_reply::drop_token() noexcept {
  token_ = {};
  sensitive_string{}.swap(text_);
}

void prepared_reply::drop_old_token(std::chrono::sys_seconds now,
                                    std::chrono::sys_seconds unused_since) noexcept {
  if (!token_.empty() && (token_.expires_on() <= now || made_at_ <= unused_since)) {
    drop_token();
  }
}

prepared_reply* prepared_replies::find(std::string_view target) {
  const auto found = replies_.find(target);
  return found == replies_.end() ? nullptr : &found->second;
}

prepared_reply& prepared_replies::add(std::string_view target, token_query query) {
  if (replies_.size() >= max_replies) {
    replies_.clear();
  }
  return replies_.insert_or_assign(std::string{target}, prepared_reply{std::move(query)})
      .first->second;
}

bool prepared_replies::drop_old_tokens(std::chrono::sys_seconds now) noexcept {
  bool is_token_left = false;
  for (auto& [target, reply] : replies_) {
    reply.drop_old_token(now, now - token_memory);
    is_token_left = is_token_left || reply.has_token();
  }
  return is_token_left;
}

}  // namespace midas::internal::proxy
