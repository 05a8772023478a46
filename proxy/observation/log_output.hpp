// A file, a pipe or standard output, to which a thread writes lines without waiting for ever.
#pragma once

#include <midas/error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace midas::internal::proxy {

/// Owns a descriptor. Movable; one thread at a time.
class log_output {
 public:
  /// Opens `path` to append to it, and creates it with mode 0640; "-" is standard output. A FIFO
  /// must have a reader. Fails with errc::invalid_configuration.
  [[nodiscard]] static expected<log_output> open(const std::string& path);

  log_output(log_output&& other) noexcept
      : file_(std::exchange(other.file_, -1)), kind_(other.kind_) {}
  log_output& operator=(log_output&& other) noexcept;
  ~log_output();

  /// Writes `text`, in one piece to a regular file and otherwise in pieces that a pipe takes as a
  /// whole. Returns how much of it was written: less if `gives_up` returned true while the reader
  /// did not keep up, or if the write failed. `gives_up` is called ten times a second.
  std::size_t write(std::string_view text, const std::function<bool()>& gives_up);

 private:
  // A socket is what systemd gives a service as standard output.
  enum class kind : std::uint8_t { regular, socket, other };

  explicit log_output(int file);
  [[nodiscard]] bool wait_for_room(const std::function<bool()>& gives_up) const;

  [[nodiscard]] long write_part(std::string_view part) const;

  int file_;
  kind kind_ = kind::other;
};

}  // namespace midas::internal::proxy
