// The metrics of the proxy, in the form of Prometheus.
#pragma once

#include "proxy/observation/observation.hpp"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <string>
#include <vector>

namespace midas::internal::proxy {

/// The families of metrics at one moment: those of docs/proxy_metrics.md, in that order. No label
/// is a text that a client chose.
[[nodiscard]] std::vector<prometheus::MetricFamily> metric_families(const counts& totals,
                                                                    const process_figures& process,
                                                                    const std::string& version);

/// Reads the counters of an observation, which must outlive it. Any thread.
class proxy_metrics final : public prometheus::Collectable {
 public:
  explicit proxy_metrics(const observation& source) : source_(source) {}

  // NOLINTNEXTLINE(readability-identifier-naming): the name is prometheus-cpp's
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const observation& source_;
};

/// The Content-Type of metrics_text().
inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// The metrics in the text format of Prometheus.
[[nodiscard]] std::string metrics_text(const prometheus::Collectable& metrics);

}  // namespace midas::internal::proxy
