// What the process that asks the host tells the processes that wait for it, if it gets no token.
#pragma once

#include <midas/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::tools {

/// One line of JSON. An error contains no secret.
std::string failure_text(const error& failure);

/// The failure in such a line; empty if the text is not such a line.
std::optional<error> read_failure(std::string_view text);

/// True if a process that waited, and that has so much time left, would get the same answer from
/// the host: a refusal of the request itself, or a demand to wait longer than that. Others may have
/// more time, or more attempts, than the process that failed.
bool is_shared(const error& failure, std::chrono::nanoseconds left) noexcept;

}  // namespace midas::internal::tools
