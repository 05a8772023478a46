// An HTTP transport that forwards to another and records the shape of each exchange, not its
// values.
#pragma once

#include "tools/doctor/body_shape.hpp"
#include "transport/http_transport.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::tools {

struct answer_shape {
  int status = 0;
  std::size_t body_bytes = 0;
  body_shape body;
  /// The names of the response's headers, as far as they are known (known_header).
  std::vector<std::string> headers{};
  /// The media type without its parameters, in lower case; empty if it is missing or not known
  /// (is_known_media_type).
  std::string content_type{};
  /// How long the host asks its clients to wait.
  std::optional<std::chrono::milliseconds> retry_after{};
  /// How far this machine's clock is ahead of the answer's Date; negative if it is behind, and zero
  /// if the two agree within half a minute.
  std::chrono::seconds clock_ahead{};
  /// The resource that the answer says its token is for; empty if it says none.
  std::string resource{};
};

struct exchange_record {
  std::string method;
  /// Without the query.
  std::string url;
  /// The names of the query parameters and of the headers.
  std::vector<std::string> parameters;
  std::vector<std::string> headers;
  std::size_t body_bytes = 0;
  std::chrono::nanoseconds elapsed{};
  /// Empty while the exchange is in flight.
  std::optional<expected<answer_shape>> answer;
};

/// Whether a time limit ended the exchange before its answer came: that of the attempt, or that of
/// the caller, whether or not the exchange has been given up already.
[[nodiscard]] bool is_cut_short(const exchange_record& exchange) noexcept;

/// Thread-safe.
class recording_transport final : public http_transport {
 public:
  explicit recording_transport(std::shared_ptr<http_transport> target);
  ~recording_transport() override;

  std::uint64_t start(http_request request, completion done) override;
  void cancel(std::uint64_t id) override { target_->cancel(id); }
  [[nodiscard]] http_statistics statistics() const override { return target_->statistics(); }
  void stop() override { target_->stop(); }

  /// In the order of their start. `elapsed` of an exchange in flight is the time since its start.
  [[nodiscard]] std::vector<exchange_record> records() const;

 private:
  struct log;
  std::shared_ptr<http_transport> target_;
  std::shared_ptr<log> log_;
};

}  // namespace midas::internal::tools
