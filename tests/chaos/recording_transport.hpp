// A way to the wire that notes each exchange, and leaves it to another.
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
  explicit recording_transport(std::shared_ptr<http_transport> way) : way_(std::move(way)) {}
  recording_transport(const recording_transport&) = delete;
  recording_transport& operator=(const recording_transport&) = delete;
  /// stop(), so that no completion comes any more.
  ~recording_transport() override;

  std::uint64_t start(http_request request, completion done) override;
  void cancel(std::uint64_t id) override { way_->cancel(id); }
  [[nodiscard]] http_statistics statistics() const override { return way_->statistics(); }
  void stop() override { way_->stop(); }

  /// The exchanges that were under way at `since` or later. Forgets the others.
  std::vector<wire_exchange> take(time_point since);

 private:
  void ended(std::uint64_t number, const expected<http_response>& outcome);

  const std::shared_ptr<http_transport> way_;
  std::mutex mutex_;
  std::map<std::uint64_t, wire_exchange> exchanges_;
  std::uint64_t last_ = 0;
};

/// What an exchange with IMDS is for, as its URL says. Pure.
[[nodiscard]] asked_key key_of_url(std::string_view url);

}  // namespace midas::internal::chaos
