// What a coordinator and a worker of midas load say to each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::tools {

enum class message_kind {
  /// From the worker, unsealed: `version` and `nonce`.
  hello,
  /// From both, unsealed: `nonce` (the coordinator's), and as `text` the proof of the secret.
  proof,
  /// From the worker, unsealed or sealed: it ends the conversation because of `text`.
  refused,
  /// From the coordinator: run with these `arguments`.
  prepare,
  /// From the worker: the arguments are accepted.
  ready,
  /// From the coordinator: begin.
  start,
  /// From the worker, every second of the run.
  alive,
  /// From the worker: `text` is the document.
  document,
};

struct worker_message {
  message_kind kind = message_kind::alive;
  std::string version{};
  std::string nonce{};
  std::string text{};
  std::vector<std::string> arguments{};

  bool operator==(const worker_message&) const = default;
};

/// One line of JSON, without a line break.
[[nodiscard]] std::string to_line(const worker_message& message);

/// Empty if the line is not such a message.
[[nodiscard]] std::optional<worker_message> read_message(std::string_view line);

}  // namespace midas::internal::tools
