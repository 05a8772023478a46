// Variables of this process's environment, which programs that it runs inherit.
#pragma once

#include <midas/environment_variable.hpp>

#include <cstdlib>
#include <utility>
#include <vector>

namespace midas::internal::test {

/// Sets the variables, and puts back what was there before.
class scoped_environment {
 public:
  explicit scoped_environment(std::vector<environment_variable> set) : before_(std::move(set)) {
    for (auto& [name, value] : before_) {
      const auto* const old = std::getenv(name.c_str());
      const bool was_set = old != nullptr;
      std::string kept = was_set ? old : "";
      ::setenv(name.c_str(), value.c_str(), 1);
      value = std::move(kept);
      was_set_.push_back(was_set);
    }
  }
  scoped_environment(const scoped_environment&) = delete;
  scoped_environment& operator=(const scoped_environment&) = delete;
  ~scoped_environment() {
    for (std::size_t i = 0; i < before_.size(); ++i) {
      const auto& [name, value] = before_[i];
      if (was_set_[i]) {
        ::setenv(name.c_str(), value.c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }

 private:
  std::vector<environment_variable> before_;
  std::vector<bool> was_set_;
};

}  // namespace midas::internal::test
