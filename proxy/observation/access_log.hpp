// The access log: a line of JSON for each request, written on a thread of its own.
#pragma once

#include "proxy/observation/log_output.hpp"
#include "proxy/observation/proxy_observer.hpp"
#include <midas/error.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace midas::internal::proxy {

/// Never delays a worker: its lines wait in a queue of its own, of at most 256 KiB, and are lost
/// when it is full or cannot be written. The next line that is written after that tells how many
/// were lost. The thread sleeps while there is nothing to write.
class access_log {
 public:
  /// Opens the log. "-" is standard output. Fails with errc::invalid_configuration if the file
  /// cannot be opened, and with errc::not_started if the thread cannot be started.
  [[nodiscard]] static expected<std::unique_ptr<access_log>> open(std::string path,
                                                                  unsigned workers);

  access_log(const access_log&) = delete;
  access_log& operator=(const access_log&) = delete;
  /// Writes what waits, for at most a second, and ends the thread.
  ~access_log();

  /// Adds the request's line. Called by one thread at a time for each worker. If the thread that
  /// writes is taking the queue at that moment, waits for an exchange of two strings.
  void write(unsigned worker, const served_request& request) noexcept;

  /// Opens the path again, for logrotate: later lines go to the new file. Fails like open(); the
  /// old file then stays in use. Any thread.
  expected<void> reopen();

  /// Lines that were lost so far. Any thread.
  [[nodiscard]] std::uint64_t lost() const;

 private:
  struct queue;

  access_log(std::string path, unsigned workers, log_output output);
  void run();
  [[nodiscard]] bool wait_for_lines();
  [[nodiscard]] bool take_lines(std::string& batch);
  [[nodiscard]] bool write_batch(const std::string& batch);
  [[nodiscard]] bool gives_up() const;
  void note_lines();

  const std::string path_;
  std::vector<std::unique_ptr<queue>> queues_;

  mutable std::mutex lock_;
  std::condition_variable wake_;
  bool has_lines_ = false;
  // Since when the log is being closed.
  std::optional<std::chrono::steady_clock::time_point> ending_since_{};
  std::optional<log_output> reopened_{};
  std::uint64_t lost_ = 0;

  // Used by the thread only.
  log_output output_;
  std::uint64_t reported_ = 0;
  // The number that the first line of the batch reports.
  std::uint64_t reporting_ = 0;
  bool in_the_middle_of_a_line_ = false;
  std::thread thread_;
};

}  // namespace midas::internal::proxy
