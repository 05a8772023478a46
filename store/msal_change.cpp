#include "store/msal_change.hpp"

#include "store/cache_writer.hpp"
#include "store/msal_entry.hpp"
#include "store/msal_plan.hpp"
#include "store/text_edits.hpp"

#include <utility>

namespace midas::internal {

namespace {

// How deep the members of these are nested.
constexpr std::size_t in_root = 1;
constexpr std::size_t in_section = 2;
constexpr std::size_t in_marks = 3;

class cache_rewriter {
 public:
  cache_rewriter(const sensitive_string& text, const msal_scan& scan, const cache_change& change,
                 const cache_owner& owner)
      : scan_(scan), owner_(owner), planned_(plan_change(scan, change, owner)), edits_(text) {}

  text_edits run() && {
    change_root();
    change_entries();
    change_metadata();
    change_section_of_midas();
    change_marks();
    return std::move(edits_);
  }

 private:
  static std::vector<bool> none_of(const scanned_object& object) {
    return std::vector<bool>(object.members.size());
  }

  // All members with the section's name, except the last one if that can stay.
  static void drop_overridden(std::vector<bool>& dropped, const scanned_section& section) {
    for (const auto each : section.occurrences) {
      dropped[each] = !section.is_object || each != section.occurrences.back();
    }
  }

  void change_root() {
    auto dropped = none_of(scan_.root);
    for (const auto* const section : {&scan_.access_tokens, &scan_.app_metadata, &scan_.midas}) {
      drop_overridden(dropped, *section);
    }
    cache_writer writer{in_root, scan_.access_tokens.is_object ? 0 : expected_size()};
    if (!scan_.access_tokens.is_object) {
      writer.put_object(msal::access_token, [&] { put_entries(writer); });
    }
    if (!scan_.app_metadata.is_object) {
      writer.put_object(msal::app_metadata, [&] { put_metadata(writer); });
    }
    if (!scan_.midas.is_object) {
      writer.put_object(msal::midas_section, [&] {
        put_owner(writer);
        writer.put_object("tokens", [&] { put_marks(writer); });
      });
    }
    edits_.change(scan_.root, dropped, std::move(writer).take(), in_root);
  }

  void change_entries() {
    if (scan_.access_tokens.is_object) {
      cache_writer writer{in_section, expected_size()};
      put_entries(writer);
      edits_.change(scan_.access_tokens, planned_.dropped_entries, std::move(writer).take(),
                    in_section);
    }
  }

  void change_metadata() {
    if (scan_.app_metadata.is_object) {
      cache_writer writer{in_section};
      put_metadata(writer);
      edits_.change(scan_.app_metadata, none_of(scan_.app_metadata), std::move(writer).take(),
                    in_section);
    }
  }

  void change_section_of_midas() {
    if (!scan_.midas.is_object) {
      return;
    }
    auto dropped = none_of(scan_.midas);
    cache_writer writer{in_section};
    if (!planned_.has_owner || scan_.owner_members.size() != 2) {
      for (const auto each : scan_.owner_members) {
        dropped[each] = true;
      }
      put_owner(writer);
    }
    drop_overridden(dropped, scan_.marks_section);
    if (!scan_.marks_section.is_object) {
      writer.put_object("tokens", [&] { put_marks(writer); });
    }
    edits_.change(scan_.midas, dropped, std::move(writer).take(), in_section);
  }

  void change_marks() {
    if (scan_.marks_section.is_object) {
      cache_writer writer{in_marks};
      put_marks(writer);
      edits_.change(scan_.marks_section, planned_.dropped_marks, std::move(writer).take(),
                    in_marks);
    }
  }

  void put_entries(cache_writer& writer) const {
    for (const auto& [key, token] : planned_.added) {
      writer.put_object(key, [&, each = token] { writer.put_entry(*each); });
    }
  }
  void put_metadata(cache_writer& writer) const {
    for (const auto& client_id : planned_.added_metadata) {
      writer.put_object(app_metadata_key(client_id), [&] {
        writer.put(name_of(entry_field::client_id), client_id);
        writer.put(name_of(entry_field::environment), msal::environment);
      });
    }
  }
  void put_owner(cache_writer& writer) const {
    writer.put("machine", owner_.machine);
    writer.put("since", planned_.since);
  }
  void put_marks(cache_writer& writer) const {
    for (const auto& [key, token] : planned_.added) {
      writer.put_object(key, [&, each = token] { writer.put_mark(*each, owner_.machine); });
    }
  }

  // Of the new entries, for which the text would otherwise be moved as it grows.
  [[nodiscard]] std::size_t expected_size() const {
    constexpr std::size_t size_of_others = 2'048;
    std::size_t result = 0;
    for (const auto& [key, token] : planned_.added) {
      result += size_of_others + token->grant.token.size();
    }
    return result;
  }

  const msal_scan& scan_;
  const cache_owner& owner_;
  planned_change planned_;
  text_edits edits_;
};

}  // namespace

sensitive_string rewrite_msal_cache(sensitive_string text, const msal_scan& scan,
                                    const cache_change& change, const cache_owner& owner) {
  cache_rewriter{text, scan, change, owner}.run().apply_to(text);
  return text;
}

}  // namespace midas::internal
