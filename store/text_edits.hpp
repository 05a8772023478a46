// Changes to a JSON text that leave every other byte as it is.
#pragma once

#include "store/msal_scan.hpp"

#include <cstddef>
#include <vector>

namespace midas::internal {

class text_edits {
 public:
  /// `text` must outlive the object.
  explicit text_edits(const sensitive_string& text) : text_(text) {}

  /// Removes the members of the object for which `dropped` is true, and adds `members`, which has
  /// what cache_writer writes for this depth. Call it once for each object.
  void change(const scanned_object& object, const std::vector<bool>& dropped,
              sensitive_string members, std::size_t depth);

  /// Applies the changes to that text, in place if its capacity allows.
  void apply_to(sensitive_string& text) &&;

 private:
  struct edit {
    text_range replaced;
    sensitive_string text;
  };

  void replace_all(const scanned_object& object, sensitive_string members, std::size_t depth);

  const sensitive_string& text_;
  std::vector<edit> edits_;
};

}  // namespace midas::internal
