// Numbers as the table, the comparison and the page of midas load show them.
#pragma once

#include <cstdint>
#include <string>

namespace midas::internal::tools {

/// `digits` with a comma between thousands: "1234567" becomes "1,234,567".
[[nodiscard]] std::string with_commas(std::string digits);
[[nodiscard]] std::string with_commas(std::uint64_t number);

/// With three significant digits, from 1,000 on as a whole number: "0.0521", "5.21", "1,023".
/// Without commas and with an exponent from 1e15 on.
[[nodiscard]] std::string three_digits(double value);

}  // namespace midas::internal::tools
