// Replies that a worker keeps ready, so that a cached token costs no more than finding it.
#pragma once

#include "proxy/protocols/reply_text.hpp"
#include "proxy/protocols/token_claims.hpp"
#include "proxy/token_query.hpp"
#include <midas/access_token.hpp>
#include <midas/sensitive_string.hpp>
#include <midas/token_request.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace midas::internal::proxy {

/// What is known of one request target that has been answered with a token. One thread at a time.
class prepared_reply {
 public:
  explicit prepared_reply(token_query query);

  [[nodiscard]] const token_query& query() const noexcept { return query_; }
  /// The request to midas; its lane is the caller's to set.
  [[nodiscard]] token_request& request() noexcept { return request_; }

  /// Whether the policy is known to allow the query to that user. Policies have numbers, from 1.
  [[nodiscard]] bool is_allowed(std::optional<uid_t> uid, std::uint64_t policy) const noexcept {
    return allowed_by_ == policy && allowed_uid_ == uid;
  }
  void note_allowed(std::optional<uid_t> uid, std::uint64_t policy) noexcept {
    allowed_by_ = policy;
    allowed_uid_ = uid;
  }

  /// The reply for a connection that stays open. Valid until the next call of any function.
  [[nodiscard]] std::string_view text(const access_token& token, std::chrono::sys_seconds now,
                                      std::string_view date, std::string_view request_id);
  /// Appends the reply for any other connection.
  void append(sensitive_string& out, const access_token& token, std::chrono::sys_seconds now,
              const reply_frame& frame);

  [[nodiscard]] bool has_token() const noexcept { return !token_.empty(); }
  /// Forgets the token, and wipes its texts.
  void drop_token() noexcept;
  /// Does so if the token has expired, or nobody asked since `unused_since`.
  void drop_old_token(std::chrono::sys_seconds now, std::chrono::sys_seconds unused_since) noexcept;

 private:
  void take(const access_token& token);

  token_query query_;
  token_request request_;
  std::uint64_t allowed_by_ = 0;
  std::optional<uid_t> allowed_uid_{};
  /// Empty without a token. While it is here, no other token can have its address.
  access_token token_;
  token_claims claims_;
  /// The reply as of `made_at_`; only the request's id changes within a second.
  sensitive_string text_;
  std::size_t id_at_ = 0;
  std::chrono::sys_seconds made_at_{};
};

/// Finds them by the target of a request, as the client wrote it. One thread at a time.
class prepared_replies {
 public:
  /// Null if the target is not known.
  [[nodiscard]] prepared_reply* find(std::string_view target);
  /// Replaces all others if there are too many. Valid until the next call of add().
  prepared_reply& add(std::string_view target, token_query query);

  /// Drops tokens that have expired or are not asked for. True if a token is left.
  bool drop_old_tokens(std::chrono::sys_seconds now) noexcept;
  void clear() noexcept { replies_.clear(); }

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, prepared_reply, text_hash, std::equal_to<>> replies_;
};

}  // namespace midas::internal::proxy
