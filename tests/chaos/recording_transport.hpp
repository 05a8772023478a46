// An HTTP transport that records each exchange and forwards it to another transport.
#pragma once

#include "tests/chaos/history.hpp"
#include "transport/http_transport.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace midas::internal::chaos {

class recording_transport final : public http_transport {
 public:
  explicit recording_transport(std::shared_ptr<http_transport> target)
      : target_(std::move(target)) {}
  recording_transport(const recording_transport&) = delete;
  recording_transport& operator=(const recording_transport&) = delete;
  /// Stops the target, so that no completion runs afterwards.
  ~recording_transport() override;

  std::uint64_t start(http_request request, completion done) override;
  /// The exchange counts as ended from now on: the target ends it before it starts another.
  void cancel(std::uint64_t id) override;
  [[nodiscard]] http_statistics statistics() const override { return target_->statistics(); }
  void stop() override { target_->stop(); }

  /// Returns the exchanges that ended at `since` or later or are in flight, and forgets the others.
  std::vector<wire_exchange> take(time_point since);

 private:
  void ended(std::uint64_t number, const expected<http_response>& outcome);

  const std::shared_ptr<http_transport> target_;
  std::mutex mutex_;
  std::map<std::uint64_t, wire_exchange> exchanges_;
  // The numbers that the target has given to the exchanges in flight.
  std::map<std::uint64_t, std::uint64_t> numbers_at_target_;
  std::uint64_t last_ = 0;
};

/// The key of an exchange with IMDS, read from its URL. Pure.
[[nodiscard]] request_key key_of_url(std::string_view url);

}  // namespace midas::internal::chaos
