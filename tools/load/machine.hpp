// The machine on which a load run was made.
#pragma once

#include <cstdint>
#include <string>

namespace midas::internal::tools {

/// Members that the system does not tell are empty or 0.
struct machine_facts {
  std::string name;
  /// "Linux 6.1.0 x86_64".
  std::string system;
  std::string processor;
  /// Those that the process may use.
  unsigned processors = 0;
  std::uint64_t memory_bytes = 0;
};

machine_facts this_machine();

/// The memory that is free, or could be freed. 0 if that is not known.
std::uint64_t available_memory_bytes();

}  // namespace midas::internal::tools
