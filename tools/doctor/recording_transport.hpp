// A way to the wire that keeps a record of what passes: shapes, never values.
#pragma once

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
  /// As shape_of tells it.
  std::string body;
};

struct exchange_record {
  std::string method;
  /// Without its query.
  std::string url;
  /// The names of the query's parameters, and of the headers.
  std::vector<std::string> parameters;
  std::vector<std::string> headers;
  std::size_t body_bytes = 0;
  std::chrono::nanoseconds elapsed{};
  /// None while there is none.
  std::optional<expected<answer_shape>> answer;
};

/// Thread-safe, as every transport is.
class recording_transport final : public http_transport {
 public:
  explicit recording_transport(std::shared_ptr<http_transport> way);
  ~recording_transport() override;

  std::uint64_t start(http_request request, completion done) override;
  void cancel(std::uint64_t id) override { way_->cancel(id); }
  [[nodiscard]] http_statistics statistics() const override { return way_->statistics(); }
  void stop() override { way_->stop(); }

  /// In the order in which they were begun; those without an answer yet have lasted until now.
  [[nodiscard]] std::vector<exchange_record> records() const;

 private:
  struct log;
  std::shared_ptr<http_transport> way_;
  std::shared_ptr<log> log_;
};

}  // namespace midas::internal::tools
