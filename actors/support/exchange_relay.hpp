// The exchanges of an HTTP actor, and the requests that are sent as soon as one of them ends.
#pragma once

#include "actors/support/completion_queue.hpp"
#include "messages/http_message.hpp"
#include "messages/protocols.hpp"
#include "published/token_table.hpp"
#include "transport/http_transport.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace midas::internal {

/// When an exchange succeeds, another request takes its place at once, on the transport's thread:
/// the way through the actor takes as long as a nearby host takes to answer. The actor chooses
/// these requests beforehand, and learns from the completion which of them has been sent.
/// Thread-safe.
class exchange_relay : public std::enable_shared_from_this<exchange_relay> {
 public:
  class exchange {
   public:
    exchange(std::uint64_t number, std::size_t identity, http_request request)
        : id_(number), identity_(identity), request_(std::move(request)) {}

    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }

   private:
    friend class exchange_relay;
    enum class state : std::uint8_t { waiting, running, ended };

    std::uint64_t id_;
    // Of the token that the request is for.
    std::size_t identity_;
    http_request request_;
    state state_ = state::waiting;
    // The transport's number; none until its start() has returned.
    std::optional<std::uint64_t> number_{};
  };

  /// `owner` is sent completions_due. While `refreshes` is false, no refresh takes the place of
  /// another exchange. The transport and the clock of the owner's system must exist
  /// as long as exchanges run.
  exchange_relay(http_transport& transport, std::shared_ptr<token_table> table,
                 std::shared_ptr<const std::atomic<bool>> refreshes, http_actor owner)
      : transport_(transport),
        table_(std::move(table)),
        refreshes_(std::move(refreshes)),
        owner_(std::move(owner)) {}

  /// Begins the exchange, unless it has taken the place of another. Throws what the transport
  /// throws.
  void begin(const std::shared_ptr<exchange>& admitted);

  /// Replaces the exchanges that take the places of others, in that order, each that of one for the
  /// same identity.
  void set_next(std::vector<std::shared_ptr<exchange>> next);

  /// The exchange is not sent after that time. No exchange takes the place of another before
  /// set_next() is called again, since the order may have changed.
  void set_deadline(exchange& waiting, std::chrono::steady_clock::time_point deadline);

  /// How many are left of set_next().
  [[nodiscard]] std::size_t next_count() const;

  /// The exchange does not begin, or is cancelled; no other takes its place. False, and nothing
  /// changes, if it has ended: its completion can be taken, or will be soon.
  bool cancel(exchange& unwanted);

  /// Replaces the content of `taken` with all completions, the earliest first.
  void take(std::vector<completion_queue::completion>& taken) { completions_.take(taken); }

 private:
  void start(const std::shared_ptr<exchange>& begun);
  void complete(exchange& ended, expected<http_response> outcome);
  std::shared_ptr<exchange> take_successor(exchange& ended, bool succeeded);
  [[nodiscard]] bool is_held(const exchange& waiting) const;
  void start_successor(const std::shared_ptr<exchange>& successor);

  http_transport& transport_;
  const std::shared_ptr<token_table> table_;
  const std::shared_ptr<const std::atomic<bool>> refreshes_;
  const http_actor owner_;
  completion_queue completions_;
  // Protects the members below, and those of the exchanges.
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<exchange>> next_;
};

}  // namespace midas::internal
