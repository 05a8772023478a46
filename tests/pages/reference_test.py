#!/usr/bin/env python3
"""scripts/reference.py writes what a header documents for applications, and nothing else."""

import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from reference import REPOSITORY, cmake_options, entries_of, field, written_form  # noqa: E402

HEADER = """
#include <string>

namespace caf {
class actor_system;
}  // namespace caf

namespace midas {

MIDAS_BEGIN_MESSAGES(midas_public, 0)

/// A color.
enum class color : std::uint8_t {
  // -- Warm --

  /// As in errc::red.
  red = 1,
  /// The last.
  blue,
};

/// Options, see docs/hosts.md.
struct options {
  /// How long. At most a year. Default: 5 s. More follows.
  std::chrono::milliseconds timeout{5'000};
  /// Called with a line.
  std::function<void(color c, std::string_view line)> log{};

  friend bool operator==(const options&, const options&) = default;
};

namespace detail {

/// Not for applications.
struct hidden {
  /// Nor this.
  int value = 0;
};

}  // namespace detail

/// A service.
/// In two lines.
///
///   code(a | b);
///
/// - one: `x`
///   and more
/// - two
class MIDAS_EXPORT service final : public base {
 public:
  /// Starts.
  explicit service(const options& settings = {}) : settings_{settings}, other_(0) {
    if (other_) {
      start();
    }
  }
  /// A copy.
  service(const service& other);
  /// For midas itself: a part.
  explicit service(int part);
  service& operator=(const service&) = delete;
  /// Blocks.
  [[nodiscard]] expected<int> get(
      std::chrono::nanoseconds timeout) const override;

 private:
  /// Not shown.
  int private_function();
  options settings_;
};

/// Must be kept.
class [[nodiscard(
    "what it is for")]] subscription {
 public:
  /// Takes `other`.
  subscription(subscription && other) noexcept = default;
  /// Ends at `end`.
  template <detail::resource_text Text>
  [[nodiscard("or wait")]] int stop(
      const Text& end) {
    return stop_text(end);
  }
  /// Not so: a const char* or /var/opt/x.
  template <detail::temporary_text Text>
  int stop(Text&& end) = delete;
};

/// Either.
using either = std::variant<color,
                            options>;

/// Both. See midas::service::get() and expected<int>.
template <class T>
inline std::string to_string(const T& value) noexcept {
  return {};
}

}  // namespace midas
"""

WRITTEN = """### color

A color.

| value | meaning |
|---|---|
| `red` | As in `errc::red`. |
| `blue` | The last. |

### options

Options, see [hosts.md](../hosts.md).

| member | type | meaning | default |
|---|---|---|---|
| `timeout` | `std::chrono::milliseconds` | How long. At most a year. More follows. | 5 s |
| `log` | `std::function<void(color c, std::string_view line)>` | Called with a line. |  |

### service

A service. In two lines.

    code(a | b);

- one: `x` and more
- two

- `service(const options& settings = {})`

  Starts.

- `expected<int> get(std::chrono::nanoseconds timeout) const`

  Blocks.

### subscription

Must be kept.

- `int stop(std::string_view end)`

  Ends at `end`.

- `int stop(std::string&& end) = delete`

  Not so: a `const char*` or `/var/opt/x`.

### Functions of this header

- `using either = std::variant<color, options>`

  Either.

- `std::string to_string(const T& value) noexcept`

  Both. See `midas::service::get()` and `expected<int>`.
"""


class Reference(unittest.TestCase):
    maxDiff = None

    def test_a_header(self):
        self.assertEqual(written_form(HEADER, "docs/reference"), WRITTEN)

    def test_the_options_of_cmake(self):
        text = 'option(A "First (see midas::b)" ON)\noption(B\n  "Second" ${midas_is_top_level})\n# option(C "No" ON)\n'
        self.assertEqual(cmake_options(text, "docs").split("\n")[2:],
                         ["| `A` | First (see `midas::b`) | `ON` |",
                          "| `B` | Second | `ON`; in a larger project `OFF` |", ""])

    def test_the_counters_of_the_page_are_those_of_the_header(self):
        header = (REPOSITORY / "include/midas/token_service_statistics.hpp").read_text()
        counters = set()
        for group in entries_of(header):
            prefix = "http." if group.name == "http_statistics" else ""
            counters |= {prefix + field(member.text)[1] for member in group.members}
        page = (REPOSITORY / "docs/logging.md").read_text()
        table = page[page.index("## Counters"):page.index("### Prometheus")]
        cells = re.findall(r"^\| (`.*?) \|", table, re.M)
        self.assertEqual(set(re.findall(r"`([\w.]+)`", " ".join(cells))), counters - {"http"})


if __name__ == "__main__":
    unittest.main()
